"""A scene whose workflow earns its autonomy, with an epoch that stands as a test needs it."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import schema
from store.cases import workflow_pauses
from store.learning import deployments, epochs
from store.states import DeploymentState, Level
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from tests.world import Tell, World
from workflows import Autonomy, Review
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import FromFiles
from workflows.engine.run.runner import Runner
from workflows.quality.autonomy.certifying.certifier import Floor, Promise
from workflows.quality.autonomy.certifying.earning import Earning

_PROMISE = Promise(wrong=0.05, sure=0.9)
EARNED = Autonomy.earned(spot_checks=0.25)


class AsDeployed(FromFiles):
    """Versions of which the live one proposes with the files."""

    def pin(self, *, live: int | None, beside: int | None, case: int) -> int | None:
        """Use the deployment that is live."""
        return live


def earned_scene(
    make_world: MakeWorld, tell: Tell | None = None, *, autonomy: Autonomy = EARNED, review: Review | None = None
) -> Scene:
    """The sample automation with earned autonomy. Nothing of it is deployed yet."""
    scene = sample(make_world, tell, autonomy=autonomy, review=review)
    pinned(scene.world)
    return scene


def pinned(world: World) -> Context:
    """Have runs of a world use what is deployed; returns the world's context."""
    world.context = replace(world.context, versions=AsDeployed())
    world.runner = Runner(world.context, lambda _: world.model, sleep=world.waits.append)
    return world.context


def deployed(world: World, workflow: AnyWorkflow) -> int:
    """Have a version go live; returns the row of its deployment."""
    team, at = world.context.team, world.clock()
    with world.database.write() as session:
        row = workflow_pauses.row_of(session, team=team, name=workflow.name, at=at)
        number = deployments.last_number(session, row, team=team) + 1
        deployment = deployments.add(
            session,
            team=team,
            workflow=row,
            number=number,
            state=DeploymentState.LIVE,
            change=1,
            name="abc",
            parts={},
            model="local",
            refused_for=[],
            rollout={},
            proposed_by="U1",
            proposed_at=at,
            live_at=at,
        )
        assert deployment is not None
        deployments.use(session, row, team=team, live=deployment, beside=None)
    return deployment


def stands(world: World, workflow: AnyWorkflow, deployment: int, *, level: Level, **values: Any) -> int:
    """Begin an epoch of a deployment that stands like this; the one that was open ends. Returns its id."""
    with world.database.write() as session:
        return stands_within(session, world, workflow, deployment, level=level, **values)


def stands_within(
    session: Session, world: World, workflow: AnyWorkflow, deployment: int, *, level: Level, **values: Any
) -> int:
    """Begin an epoch like `stands`, in a transaction that is under way. Any: columns of its row."""
    team, at = world.context.team, world.clock()
    before = epochs.open_of(session, deployment, team=team)
    if before is not None:
        epochs.held(session, before.id, team=team)
        epochs.change(session, before.id, team=team, seen=before.change, ended_at=at, end="demoted")
    row = workflow_pauses.row_of(session, team=team, name=workflow.name, at=at)
    number = len(session.scalars(select(schema.Epoch.id).where(schema.Epoch.workflow_id == row)).all()) + 1
    begun = epochs.begin(
        session,
        team=team,
        workflow=row,
        deployment=deployment,
        number=number,
        wrong=0.05,
        sure=0.9,
        level=level,
        probability=values.get("probability", workflow.autonomy.spot_checks),
        state=dict(Earning.begin(_PROMISE, [Floor(at=0.9, coverage=0.5, level=0.1)]).kept()),
        at=at,
    )
    if values:
        epochs.change(session, begun, team=team, seen=1, **values)
    return begun


def cases_of(world: World) -> list[schema.EpochCase]:
    """The cases of all epochs, oldest first."""
    return rows(world, schema.EpochCase)
