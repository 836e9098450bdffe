"""A workflow that earns its autonomy, with a live version whose evidence permits that some of it goes alone."""

from dataclasses import dataclass
from typing import Any

from store import schema
from store.governance import teams
from store.learning import deployments
from store.learning import epochs as kept
from store.states import DeploymentState, Level
from tests.evidence import have_evidence
from tests.sample import sample_workflow
from tests.slack.stage import Stage
from workflows import Autonomy
from workflows.engine.case import learning_notices
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.quality.autonomy import epochs
from workflows.quality.autonomy.certifying.certifier import Floor
from workflows.quality.autonomy.certifying.earning import Earning, Looked
from workflows.quality.autonomy.codes import Began

FLOORS = (
    Floor(at=0.95, coverage=0.3, level=0.05),
    Floor(at=0.9, coverage=0.62, level=0.05),
    Floor(at=0.8, coverage=0.71, level=0.0),
    Floor(at=0.5, coverage=1.0, level=0.0),
)


@dataclass(kw_only=True)
class Earner:
    """A workflow that earns its autonomy, in the sandbox."""

    stage: Stage
    workflow: AnyWorkflow

    @property
    def epoch(self) -> schema.Epoch:
        """The newest epoch."""
        found = [one for one in self.stage.world.rows(schema.Epoch) if isinstance(one, schema.Epoch)]
        return found[-1]

    def judged(self, *, floor: float = 0.9, number: int = 260) -> None:
        """Have people find so many cases right that lie at a floor, and some wrong that lie below."""
        judged(self.stage.world.context, self.epoch.id, floor=floor, number=number)

    def asked(self) -> None:
        """Have its owner asked whether that may go alone."""
        context, epoch = self.stage.world.context, self.epoch
        with context.database.write() as session:
            kept.note(session, epoch.id, team=context.team, asked_at=context.clock(), asked_floor=epoch.permitted)
            learning_notices.may_go_further(
                session,
                self.workflow.review,
                team=context.team,
                epoch=epoch.id,
                at=context.clock(),
                owner=self.workflow.owner,
            )
        self.stage.send()


def earner(stage: Stage, autonomy: Autonomy | None = None, *, level: Level = Level.DRAFT) -> Earner:
    """Make it, with a version that is live."""
    workflow = stage.placed(sample_workflow(stage.desk, autonomy=autonomy or Autonomy.earned()))
    begun(stage.world.context, workflow, level=level)
    have_evidence(stage.world.context, minutes=None)
    return Earner(stage=stage, workflow=workflow)


def begun(context: Context, workflow: AnyWorkflow, *, level: Level = Level.DRAFT) -> int:
    """Have a version of a workflow be live and begin to earn; returns the row of its epoch."""
    with context.database.write() as session:
        row = teams.workflow_id(session, team=context.team, name=workflow.name, options=None, at=context.clock())
        version = deployments.add(
            session,
            team=context.team,
            workflow=row,
            number=1,
            state=DeploymentState.LIVE,
            change=1,
            name="version1",
            parts={},
            model="scripted",
            recall=0,
            rollout={"way": "at once", "share": 0.2, "margin": 0.03, "sure": 0.9, "signatures": 1},
            proposed_by="operator",
            proposed_at=context.clock(),
        )
        assert version is not None
        deployments.use(session, row, team=context.team, live=version, beside=None)
        epoch = epochs.begin(
            session, context, workflow, row=row, deployment=version, by="operator", why=Began.LIVE, level=level
        )
        earning = Earning.read(epoch.state)
        begins = Earning.begin(earning.certifier.promise, FLOORS)
        kept.note(session, epoch.id, team=context.team, state=dict(begins.kept()))
        return epoch.id


def judged(context: Context, epoch: int, *, floor: float = 0.9, number: int = 260) -> None:
    """Have people find so many cases right that lie at a floor, and some wrong that lie below."""
    with context.database.write() as session:
        row = kept.get(session, epoch, team=context.team)
        assert row is not None
        earning = Earning.read(row.state)
        for _ in range(20):
            earning.work_in(Looked(score=floor - 0.1, is_error=True, probability=1.0, least=1.0))
        for _ in range(number):
            earning.work_in(Looked(score=floor, is_error=False, probability=1.0, least=1.0))
        values: dict[str, Any] = {"state": dict(earning.kept()), "looked_at": earning.labels, "permitted": floor}
        kept.note(session, epoch, team=context.team, **values)
