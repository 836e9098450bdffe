"""A world with one automation in it, and the short words with which the tests move a case along."""

import sqlite3
from collections import defaultdict, deque
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, JsonValue

from store import schema
from store.db.database import Database
from store.subjects import SubjectKind
from tests.conftest import MakeWorld
from tests.sample import Desk, Ticket, Triage, sample_workflow
from tests.waiting import LONGEST
from tests.world import Tell, World, sure
from workflows import Ask, Autonomy, Proposal, Rejection, Review, Run, Workflow, step
from workflows.engine.declare.calls.author_threads import Ended
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.read.views import OpenReview, ReviewView, RunView, StepView
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.model.port import Answer, Question
from workflows.model.scripted import says

RowT = TypeVar("RowT", bound=schema.Base)

TABLES = [table.name for table in reversed(schema.Base.metadata.sorted_tables)]
DELETING = ";".join(f"DELETE FROM {table}" for table in TABLES)
EMPTYING = ";".join(
    [
        # All go, so that no row is left which a row that goes may be looked for in. To look takes 16 s after a year.
        "SET LOCAL session_replication_role = replica",
        DELETING,
        f"SELECT setval(pg_get_serial_sequence(name, 'id'), 1, false) FROM unnest(ARRAY{TABLES}) AS name",
    ]
)
"""All of it in PostgreSQL, where numbers begin anew too."""


class Crash(Ended):
    """The process dies here. No code of the product or of an author catches it."""


@dataclass(kw_only=True)
class Scene:
    """A world with one automation in it."""

    world: World
    workflow: Workflow[Ticket, Triage]
    desk: Desk = field(default_factory=Desk)

    def submit(self, **values: JsonValue) -> int:
        """Take a ticket in; returns its case."""
        return self.world.submit(self.workflow, **{"id": 1, "text": "charged twice", **values}).case

    def worked(self, **values: JsonValue) -> int:
        """Take a ticket in and work until nothing is ready; returns its case."""
        case = self.submit(**values)
        self.world.work()
        return case

    def run(self, case: int) -> RunView:
        """The newest run of a case."""
        return self.world.case(case).newest

    def steps(self, case: int) -> list[str]:
        """The names of the newest run's finished steps, in order."""
        return [line.name for line in self.run(case).steps if line.state == "finished"]

    def attempts(self, case: int, name: str) -> list[StepView]:
        """All attempts at a step of the newest run."""
        return [line for line in self.run(case).steps if line.name == name]

    def problem(self, case: int) -> str:
        """Return the problem that stopped the newest run, in words."""
        problem = self.run(case).problem
        assert problem is not None
        return str(problem["message"])

    def delivery(self, case: int) -> DeliveryView:
        """The delivery of the newest run."""
        delivery = self.run(case).delivery
        assert delivery is not None
        return delivery

    def decided(self, case: int) -> ReviewView:
        """The review of the newest run, however it stands."""
        review = self.run(case).review
        assert review is not None
        return review

    def review(self, case: int) -> OpenReview:
        """Return the open review of a case."""
        return self.world.review(case)

    def approve(self, case: int, *, by: str = "U1") -> None:
        """Approve what is proposed, as it is shown now."""
        review = self.review(case)
        reviews.approve(self.world.context, review.id, review.version, by=by)

    def edit(self, case: int, *, by: str = "U1", confirmed: bool = False, **values: Any) -> None:
        """Decide with other values, about what is shown now."""
        review = self.review(case)
        output = Triage(**values)
        reviews.edit(self.world.context, review.id, review.version, output, by=by, confirmed=confirmed)

    def reject(self, case: int, follows: Follows, *, by: str = "U1", reason: str = "wrong queue") -> None:
        """Reject what is shown now."""
        review = self.review(case)
        reviews.reject(self.world.context, review.id, review.version, by=by, reason=reason, follows=follows)

    def crash(self) -> None:
        """Work until the process dies, and start another one."""
        try:
            self.world.work()
        except Crash:
            self.world.restart()
            return
        raise AssertionError("nothing crashed")

    def outbox(self) -> list[tuple[str, str, str, str]]:
        """Return the intents in the order of their first wish: (kind, subject, channel, state)."""
        return [(row.kind, str(row.subject), row.channel, row.state) for row in rows(self.world, schema.OutboxRow)]

    def wanted(self, review: int) -> int:
        """Return the number of times that the card of a review was wanted."""
        cards = [row for row in rows(self.world, schema.OutboxRow) if row.subject == SubjectKind.REVIEW.of(review)]
        return cards[0].wanted if cards else 0

    def deliveries(self) -> dict[str, str]:
        """Delivery key -> state."""
        return {row.key: row.state for row in rows(self.world, schema.Delivery)}


