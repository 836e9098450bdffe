"""A workflow of which one version is live and another is watched, with the labels that people give."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from store import schema
from store.cases import contents
from store.db import rows as kept_rows
from store.governance import teams
from store.learning import deployments
from store.states import DeploymentState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, Scene, rows, sample
from workflows import Autonomy
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import Version
from workflows.engine.run.runner import Runner
from workflows.model.port import Answer, NoAnswer, Prompt, Question
from workflows.model.scripted import says
from workflows.quality.deployments import moves
from workflows.quality.deployments.shares import in_share
from workflows.quality.rollouts.shadow import Shadow
from workflows.quality.rollouts.watch import Watch

QUEUES = ("billing", "delivery")


@dataclass(kw_only=True)
class ByPrompt:
    """Versions that differ by their prompt."""

    names: dict[int, str] = field(default_factory=dict)
    """Deployment -> name of its prompt."""
    sharing: float | None = None
    """Share of the cases for which the version beside is used; None: it is only watched."""

    always_files = False

    def uses_files(self, workflow: AnyWorkflow, *, live: int | None) -> bool:
        """Use what is live."""
        return False

    def pin(self, *, live: int | None, beside: int | None, case: int) -> int | None:
        """Use the live one, or for a share the other one."""
        if self.sharing is not None and beside is not None and in_share(beside, case, self.sharing):
            return beside
        return live

    def of(self, workflow: AnyWorkflow, files: Prompt | None, *, deployment: int | None) -> Version:
        """Return the version with its own prompt."""
        name = self.names.get(deployment or 0, "files")
        return Version(deployment=deployment, prompt=Prompt(name=name, text=name, version=name))


@dataclass(kw_only=True)
class Rollouts:
    """The scene of a rollout."""

    scene: Scene
    versions: ByPrompt
    live: int
    beside: int
    wrong: dict[str, set[int]]
    """Prompt -> tickets that it gets wrong."""
    garbage: set[int]
    """Tickets to which no usable answer comes."""

    def shadow(self) -> Shadow:
        """Return what a process asks watched versions with."""
        world = self.scene.world
        return Shadow(world.context, lambda _: world.model, sleep=world.waits.append)

    def watch(self) -> Watch:
        """Return what a process watches versions with."""
        return Watch(self.scene.world.context)

    def tickets(self, numbers: Sequence[int]) -> list[int]:
        """Take tickets in, and work until each waits for a person; returns their cases."""
        receipts = self.scene.world.submit_all(
            self.scene.workflow, [{"id": one, "text": f"ticket {one}"} for one in numbers]
        )
        self.scene.world.work()
        return [receipt.case for receipt in receipts]

    def label(self, case: int, *, right: str | None = "billing", at: timedelta = timedelta(0)) -> int:
        """Give a case a person's label, as its decision would. `right`: None for a rejection without values."""
        world, run = self.scene.world, self.scene.run(case)
        with world.database.write() as session:
            proposal = session.query(schema.Proposal).where(schema.Proposal.run_id == run.id).one()
            row = session.query(schema.Run).where(schema.Run.id == run.id).one()
            body = json.loads(contents.body(session, proposal.content_id, team=world.context.team) or "")
            output = {**body["output"], "queue": right} if right is not None else None
            content = (
                contents.keep(session, team=row.team_id, case=case, kind="output", body=json.dumps(output))
                if output is not None
                else None
            )
            return kept_rows.add(
                session,
                schema.Label,
                team_id=row.team_id,
                workflow_id=row.workflow_id,
                case_id=case,
                run_id=run.id,
                proposal_id=proposal.id,
                deployment_id=row.deployment_id,
                kind="rejected" if right is None else "approved",
                saw=True,
                by="U1",
                is_error=right is None or body["output"]["queue"] != right,
                wrong=[],
                output_id=content,
                at=world.clock() + at,
            )

    def revoke(self, label: int) -> None:
        """Take the decision of a label back."""
        with self.scene.world.database.write() as session:
            where = {"team_id": self.scene.world.context.team}
            kept_rows.change(session, schema.Label, label, where=where, to={"revoked_at": self.scene.world.clock()})

    def go_live(self) -> None:
        """Have the version beside the live one take its place."""
        context = self.scene.world.context
        with context.database.write() as session:
            row = deployments.get(session, self.beside, team=context.team)
            assert row is not None
            moves.go_live(session, context, row, by="U0MARIA", why="signed")

    def state(self, deployment: int) -> DeploymentState:
        """Return the state of a deployment."""
        return next(row.state for row in rows(self.scene.world, schema.Deployment) if row.id == deployment)

    def used(self) -> tuple[int | None, int | None]:
        """Return the deployment that is live, and the one beside it."""
        row = rows(self.scene.world, schema.Workflow)[0]
        return row.live_id, row.beside_id

    def notes(self) -> list[dict[str, Any]]:
        """Return the news of versions that people are told."""
        noted = [row for row in rows(self.scene.world, schema.OutboxRow) if row.kind == "rollout"]
        return [{"news": row.about["news"], **json.loads(row.about["figures"])} for row in noted]


def rollout(make_world: MakeWorld, *, share: float = 1.0, way: str = "shadow", margin: float = 0.1) -> Rollouts:
    """Make a workflow with a live version and another one beside it."""
    wrong: dict[str, set[int]] = {"old": set(), "new": set()}
    garbage = set[int]()

    def tell(question: Question) -> Answer:
        number = int(str(question.data["text"]).removeprefix("ticket "))
        name = question.prompt.name if question.prompt is not None else "old"
        if number in garbage:
            return Answer(model="scripted", problem="no JSON", no_answer=NoAnswer.GARBAGE)
        return says({"queue": QUEUES[number in wrong[name]]}, confidence=0.95)

    scene = sample(make_world, tell, review=CARDS, autonomy=Autonomy.draft())
    world, versions = scene.world, ByPrompt(sharing=share if way == "share" else None)
    world.context = replace(world.context, versions=versions)
    world.runner = Runner(world.context, lambda _: world.model, sleep=world.waits.append)
    with world.database.write() as session:
        team, at = world.context.team, world.clock()
        workflow = teams.workflow_id(session, team=team, name="sample", options=None, at=at)
        ids = [
            deployments.add(
                session,
                team=team,
                workflow=workflow,
                number=number,
                state=DeploymentState.PROPOSED,
                change=0,
                name=name,
                parts={},
                prompt_version=name,
                model="scripted",
                training=None,
                recall=0,
                rollout={"way": way, "share": share, "margin": margin, "sure": 0.9},
                proposed_by="U0MARIA",
                proposed_at=at,
            )
            or 0
            for number, name in ((1, "old"), (2, "new"))
        ]
        first, second = (deployments.get(session, one, team=team) for one in ids)
        assert first is not None
        assert second is not None
        moves.go_live(session, world.context, first, by="U0MARIA", why="signed")
        begin = moves.begin_sharing if way == "share" else moves.begin_shadow
        begin(session, world.context, second, by="U0MARIA")
    versions.names = {ids[0]: "old", ids[1]: "new"}
    return Rollouts(scene=scene, versions=versions, live=ids[0], beside=ids[1], wrong=wrong, garbage=garbage)
