"""A month of a support desk whose autonomy is earned: its tickets day by day, what the model says of them, and people.

The day begins at nine. Weekends and a holiday are skipped. People answer through the engine's API, each ticket by what
is right for it; the server's own work is done after each step, as the server does it every few seconds.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from store import schema
from store.states import Level, ReviewState, SpotCheckState
from tests.browser.learning_loop import Loop, text_of
from tests.integration.model.server import Received, Reply, message
from tests.sample import Triage, sample_workflow
from tests.slack.stage import ANA, BEN, REVIEWERS, SUPPORT, Stage
from workflows import Autonomy, Review, Rollout, Workflow
from workflows.engine.declare.working_hours import WorkingHours
from workflows.engine.proof.kept_audit import verify_database
from workflows.engine.proof.verification import Trust
from workflows.engine.review import reviews
from workflows.engine.review.spot_checks.answers import answer
from workflows.engine.review.spot_checks.comparison import origin_of
from workflows.engine.review.spot_checks.grades import grade
from workflows.engine.review.spot_checks.upkeep import Upkeep
from workflows.engine.review.spot_checks.views import Grade, Origin, Right
from workflows.quality.autonomy import packs
from workflows.quality.autonomy.upkeep import tend
from workflows.quality.autonomy.verifying import with_epochs
from workflows.quality.labels.making import make_labels

HOLIDAY = date(2026, 12, 8)
VETO = timedelta(minutes=30)
PROMISE = Autonomy.earned(wrong=0.2, sure=0.8, begin="shadow", veto=VETO, spot_checks=0.3)
"""A generous promise, for which few labels are enough once there are 200."""
REPLY = "We look at it."
FIRST = "Sort the ticket."
BETTER = "Sort the ticket. Subscriptions go to delivery."
"""A prompt with which the model knows the kind that came with the change."""

RowT = TypeVar("RowT", bound=schema.Base)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The right answer for a ticket, and the model's."""

    about: str
    right: str
    said: str
    confidence: float


SEEN = (
    Rule(about="invoice", right="billing", said="billing", confidence=0.97),
    Rule(about="refund", right="billing", said="billing", confidence=0.93),
    Rule(about="parcel", right="delivery", said="delivery", confidence=0.9),
    Rule(about="letter", right="delivery", said="delivery", confidence=0.7),
    Rule(about="voucher", right="delivery", said="billing", confidence=0.6),
)
"""The kinds of tickets before the product changes, one after the other. Where the model is unsure it is wrong."""
NEW = Rule(about="subscription", right="delivery", said="billing", confidence=0.96)
"""A kind that comes with a change of the product: the model is sure of it, and wrong."""
_RULES = {one.about: one for one in (*SEEN, NEW)}


def answered(asked: Received) -> Reply:
    """Answer as the model of the desk does: about the new kind right with the better prompt alone."""
    prompt, case = json.dumps(asked.body["system"]), json.dumps(asked.body["messages"])
    rule = next(one for about, one in _RULES.items() if f"my {about}?" in case)
    is_taught = rule is NEW and BETTER in prompt
    said = {
        "evidence": [],
        "reasons": ["By its words."],
        "answer": {"queue": rule.right if is_taught else rule.said, "reply": REPLY},
        "confidence": {"queue": rule.confidence, "reply": rule.confidence},
    }
    return message(json.dumps(said))


def desk_workflow(stage: Stage, autonomy: Autonomy = PROMISE) -> Workflow[Any, Any]:
    """Return the workflow of the desk, with its working hours and its holiday."""
    workflow = sample_workflow(stage.desk, autonomy=autonomy)
    hours = WorkingHours(holidays=[HOLIDAY])
    workflow.review = Review(post_to=SUPPORT, reviewers=REVIEWERS, hours=hours)
    workflow.rollout = Rollout(way="at once", signatures=1)
    return workflow


