"""F1 to F10: the process ends at one point of the story, and another one goes on with it.

What is counted in the end is nothing; what the crash may cost is a call of the model, and a question to a person where
a system of record knows no keys.
"""

from dataclasses import dataclass

import pytest

from store.db.failpoints import Failpoint, Side
from tests.chaos.automation import FORGETFUL, KNOWING
from tests.chaos.conftest import MakeStory
from tests.chaos.counting import count
from tests.chaos.faults import Crossing, Died, Fault, Kind
from tests.chaos.story import Story
from tests.chaos.tally import hold

pytestmark = pytest.mark.slow


@dataclass(frozen=True, kw_only=True)
class Point:
    """The point at which the process ends."""

    number: str
    what: str
    seam: Failpoint
    side: Side
    about: str
    nth: int = 1
    calls: int = 0
    """Calls of the model that it may cost."""

    @property
    def fault(self) -> Fault:
        """The process ends there."""
        return Fault(at=Crossing(seam=self.seam, side=self.side, about=self.about, nth=self.nth), kind=Kind.CRASH)


POINTS = [
    Point(
        number="F1",
        what="an event is committed, and not acknowledged",
        seam=Failpoint.ACK,
        side=Side.BEFORE,
        about="event",
    ),
    Point(
        number="F2",
        what="a click is acknowledged, and nothing came of it yet",
        seam=Failpoint.ACK,
        side=Side.AFTER,
        about="",
    ),
    Point(
        number="F4",
        what="the model has answered, and that is not committed",
        seam=Failpoint.STEP,
        side=Side.AFTER,
        about="ask",
        calls=1,
    ),
    Point(
        number="F5",
        what="proposal and outbox are committed, and the card is not posted",
        seam=Failpoint.MESSAGE,
        side=Side.BEFORE,
        about="chat.postMessage",
    ),
    Point(
        number="F6",
        what="the card is posted, and its ts is not saved",
        seam=Failpoint.MESSAGE,
        side=Side.AFTER,
        about="chat.postMessage",
    ),
    Point(
        number="F7",
        what="a decision is committed, before the click is acknowledged",
        seam=Failpoint.ACK,
        side=Side.BEFORE,
        about="",
    ),
    Point(
        number="F7",
        what="a decision is committed, before its effect",
        seam=Failpoint.EFFECT,
        side=Side.BEFORE,
        about=f"{KNOWING}/ticket-3",
    ),
    Point(
        number="F8",
        what="an effect is done and its receipt not saved; keys are known",
        seam=Failpoint.EFFECT,
        side=Side.AFTER,
        about=f"{KNOWING}/ticket-3",
    ),
    Point(
        number="F8",
        what="an effect is done and its receipt not saved; keys are not known",
        seam=Failpoint.EFFECT,
        side=Side.AFTER,
        about=f"{FORGETFUL}/ticket-5",
    ),
    Point(
        number="F9",
        what="an effect is recorded, and the card not updated",
        seam=Failpoint.MESSAGE,
        side=Side.BEFORE,
        about="chat.update",
    ),
    Point(
        number="F10",
        what="in the midst of the audit of a decision",
        seam=Failpoint.AUDIT,
        side=Side.AFTER,
        about="review.approved",
    ),
]


@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point.number}: {point.what}")
def test_a_process_that_ends_there_costs_nothing_but_the_call_it_was_in(make_story: MakeStory, point: Point) -> None:
    """F1, F2, F4-F10."""
    story = make_story(point.fault)
    counts = count(story.told())
    assert story.watching.fired == [point.fault]
    hold(point.number, point.what, counts)
    assert counts.extra_calls <= point.calls


def test_a_crash_in_the_midst_of_the_models_answer_costs_one_call(make_story: MakeStory) -> None:
    """F3: the question was sent, and paid for."""
    story = make_story()
    end_once(story)
    counts = count(story.told())
    hold("F3", "the process ends during a call of the model", counts)
    assert counts.extra_calls == 1


def end_once(story: Story) -> None:
    """Have the process end in the midst of the model's third answer."""

    def asked() -> None:
        if story.office.questions == 3:
            story.watching.died = True
            raise Died

    story.office.asked = asked


def test_ten_processes_that_end_while_they_recover_lose_nothing(make_story: MakeStory) -> None:
    """F11: the eleventh recovers."""
    story = make_story(Fault(at=_RECOVERY, kind=Kind.CRASH, times=10))
    counts = count(story.told())
    assert len(story.watching.fired) == 10
    hold("F11", "ten processes end while they recover", counts, starts=story.starts)


_RECOVERY = Crossing(seam=Failpoint.RECOVERY, side=Side.BEFORE, about="run:3", nth=1)
