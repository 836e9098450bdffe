"""The whole story of earned autonomy, killed at each seam: shadow, draft, veto, guarded, taken back, and back again.

After each death all that is kept follows from its rows, nothing is delivered twice, and nothing went alone that nobody
let.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from pydantic import JsonValue

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from store.states import Level, Resolution, ReviewState, SpotCheckState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Crash, rows
from tests.integration.quality.autonomy.earned import EARNED, HOURS, Earned, earned
from tests.sample import Triage
from workflows.engine.proof.kept_audit import verify_database
from workflows.engine.proof.verification import Trust
from workflows.engine.review import reviews
from workflows.engine.review.announced.stopping import stop
from workflows.engine.review.spot_checks.answers import answer
from workflows.engine.review.spot_checks.grades import grade
from workflows.engine.review.spot_checks.upkeep import Upkeep
from workflows.engine.review.spot_checks.views import Grade
from workflows.quality.autonomy import moves, packs
from workflows.quality.autonomy.verifying import with_epochs

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few")]

VETO = timedelta(minutes=15)
STORY = replace(EARNED, begin="shadow", veto=VETO, spot_checks=0.5)
_COMMITS = 2
"""Commits of an act at each of which it is killed; the ones after them are like these."""
_OFTEN = ("take in", "decide", "deliver")
"""Acts that are so many that what they leave is looked at after the next other one."""
_NUMBER = re.compile(r"\d+")


@pytest.fixture
def migrated_url(migrated_sqlite_url: str) -> str:
    """The URL of a SQLite file: `test_replicas` plays the story on PostgreSQL."""
    return migrated_sqlite_url


@dataclass(kw_only=True)
class Killed:
    """A story whose every act dies once at each seam that it comes to, and is done again."""

    world: Earned
    died: dict[str, set[tuple[Failpoint, Side, str, int]]] = field(default_factory=dict)
    """Act at a level -> the seams at which it died."""
    left: int = 0
    """Deaths that the present act has left."""
    floors: set[float] = field(default_factory=set)
    """Floors that people let so far."""

    def act(self, name: str, do: Callable[[], object], *, most: int = 1_000) -> None:
        """Do something until it is done. `most`: deaths, where a run that dies too often is given up."""
        died = self.died.setdefault(f"{name} {self.world.epoch.level} {len(self.world.epochs)}", set())
        self.left = most
        while True:
            passed: Counter[tuple[Failpoint, Side, str]] = Counter()

            def die(seam: Failpoint, side: Side, about: str, passed: Counter[Any] = passed) -> None:
                key = (seam, side, _NUMBER.sub("", about))
                passed[key] += 1
                place = (*key, passed[key])
                is_often = passed[key] > (_COMMITS if seam is Failpoint.COMMIT else 1)
                if place in died or is_often or not self.left:
                    return
                died.add(place)
                self.left -= 1
                raise Crash

            try:
                with failpoints.watched(die):
                    do()
            except Crash:
                self.world.scene.world.restart()
                if name not in _OFTEN:
                    self.is_right()
                continue
            return

    def is_right(self) -> None:
        """All that is kept follows from its rows, nothing is delivered twice, nothing went alone that nobody let."""
        world = self.world.scene.world
        verdict = with_epochs(world.context, verify_database(world.context, Trust()))
        assert [one.said for one in verdict.findings] == []
        assert max(Counter(row.case_id for row in rows(world, schema.Delivery)).values(), default=0) <= 1
        assert set(self.world.scene.desk.applied) <= {f"sample/ticket-{one + 1}" for one in range(self.world.number)}
        kept = {row.run_id: row for row in rows(world, schema.EpochCase)}
        for run in rows(world, schema.Run):
            if run.resolution == Resolution.ALONE:
                row = kept[run.id]
                assert row.alone
                assert row.floor in self.floors
                assert row.score >= (row.floor or 2)

    def come(self, number: int, *, confidence: float = 0.96) -> None:
        """Have tickets come in and be worked on."""
        world = self.world.scene.world
        for _ in range(number):
            self.world.number += 1
            self.world.confidences[self.world.number] = confidence
            input: list[dict[str, JsonValue]] = [{"id": self.world.number, "text": f"ticket {self.world.number}"}]
            self.act("take in", partial(world.submit_all, self.world.scene.workflow, input))
            self.act("work", world.work, most=2)

    def decide(self) -> None:
        """Have people decide all open reviews as it was proposed, and have that delivered."""
        world = self.world.scene.world

        def decides(review: int) -> None:
            row = next(one for one in rows(world, schema.Review) if one.id == review)
            if row.state is ReviewState.OPEN:
                reviews.edit(world.context, row.id, row.version, Triage(queue="billing", reply="Hello"), by="U1")

        for waiting in [one.id for one in rows(world, schema.Review) if one.state is ReviewState.OPEN]:
            self.act("decide", partial(decides, waiting))
            self.act("deliver", world.work, most=2)

    def look(self, *, is_error: bool) -> None:
        """Have all spot checks answered."""

        def looked() -> None:
            world = self.world.scene.world
            queue = "delivery" if is_error else "billing"
            for row in rows(world, schema.SpotCheck):
                version = row.version
                if row.state is SpotCheckState.OPEN:
                    found = answer(world.context, row.id, version, Triage(queue=queue, reply="Hello"), by="U1")
                    version = found.version
                if row.state is SpotCheckState.ANSWERED or (row.state is SpotCheckState.OPEN and is_error):
                    grade(world.context, row.id, version, Grade.MINOR, by="U1", people=["U1"])

        self.act("looked", looked)

    def learn(self) -> None:
        """Have the server do what it does every few seconds."""

        def learned() -> None:
            self.world.learned()
            context = self.world.scene.world.context
            Upkeep(context).look()
            packs.tell(context)

        self.act("learned", learned)

    def let(self, to: Level) -> None:
        """Have the owner let it."""
        epoch = self.world.epoch
        self.floors |= {epoch.permitted} if epoch.permitted is not None and to in moves.ALONE else set()

        def lets() -> None:
            if self.world.epoch.level is not to:
                self.world.let(to=to)

        self.act("lets", lets)
        assert self.world.epoch.level is to

    def waiting(self) -> int:
        """Return the number of spot checks that wait."""
        checks = rows(self.world.scene.world, schema.SpotCheck)
        return sum(row.state is SpotCheckState.OPEN for row in checks)

    def alone(self) -> int:
        """Return the number of cases that went alone."""
        return sum(row.alone for row in rows(self.world.scene.world, schema.EpochCase))


def test_a_month_that_is_killed_at_each_seam_is_the_same_month(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "COMPARED", 6)
    story = Killed(world=earned(make_world, autonomy=STORY, review=HOURS))
    world = story.world
    assert world.epoch.level is Level.SHADOW
    story.come(8)
    story.decide()
    story.learn()
    assert (world.epoch.looked_at, world.questions()) == (8, 1)
    story.let(Level.DRAFT)
    story.come(2)
    story.decide()
    story.learn()
    assert (world.epoch.looked_at, story.alone()) == (10, 0)

    story.let(Level.VETO)
    story.come(6)
    context = world.scene.world.context
    announced = rows(world.scene.world, schema.Announcement)
    assert len(announced) == 6

    def stops() -> None:
        row = rows(world.scene.world, schema.Announcement)[0]
        if row.state == "open":
            stop(context, row.id, by="U1")

    story.act("stops", stops)
    world.later(minutes=16)
    world.scene.world.work()
    story.decide()
    story.look(is_error=False)
    story.learn()
    assert len(world.scene.desk.applied) == 16

    story.let(Level.GUARDED)
    before = story.alone()
    while story.waiting() < 8:
        story.come(1)
    went = {row.case_id for row in rows(world.scene.world, schema.EpochCase)[-(story.alone() - before) :]}
    drawn = {row.case_id for row in rows(world.scene.world, schema.SpotCheck)}
    assert went - drawn
    story.look(is_error=True)
    story.learn()
    (_, after) = world.epochs
    assert (world.epochs[0].end, after.level, after.floor) == ("demoted", Level.DRAFT, None)
    packed = {row.case_id for row in rows(world.scene.world, schema.SpotCheck) if row.why == "pack"}
    assert packed >= went - drawn
    assert packed.isdisjoint(drawn)
    assert [one["news"] for one in world.news()] == ["demoted"]

    gone = story.alone()
    story.look(is_error=False)
    story.learn()
    story.come(10)
    story.decide()
    story.learn()
    assert story.alone() == gone
    story.let(Level.VETO)
    story.come(2)
    assert story.alone() == gone + 2
    story.is_right()
    assert sum(map(len, story.died.values())) > 100