@dataclass(kw_only=True)
class Month:
    """The month of the desk, as far as it has come."""

    loop: Loop
    kinds: dict[int, Rule] = field(default_factory=dict)
    """Number of a ticket -> its kind."""
    is_changed: bool = False
    """True once the product has changed: each second ticket is of the new kind."""

    def __post_init__(self) -> None:
        self.upkeep = Upkeep(self.stage.world.context)

    @property
    def stage(self) -> Stage:
        """The sandbox."""
        return self.loop.stage

    def rows(self, table: type[RowT]) -> list[RowT]:
        """Return all rows of a table, by id."""
        return [row for row in self.stage.world.rows(table) if isinstance(row, table)]

    @property
    def epoch(self) -> schema.Epoch:
        """The newest epoch."""
        return self.rows(schema.Epoch)[-1]

    def stands(self) -> tuple[Level, float | None]:
        """Return the level and the floor of the newest epoch."""
        return self.epoch.level, self.epoch.floor

    def alone(self) -> int:
        """Return the number of cases that went alone so far."""
        return sum(row.alone for row in self.rows(schema.EpochCase))

    def next_day(self) -> date:
        """Go on to nine o'clock of the next working day."""
        day = self.stage.world.clock.time.date() + timedelta(days=1)
        while day.weekday() >= 5 or day == HOLIDAY:
            day += timedelta(days=1)
        self.stage.world.clock.time = datetime.combine(day, time(9), tzinfo=UTC)
        return day

    def written(self, prompt: str) -> None:
        """Write a prompt, and propose a version with it."""
        folder = self.loop.workflow.folder
        assert folder is not None
        file = folder / "prompts" / "next.md"
        file.write_text(prompt)
        self.loop.propose(file)

    def later(self, **wait: float) -> None:
        """Move the clock."""
        self.stage.world.clock.move(timedelta(**wait))

    def take_in(self, number: int) -> None:
        """Take tickets in and have them worked on."""
        for one in range(len(self.kinds) + 1, len(self.kinds) + 1 + number):
            kind = self.kinds[one] = NEW if self.is_changed and one % 2 else SEEN[one % len(SEEN)]
            self.stage.world.submit(self.loop.workflow, id=one, text=text_of(one, kind.about))
        self.stage.world.work()

    def decide(self, *, by: str = ANA) -> int:
        """Have all open reviews decided right, whatever was proposed; returns their number."""
        context, kinds = self.stage.world.context, self._kinds()
        waiting = [row for row in self.rows(schema.Review) if row.state is ReviewState.OPEN]
        for row in waiting:
            reviews.edit(context, row.id, row.version, _answer(kinds[row.case_id]), by=by)
        self.stage.world.work()
        return len(waiting)

    def look(self) -> int:
        """Have all spot checks answered blind, and differences graded by a second person; returns their number."""
        context, kinds, looked = self.stage.world.context, self._kinds(), 0
        for row in self.rows(schema.SpotCheck):
            if row.state is not SpotCheckState.OPEN:
                continue
            first, second = (BEN, ANA) if looked % 2 else (ANA, BEN)
            found = answer(context, row.id, row.version, _answer(kinds[row.case_id]), by=first)
            if found.differences:
                grade(context, row.id, found.version, Grade.MINOR, by=first, people=[first, second])
                blind = next(one for one in Right if origin_of(one, seed=context.seed, check=row.id) is Origin.BLIND)
                grade(context, row.id, found.version + 1, Grade.MINOR, by=second, people=None, right=blind)
            looked += 1
        return looked

    def tend(self) -> None:
        """Do what the server does every few seconds."""
        context = self.stage.world.context
        while make_labels(context).is_more | tend(context).is_more:
            pass
        self.upkeep.look()
        packs.tell(context)
        self.stage.world.work()

    def begin_day(self, tickets: int) -> None:
        """Go on to the next working day, and have its tickets taken in and shown."""
        self.next_day()
        self.take_in(tickets)
        self.upkeep.look()
        self.stage.send()

    def day(self, tickets: int) -> None:
        """Go through a working day."""
        self.next_day()
        self.take_in(tickets)
        self.end_day()

    def end_day(self) -> None:
        """Have people decide and look at what came in, what is announced go out, and the server do the rest."""
        self.decide()
        self.later(minutes=31)
        self.stage.world.work()
        self.look()
        self.tend()
        self.stage.send()

    def errors(self) -> list[str]:
        """Return what a verification of the database finds."""
        context = self.stage.world.context
        verdict = with_epochs(context, verify_database(context, Trust()))
        return [f"{one.kind}: {one.said}" for one in verdict.findings]

    def _kinds(self) -> dict[int, Rule]:
        """Case -> the kind of its ticket."""
        return {case.id: self.kinds[int(case.key.removeprefix("ticket-"))] for case in self.rows(schema.Case)}


def _answer(kind: Rule) -> Triage:
    return Triage.model_validate({"queue": kind.right, "reply": REPLY})