def empty(database: Database) -> None:
    """Leave nothing in a database but its tables."""
    # Connections hold numbers that they took before, and numbers begin anew.
    database.engine.dispose()
    if database.file is None:
        with database.write() as session:
            # One statement for all. A TRUNCATE would make a new file for each table and its indexes.
            session.connection().exec_driver_sql(EMPTYING)
        return
    # A connection of its own looks for no row that another one names, and waits for no disk.
    with closing(sqlite3.connect(database.file, timeout=LONGEST, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA synchronous = OFF; BEGIN IMMEDIATE; {DELETING}; COMMIT")


def rows(world: World, table: type[RowT]) -> list[RowT]:
    """Return all rows of a table, by id."""
    with world.database.read() as session:
        return list(session.query(table).order_by(table.id))


def sample(
    make_world: MakeWorld,
    tell: Tell | None = None,
    *,
    autonomy: Autonomy | None = None,
    idempotent: bool = True,
    review: Review | None = None,
) -> Scene:
    """The sample automation, with a model that is sure of it unless told otherwise."""
    desk = Desk()
    workflow = sample_workflow(desk, autonomy=autonomy, idempotent=idempotent)
    workflow.review = review or workflow.review
    world = make_world(tell or sure(0.95, queue="billing", reply="Hello"))
    world.registry.add(workflow)
    return Scene(world=world, workflow=workflow, desk=desk)


DRAFT = Autonomy.draft()
CARDS = Review(post_to="C0SUPPORT")


class Customer(BaseModel):
    """The result of a step."""

    name: str
    since: date
    balance: Decimal


@dataclass(frozen=True, kw_only=True)
class Order:
    """The result of another step."""

    number: int
    day: date


@dataclass(kw_only=True)
class Office:
    """Everything around an automation of several steps, with places where something can be made to happen."""

    reached: list[str] = field(default_factory=list)
    """Every place that was really reached, in order."""
    applied: dict[str, Triage] = field(default_factory=dict)
    """Key -> what was applied under it first."""
    delivered_by: list[tuple[str, str]] = field(default_factory=list)
    """(key, who resolved it), for every attempt."""
    told: dict[str, str] = field(default_factory=dict)
    """Reasons of rejections, by key."""
    turns: defaultdict[str, deque[BaseException | None]] = field(default_factory=lambda: defaultdict(deque))

    def will(self, place: str, *turns: BaseException | None) -> None:
        """Set the events of the next times that a place is reached; None: nothing."""
        self.turns[place].extend(turns)

    def at(self, place: str) -> None:
        """A place is reached."""
        self.reached.append(place)
        turns = self.turns[place]
        turn = turns.popleft() if turns else None
        if turn is not None:
            raise turn

    def since(self, mark: int) -> list[str]:
        """The places that were reached after the first `mark` ones."""
        return self.reached[mark:]


def office_scene(
    make_world: MakeWorld,
    office: Office,
    tell: Tell | None = None,
    *,
    autonomy: Autonomy | None = None,
    idempotent: bool = True,
    review: Review | None = None,
) -> Scene:
    """An automation of four calls before the model, and two around its effect."""
    workflow = Workflow(
        name="office",
        decision="Which queue?",
        owner="U0MARIA",
        input=Ticket,
        output=Triage,
        key=lambda ticket: f"ticket-{ticket.id}",
        autonomy=autonomy or Autonomy.floor(0.8),
        review=review,
    )

    @step
    def find_customer(ticket: int) -> Customer:
        office.at("find_customer")
        return Customer(name=f"customer of {ticket}", since=date(2020, 2, 29), balance=Decimal("-12.50"))

    @step
    def last_orders(customer: str, limit: int = 2) -> list[Order]:
        office.at("last_orders")
        return [Order(number=number, day=date(2026, 1, number)) for number in range(1, limit + 1)]

    @step
    def read_note(order: Order) -> str:
        office.at("read_note")
        return f"note on {order.number}"

    @workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        customer = find_customer(ticket.id)
        notes = [read_note(order) for order in last_orders(customer.name)]
        return ask(text=ticket.text, since=customer.since, notes=notes)

    @step
    def reserve(key: str) -> str:
        office.at("reserve")
        return f"slot for {key}"

    @step
    def notify(slot: str) -> str:
        office.at("notify")
        return f"told of {slot}"

    @workflow.deliver(idempotent=idempotent)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        slot = reserve(run.key)
        office.delivered_by.append((run.key, run.by))
        office.at("book")
        office.applied.setdefault(run.key, triage)
        office.at("booked")
        return notify(slot)

    @workflow.on_reject(idempotent=idempotent)
    def rejected(rejection: Rejection, run: Run[Ticket]) -> str:
        office.at("reject")
        office.told.setdefault(run.key, rejection.reason)
        return "noted"

    def answer(question: Question) -> Answer:
        office.at("model")
        return says({"queue": "billing", "reply": "Hello"}, confidence=0.95, cost=Decimal("0.01"))

    world = make_world(tell or answer)
    world.registry.add(workflow)
    return Scene(world=world, workflow=workflow)


PROPOSING = ["find_customer", "last_orders", "read_note", "read_note", "model"]
DELIVERING = ["reserve", "book", "booked", "notify"]
EVERY_PLACE = [*PROPOSING, *DELIVERING]
"""The places that one run reaches, in order."""
ALL_STEPS = ["find_customer", "last_orders", "read_note", "read_note", "ask", "deliver/reserve", "deliver/notify"]
"""The steps that one run finishes, in order."""
