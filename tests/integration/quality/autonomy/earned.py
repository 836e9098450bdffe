"""A workflow that earns its autonomy, with a promise for which a few labels are enough."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from store import schema
from store.governance import teams
from store.learning import deployments
from store.states import DeploymentState, Level
from tests.conftest import MakeWorld
from tests.evidence import have_evidence
from tests.integration.engine.scene import Scene, rows, sample
from tests.sample import Triage
from workflows import Autonomy, Review
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import Version
from workflows.engine.declare.working_hours import WorkingHours
from workflows.engine.review.spot_checks.answers import answer
from workflows.engine.review.spot_checks.grades import grade
from workflows.engine.review.spot_checks.views import Grade
from workflows.engine.run.runner import Runner
from workflows.model.port import Answer, Prompt, Question
from workflows.model.scripted import says
from workflows.quality.autonomy import moves as levels
from workflows.quality.autonomy.upkeep import tend
from workflows.quality.deployments import moves
from workflows.quality.labels.making import make_labels

FEWEST = 6
"""Labels before anything is permitted, in these tests."""
EARNED = Autonomy.earned(wrong=0.4, sure=0.5, spot_checks=1)
"""A promise for which eight right labels in a row are enough, and eight errors in a row too many."""
HOURS = Review(post_to="C0SUPPORT", hours=WorkingHours())


@dataclass(kw_only=True)
class Deployed:
    """Versions of which each is deployed."""

    always_files = False

    def uses_files(self, workflow: AnyWorkflow, *, live: int | None) -> bool:
        """Use what is live."""
        return False

    def pin(self, *, live: int | None, beside: int | None, case: int) -> int | None:
        """Use the live one."""
        return live

    def of(self, workflow: AnyWorkflow, files: Prompt | None, *, deployment: int | None) -> Version:
        """Return the version with its own prompt."""
        name = f"version {deployment}"
        return Version(deployment=deployment, prompt=Prompt(name=name, text=name, version=name))


@dataclass(kw_only=True)
class Earned:
    """A scene in which autonomy is earned."""

    scene: Scene
    deployed: list[int]
    """Rows of two deployments, of which the first is live."""
    confidences: dict[int, float] = field(default_factory=dict)
    """Ticket -> confidence of its proposal; 0.96 where it has none."""
    number: int = 0
    """Tickets so far."""

    def tickets(self, number: int, *, confidence: float | None = None) -> list[int]:
        """Take tickets in and work; returns their cases."""
        first, self.number = self.number + 1, self.number + number
        named = range(first, self.number + 1)
        if confidence is not None:
            self.confidences |= dict.fromkeys(named, confidence)
        world = self.scene.world
        receipts = world.submit_all(self.scene.workflow, [{"id": one, "text": f"ticket {one}"} for one in named])
        world.work()
        return [receipt.case for receipt in receipts]

    def approved(self, number: int) -> list[int]:
        """Have tickets taken in and approved; returns their cases."""
        cases = self.tickets(number)
        for case in cases:
            self.scene.approve(case)
        return cases

    def checked(self, case: int, *, is_error: bool) -> None:
        """Have the spot check of a case answered."""
        context = self.scene.world.context
        check = next(one for one in rows(self.scene.world, schema.SpotCheck) if one.case_id == case)
        queue = "delivery" if is_error else "billing"
        answer(context, check.id, check.version, Triage(queue=queue, reply="Hello"), by="U1")
        if is_error:
            grade(context, check.id, check.version + 1, Grade.MINOR, by="U1", people=["U1"])

    def learned(self) -> None:
        """Make the labels that are due, and do what follows."""
        while make_labels(self.scene.world.context).is_more:
            pass
        tend(self.scene.world.context)

    @property
    def epoch(self) -> schema.Epoch:
        """The newest epoch."""
        return self.epochs[-1]

    @property
    def epochs(self) -> list[schema.Epoch]:
        """All epochs."""
        return rows(self.scene.world, schema.Epoch)

    def let(self, **values: Any) -> levels.Moved:
        """Let it go as far as the newest epoch permits."""
        return levels.let(self.scene.world.context, self.epoch.id, change=self.epoch.change, by="U0MARIA", **values)

    def alone(self) -> None:
        """Have it earn that it goes alone, and let it."""
        self.approved(8)
        self.learned()
        self.let()
        assert self.epoch.level is Level.GUARDED

    def go_live(self, place: int) -> None:
        """Have a deployment go live. `place`: from 0."""
        context = self.scene.world.context
        with context.database.write() as session:
            row = deployments.get(session, self.deployed[place], team=context.team)
            assert row is not None
            moves.go_live(session, context, row, by="U0MARIA", why="signed")

    def later(self, **wait: float) -> None:
        """Move the clock."""
        self.scene.world.clock.move(timedelta(**wait))

    def acts(self) -> list[str]:
        """Return what was done to epochs, as the audit says it."""
        return [row.action for row in rows(self.scene.world, schema.AuditRow) if row.action.startswith("epoch.")]

    def news(self) -> list[dict[str, Any]]:
        """Return the news that people are told."""
        noted = [row for row in rows(self.scene.world, schema.OutboxRow) if row.kind == "autonomy_news"]
        return [{"news": row.about["news"], **json.loads(row.about["figures"])} for row in noted]

    def questions(self) -> int:
        """Return the number of times that a question was wanted."""
        return sum(row.wanted for row in rows(self.scene.world, schema.OutboxRow) if row.kind == "autonomy")


def earned(
    make_world: MakeWorld, *, autonomy: Autonomy = EARNED, review: Review = HOURS, is_ready: bool = True
) -> Earned:
    """Make a workflow with a deployed version. `is_ready`: it has a volume test and a baseline."""
    made: list[Earned] = []

    def tell(question: Question) -> Answer:
        number = int(str(question.data["text"]).removeprefix("ticket "))
        return says({"queue": "billing", "reply": "Hello"}, confidence=made[0].confidences.get(number, 0.96))

    scene = sample(make_world, tell, review=review, autonomy=autonomy)
    world = scene.world
    world.context = replace(world.context, versions=Deployed())
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
                name=f"v{number}",
                parts={},
                prompt_version=f"v{number}",
                model="scripted",
                training=None,
                recall=0,
                rollout={"way": "at once", "share": 0.2, "margin": 0.1, "sure": 0.9},
                proposed_by="U0MARIA",
                proposed_at=at,
            )
            or 0
            for number in (1, 2)
        ]
    if is_ready:
        have_evidence(world.context)
    made.append(Earned(scene=scene, deployed=ids))
    made[0].go_live(0)
    return made[0]
