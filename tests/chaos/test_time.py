"""F49 and F53: the clock jumps, and a worker comes back that was taken for dead."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest

from store.db.failpoints import Failpoint, Side
from tests.chaos import naive
from tests.chaos.automation import FORGETFUL
from tests.chaos.conftest import MakeStory
from tests.chaos.counting import Counts, count
from tests.chaos.faults import Crossing, Fault, Kind, Watching
from tests.chaos.settings import LONG, SEED
from tests.chaos.story import Story
from tests.chaos.tally import hold, note
from tests.world import Clock

pytestmark = pytest.mark.slow


class Jumping(Clock):
    """A clock that is an hour early or late, now and then."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random

    def __call__(self) -> datetime:
        return self.time + self._random.choice([timedelta(hours=-1), timedelta(0), timedelta(hours=1)])


@pytest.mark.parametrize("seed", range(SEED, SEED + (10 if LONG else 1)))
def test_when_the_clock_jumps_an_hour_either_way_nothing_changes(make_story: MakeStory, seed: int) -> None:
    """F49: at every look at it; and a process ends besides."""
    crash = Fault(
        at=Crossing(seam=Failpoint.MESSAGE, side=Side.AFTER, about="chat.postMessage", nth=2), kind=Kind.CRASH
    )
    story = make_story(crash)
    story.clock = Jumping(Random(seed))
    hold("F49", "the clock jumps an hour either way", count(story.told()))


class Standstill(Watching):
    """A failpoint that stops the first worker, while another one goes all the way."""

    def __init__(self, point: Callable[["Standstill", Failpoint, Side], bool], takes_over: Callable[[], None]) -> None:
        super().__init__()
        self._point = point
        self._takes_over = takes_over
        self._paused = False
        self.answered = False
        """True if the model has answered."""

    def __call__(self, seam: Failpoint, side: Side, about: str) -> None:
        super().__call__(seam, side, about)
        self.answered |= (seam, side, about) == (Failpoint.STEP, Side.AFTER, "ask")
        if self._point(self, seam, side) and not self._paused:
            self._paused = True
            self._takes_over()


def once_the_answer_is_kept(watching: Standstill, seam: Failpoint, side: Side) -> bool:
    """Before it goes on to the delivery."""
    return watching.answered and (seam, side) == (Failpoint.COMMIT, Side.AFTER)


def before_the_effect(_: Standstill, seam: Failpoint, side: Side) -> bool:
    """It is about to have it, and has it when it comes back: no fence of ours reaches there."""
    return (seam, side) == (Failpoint.EFFECT, Side.BEFORE)


def paused(story: Story, point: Callable[[Standstill, Failpoint, Side], bool]) -> Counts:
    """A worker stands still with what it claimed; another one takes it over, and then the first one comes back."""

    def take_over() -> None:
        story.world.restart()
        story.world.work()

    story.watching = Standstill(point, take_over)
    with story.telling():
        story.act(lambda: None)
        story.bring(FORGETFUL, 2, "letter")
        story.work()
        story.come_to_an_end()
    return count(story.evidence())


@pytest.mark.parametrize("point", [once_the_answer_is_kept, before_the_effect])
def test_a_worker_that_comes_back_after_another_took_over_changes_nothing(
    make_story: MakeStory, point: Callable[[Standstill, Failpoint, Side], bool]
) -> None:
    """F53."""
    counts = paused(make_story(), point)
    hold("F53", f"a worker stands still {point.__name__.replace('_', ' ')}, and comes back", counts)


def test_without_doubt_and_fence_it_has_its_effect_a_second_time(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    story = make_story()
    with monkeypatch.context() as patch:
        naive.knows_no_doubt(patch)
        naive.has_no_fence(patch)
        counts = paused(story, before_the_effect)
    note("control", "without its safety: has no fence", counts)
    assert counts.doubled
