"""A Countersign to test with: a real database, a scripted model, a clock that is moved by hand.

Tests ask it what a person would see and what the database keeps; nothing in it is a mock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from handlers.texts.review.reasons import in_words
from store import schema
from store.db.database import Database
from store.governance import teams
from workflows.documents.documents import Documents
from workflows.engine.case import intake
from workflows.engine.case.intake import Receipt
from workflows.engine.case.leases import Lease, claim
from workflows.engine.charters.as_signed import AsSigned
from workflows.engine.context import QUEUE_LIMIT, Charters, Context
from workflows.engine.declare.registry import AnyWorkflow, Registry
from workflows.engine.read.history import case_view, open_review_of
from workflows.engine.read.views import CaseView, OpenReview, ReviewView
from workflows.engine.review.views import CardView
from workflows.engine.run.recovery import take_back
from workflows.engine.run.runner import Runner
from workflows.engine.run.waking import awaken
from workflows.model.port import Answer, Question
from workflows.model.scripted import ScriptedModel, says

Tell = Callable[[Question], Answer]


CALM = "calm-1155"
"""A seed with which none of the first 160 runs is drawn for a spot check at the usual share."""


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, by: timedelta) -> None:
        """Move the clock forward."""
        self.time += by


@dataclass(kw_only=True)
class World:
    """Countersign on one database, which has the newest schema already."""

    database: Database
    model: ScriptedModel
    clock: Clock = field(default_factory=Clock)
    registry: Registry = field(default_factory=Registry)
    queue_limit: int = QUEUE_LIMIT
    charters: Charters = field(default_factory=AsSigned)
    documents: Documents = field(default_factory=Documents)
    waits: list[float] = field(default_factory=list)
    """Seconds that the runner would have slept, for each wait."""

    def __post_init__(self) -> None:
        with self.database.write() as session:
            # The team is a year old: no digest covers the days before a team was added.
            team = teams.add_local_team(session, at=self.clock() - timedelta(days=365))
            restores = teams.restores(session, team=team)
        self.context = Context(
            database=self.database,
            registry=self.registry,
            clock=self.clock,
            team=team,
            queue_limit=self.queue_limit,
            restores=restores,
            seed=CALM,
            charters=self.charters,
            documents=self.documents,
        )
        self.runner = Runner(self.context, lambda _: self.model, sleep=self.waits.append)

    def submit(self, workflow: AnyWorkflow, **values: JsonValue) -> Receipt:
        """Take one input in."""
        return self.submit_all(workflow, [values])[0]

    def submit_all(self, workflow: AnyWorkflow, inputs: Sequence[Mapping[str, JsonValue]]) -> list[Receipt]:
        """Take several inputs in."""
        accepted = [intake.accept(workflow, values) for values in inputs]
        return intake.take_in(self.context, workflow, accepted, source="test", actor="tester")

    def claim(self, limit: int = 1) -> list[Lease]:
        """Take leases on runs as a worker does, without working on them yet."""
        return claim(self.context, limit=limit)

    def work(self) -> int:
        """Work until no run is ready and no waiting delivery is due; returns the number of runs that were advanced."""
        advanced = 0
        while (claimed := self.claim(limit=10)) or awaken(self.context):
            for run in claimed:
                self.runner.advance(run)
                advanced += 1
        return advanced

    def restart(self) -> int:
        """Take back runs, as a process does that starts after another one died."""
        return take_back(self.context)

    def case(self, case: int) -> CaseView:
        """Return everything about a case."""
        return case_view(self.context, case)

    def state(self, case: int) -> str:
        """Return the state of a case's newest run."""
        return self.case(case).newest.state

    def review(self, case: int) -> OpenReview:
        """Return the open review of a case."""
        return open_review_of(self.context, case)

    def rows(self, table: type[schema.Base]) -> list[schema.Base]:
        """Return all rows of a table, by id."""
        with self.database.read() as session:
            return list(session.query(table).order_by(table.id))


def why(review: OpenReview | ReviewView | CardView) -> list[str]:
    """Say why a person is asked, as every face does."""
    return [in_words(reason) for reason in review.why]


def sure(confidence: float = 0.95, **values: JsonValue) -> Tell:
    """Return a model that always gives the same answer."""
    return lambda _: says(values, confidence=confidence)
