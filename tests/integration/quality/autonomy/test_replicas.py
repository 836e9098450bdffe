"""Two replicas on one PostgreSQL database: both work on cases, decide, look, label and tend at once."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from threading import Barrier

import pytest
from pydantic import JsonValue

from store import schema
from store.db.database import Database
from store.states import Level, Resolution, ReviewState, SpotCheckState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import rows
from tests.integration.quality.autonomy.earned import EARNED, Earned, earned
from tests.sample import Triage
from workflows.engine.case.leases import claim
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.proof.kept_audit import verify_database
from workflows.engine.proof.verification import Trust
from workflows.engine.review import reviews
from workflows.engine.review.spot_checks.answers import answer
from workflows.engine.review.spot_checks.grades import grade
from workflows.engine.review.spot_checks.views import Grade
from workflows.engine.run.runner import Runner
from workflows.quality.autonomy import moves
from workflows.quality.autonomy.upkeep import tend
from workflows.quality.autonomy.verifying import with_epochs
from workflows.quality.labels.making import make_labels

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few")]


@dataclass(frozen=True, kw_only=True)
class Replica:
    """A process with connections of its own."""

    world: Earned
    context: Context
    runner: Runner
    person: str

    def turn(self, *, wrong: bool = False) -> int:
        """Work, decide, look, label and tend; returns the number of things that were done. `wrong`: spot checks find
        errors.
        """
        done = 0
        for run in claim(self.context, limit=3):
            self.runner.advance(run)
            done += 1
        for row in rows(self.world.scene.world, schema.Review):
            if row.state is ReviewState.OPEN:
                right = Triage(queue="billing", reply="Hello")
                done += self.does(reviews.edit, row.id, row.version, right, by=self.person)
        for check in rows(self.world.scene.world, schema.SpotCheck):
            if check.state is SpotCheckState.OPEN:
                found = Triage(queue="delivery" if wrong else "billing", reply="Hello")
                if self.does(answer, check.id, check.version, found, by=self.person) and wrong:
                    self.does(grade, check.id, check.version + 1, Grade.MINOR, by=self.person, people=[self.person])
                done += 1
        return done + make_labels(self.context).labels + tend(self.context).changed

    def does(self, act: Callable[..., object], *values: object, **named: object) -> bool:
        """Do something, unless the other one was first."""
        try:
            act(self.context, *values, **named)
        except Refused:
            return False
        return True


@pytest.fixture
def migrated_url(migrated_postgres_url: str) -> str:
    """The URL of a PostgreSQL database: on SQLite writers take turns."""
    return migrated_postgres_url


@pytest.fixture
def replicas(make_world: MakeWorld) -> Iterator[list[Replica]]:
    world = earned(make_world, autonomy=replace(EARNED, spot_checks=0.5))
    first = world.scene.world
    database = Database(first.database.engine.url.render_as_string(hide_password=False))
    second = replace(first.context, database=database)
    yield [
        Replica(world=world, context=context, runner=Runner(context, lambda _: first.model), person=person)
        for context, person in ((first.context, "U1"), (second, "U2"))
    ]
    database.close()


def at_once(replicas: list[Replica], do: Callable[[Replica], object]) -> list[object]:
    """Have both do something at once; returns what came of it."""
    ready = Barrier(len(replicas))

    def does(one: Replica) -> object:
        ready.wait()
        try:
            return do(one)
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(replicas)) as threads:
        return list(threads.map(does, replicas))


def until_done(one: Replica, *, wrong: bool = False) -> None:
    """Go on until nothing is left to do."""
    while one.turn(wrong=wrong):
        pass


def is_right(world: Earned) -> None:
    """All that is kept follows from its rows, nothing is delivered twice, and all that went alone was let."""
    context = world.scene.world.context
    verdict = with_epochs(context, verify_database(context, Trust()))
    assert [one.said for one in verdict.findings] == []
    delivered = Counter(world.scene.desk.attempts)
    assert set(delivered.values()) <= {1}
    kept = {row.run_id: row for row in rows(world.scene.world, schema.EpochCase)}
    epochs = {row.id: row for row in world.epochs}
    for run in rows(world.scene.world, schema.Run):
        if run.resolution == Resolution.ALONE:
            row = kept[run.id]
            assert row.alone
            assert row.floor is not None
            assert row.score >= row.floor
            assert epochs[row.epoch_id].floor is not None, "only while people let it"


def come(world: Earned, number: int) -> None:
    """Have tickets come in."""
    first, world.number = world.number + 1, world.number + number
    inputs: list[dict[str, JsonValue]] = [
        {"id": one, "text": f"ticket {one}"} for one in range(first, world.number + 1)
    ]
    world.scene.world.submit_all(world.scene.workflow, inputs)


def test_two_replicas_earn_and_lose_autonomy_together(replicas: list[Replica]) -> None:
    world = replicas[0].world
    come(world, 12)
    at_once(replicas, until_done)
    world.learned()
    assert (world.epoch.looked_at, world.questions(), world.acts().count("epoch.asked")) == (12, 1, 1)
    is_right(world)

    shown = world.epoch
    came = at_once(replicas, lambda one: moves.let(one.context, shown.id, change=shown.change, by=one.person))
    assert sorted(type(one).__name__ for one in came) == ["Moved", "Stale"]
    come(world, 12)
    at_once(replicas, until_done)
    world.learned()
    assert len(world.scene.desk.applied) == 24
    assert world.epoch.level is Level.GUARDED
    is_right(world)

    # Spot checks find errors, while cases go on coming in: whichever replica learns it, both hear it.
    for _ in count():
        come(world, 6)
        at_once(replicas, lambda one: until_done(one, wrong=True))
        if len(world.epochs) == 2:
            break
    world.learned()
    ended, began = world.epochs
    assert (ended.end, began.level, began.floor) == ("demoted", Level.DRAFT, None)
    assert [one["news"] for one in world.news()] == ["demoted"]
    is_right(world)
    last = max(row.id for row in rows(world.scene.world, schema.EpochCase) if row.alone)
    come(world, 8)
    at_once(replicas, until_done)
    later = [row for row in rows(world.scene.world, schema.EpochCase) if row.id > last]
    assert {row.alone for row in later} == {False}
    assert {row.epoch_id for row in later[-8:]} == {began.id}
    is_right(world)
