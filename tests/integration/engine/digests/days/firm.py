"""A firm with three workflows, and the short words with which a day of it is told.

`support` decides alone what it is sure of, and `refunds` only drafts. What `invoices` delivers has no key, so that it
may be in doubt. The real engine does all of it, with a clock that is moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from store import schema
from store.faces import FAILURES, LEADS, SLACK, Face
from store.states import CauseState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import rows
from tests.sample import Desk, Ticket, Triage, sample_workflow
from tests.world import World
from workflows import Autonomy, NotDone, OutcomeUnknown, Review, TryAgain, Workflow
from workflows.engine.errors import CountersignError
from workflows.engine.health import watch
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong import reports
from workflows.engine.send.channel_queue import Channels
from workflows.engine.send.outcomes import note_refused
from workflows.engine.send.refusals import Refusal, Then
from workflows.model.port import Answer, ModelUnavailable, NoAnswer, Question
from workflows.model.scripted import says
from workflows.tools.calls import Called, CallOutcome

SUPPORT, REFUNDS, INVOICES = "support", "refunds", "invoices"
CRM = "the CRM"
PLAIN, UNSURE, OUT_OF_MONEY, NO_MODEL, BY_HAND = "charged twice", "unsure", "out of money", "no model", "sample"
"""Texts of tickets. From the text the model knows what it has to answer."""
UNHURRIED = timedelta(days=3)
"""The time within which people are asked to answer, unless a day says otherwise."""
MINUTE = timedelta(minutes=1)


class CrmFailed(CountersignError):
    """The CRM did not answer."""

    dependency = CRM


@dataclass(kw_only=True)
class Mind:
    """The model: what it answers follows from the text of the ticket."""

    random: Random
    times: int = 1
    """The price of an answer, as a multiple of what is usual."""

    def __call__(self, question: Question) -> Answer:
        text = str(question.data["text"])
        if text.startswith(OUT_OF_MONEY):
            raise ModelUnavailable("this workflow's budget for the day is spent", no_answer=NoAnswer.OVER_BUDGET)
        if text.startswith(NO_MODEL):
            raise ModelUnavailable("the model does not answer now")
        confidence = 0.4 if text.startswith(UNSURE) else 0.95
        is_sample = text.startswith(BY_HAND)
        cost = Decimal(0) if is_sample else Decimal(self.random.randint(1, 900) * self.times) / 10_000
        return replace(says({"queue": "billing", "reply": "Hello"}, confidence=confidence, cost=cost), sample=is_sample)


@dataclass(kw_only=True)
class Firm:
    """A Countersign with three workflows, on the way to the morning on which its summary is made."""

    world: World
    today: date
    zone: ZoneInfo
    random: Random
    """Everything that is ordinary about a day comes from it."""
    workflows: Mapping[str, Workflow[Ticket, Triage]]
    desks: Mapping[str, Desk]
    mind: Mind
    tickets: int = 0

    def at(self, hour: int, minute: int = 0, *, ago: int = 1) -> None:
        """Put the clock to a local time, on a day that is so many days before the summary's."""
        day = self.today - timedelta(days=ago)
        to = datetime.combine(day, time(hour, minute), tzinfo=self.zone).astimezone(UTC)
        self.world.clock.time = to

    def work(self) -> None:
        """Let a minute pass, work until nothing is ready, and look at how other systems are, as a process does."""
        self.world.clock.move(MINUTE)
        self.world.work()
        watch.look(self.world.context)

    def take_in(self, workflow: str, text: str = PLAIN, *, ticket: int | None = None) -> int:
        """Take a ticket in, a new one unless its number is given; returns its case."""
        self.tickets += ticket is None
        values: dict[str, JsonValue] = {"id": ticket or self.tickets, "text": text}
        return self.world.submit(self.workflows[workflow], **values).case

    def case(self, workflow: str, text: str = PLAIN) -> int:
        """Take a ticket in and work; returns its case."""
        case = self.take_in(workflow, text)
        self.work()
        return case

    def waits(self, workflow: str, text: str = UNSURE) -> int:
        """A case that waits for a person."""
        case = self.case(workflow, text)
        self._stands(case, "waiting")
        return case

    def fails(self, workflow: str, error: Exception | None = None) -> int:
        """A case whose first step fails."""
        self.desks[workflow].look_up_errors.append(error or KeyError("no such customer"))
        case = self.case(workflow)
        self._stands(case, "failed")
        return case

    def is_refused(self, workflow: str, text: str = PLAIN) -> int:
        """A case whose delivery the target refuses."""
        self.desks[workflow].errors.append(NotDone("the desk has no such queue"))
        case = self.case(workflow, text)
        self._stands(case, "failed")
        return case

    def in_doubt(self, workflow: str = INVOICES) -> int:
        """A case of which nobody knows whether it was delivered."""
        effect = self.workflows[workflow].effect
        assert effect is not None
        self.workflows[workflow].effect = replace(effect, idempotent=False)
        self.desks[workflow].errors.append(OutcomeUnknown("the connection was lost"))
        case = self.case(workflow)
        self._stands(case, "doubtful")
        return case

    def goes_down(self, workflow: str) -> list[int]:
        """Cases whose target does not answer them, until it counts as down; they are held."""
        self.desks[workflow].errors += [TryAgain("the desk is closed")] * 40
        cases = [self.case(workflow) for _ in range(3)]
        assert [row.is_open for row in rows(self.world, schema.TargetOutage)][-1]
        for case in cases:
            self._stands(case, "holding")
        return cases

    def is_up(self, workflow: str) -> None:
        """The target answers again."""
        self.desks[workflow].errors.clear()

    def is_troubled(self, system: str = CRM) -> None:
        """Most calls of a system fail."""
        failed = Called(system=system, outcome=CallOutcome.FAILED, milliseconds=100.0, error="CrmFailed")
        self.world.context.meter.count([failed] * 6, at=self.world.clock())
        watch.look(self.world.context)
        assert [row.system for row in rows(self.world, schema.Trouble) if row.is_open].count(system) == 1

    def rerun(self, case: int) -> None:
        """Run a case again, from the step that failed."""
        reruns.rerun(self.world.context, case, by="U0DEV")
        self.work()

    def approve(self, case: int) -> None:
        """Approve what is proposed, or decide by hand where nothing is, and have that delivered."""
        review = self.world.review(case)
        context = self.world.context
        if review.has_proposal:
            reviews.approve(context, review.id, review.version, by="U0ANA")
        else:
            reviews.edit(context, review.id, review.version, Triage(queue="billing", reply="By hand"), by="U0ANA")
        self.work()

    def decide(self, *cases: int) -> None:
        """Decide cases in the ways in which people do, and have that delivered."""
        context = self.world.context
        for case in cases:
            review, how = self.world.review(case), self.random.choice(["approve", "edit", "reject"])
            id, version, by = review.id, review.version, self.random.choice(["U0ANA", "U0BEN"])
            if how == "approve":
                reviews.approve(context, id, version, by=by)
            elif how == "edit":
                reviews.edit(context, id, version, Triage(queue="delivery", reply="Soon"), by=by)
            else:
                reviews.reject(context, id, version, by=by, reason="no ticket of ours", follows=Follows.CLOSE)
        self.work()

    def says_wrong(self, case: int, *, is_taken_up: bool = True) -> None:
        """Somebody says that something is wrong with a case."""
        kept = reports.note(self.world.context, about="it", case=case, by="U0CAL", said="the wrong queue")
        assert kept is not None
        if is_taken_up:
            assert reports.take_up(self.world.context, kept) is not None

    def gives_up(self, channel: str) -> None:
        """Slack refuses the next message to a channel for good."""
        face = Face(name=SLACK, roles=(FAILURES, LEADS))
        taken = Channels(self.world.context, face=face, pace=0).take(channel)
        assert taken.rows
        note_refused(self.world.context, taken, Refusal(then=Then.GIVE_UP, code="msg_too_long"), wait=timedelta(0))

    def expires(self, workflow: str, *, in_days: int, target: str | None = None) -> None:
        """Have a workflow's access to its target end so many days after the summary's day."""
        effect = self.workflows[workflow].effect
        assert effect is not None
        ends = self.today + timedelta(days=in_days)
        self.workflows[workflow].effect = replace(effect, expires=ends, target=target or effect.target)

    def hurries(self, workflow: str, within: timedelta) -> None:
        """From now on a workflow asks for answers within this time."""
        declared = self.workflows[workflow]
        declared.review = replace(declared.review, answer_within=within)

    def causes(self, *states: CauseState) -> list[schema.Cause]:
        """The causes in these states, or all, the oldest first."""
        return [row for row in rows(self.world, schema.Cause) if not states or row.state in states]

    def lives(self, *, days: int, until: int = 1) -> None:
        """Live through ordinary days, the last one so many days before the summary's."""
        for ago in range(until + days - 1, until - 1, -1):
            self._an_ordinary_day(ago=ago)

    def _an_ordinary_day(self, *, ago: int) -> None:
        """A day on which all goes well: cases go alone or to people, who decide them in the same hours."""
        for hour in sorted(self.random.sample(range(8, 17), self.random.randint(1, 3))):
            self.at(hour, self.random.randrange(60), ago=ago)
            for _ in range(self.random.randint(0, 4)):
                self.take_in(self.random.choice([SUPPORT, INVOICES]))
            to_people = [
                self.take_in(self.random.choice([SUPPORT, REFUNDS]), UNSURE) for _ in range(self.random.randint(0, 2))
            ]
            self.work()
            self.decide(*to_people)

    def _stands(self, case: int, state: str) -> None:
        assert self.world.state(case) == state, f"case {case} is {self.world.state(case)}, and should be {state}"


def firm(make_world: MakeWorld, *, seed: int, today: date, zone: ZoneInfo) -> Firm:
    """Return a firm that was never worked in."""
    random = Random(seed)
    desks = {name: Desk() for name in (SUPPORT, REFUNDS, INVOICES)}
    drafting = {REFUNDS: Autonomy.draft()}
    workflows = {
        name: sample_workflow(desk, name=name, autonomy=drafting.get(name), idempotent=name != INVOICES)
        for name, desk in desks.items()
    }
    mind = Mind(random=random)
    world = make_world(mind)
    for name, workflow in workflows.items():
        workflow.review = Review(post_to=f"C0{name.upper()}", answer_within=UNHURRIED, reminders=0)
        workflow.timezone = zone
        world.registry.add(workflow)
    return Firm(world=world, today=today, zone=zone, random=random, workflows=workflows, desks=desks, mind=mind)
