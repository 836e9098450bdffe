"""The control: without its fences and keys, the same story with the same faults is counted as lost, doubled, silent."""

import pytest

from store.db.failpoints import Failpoint, Side
from tests.chaos import naive
from tests.chaos.automation import FORGETFUL
from tests.chaos.conftest import MakeStory
from tests.chaos.counting import Counts, count
from tests.chaos.faults import Crossing, Fault, Kind
from tests.chaos.naive import Naive
from tests.chaos.tally import note

pytestmark = pytest.mark.slow


def crash(seam: Failpoint, side: Side, about: str) -> Fault:
    """The process ends there, the first time."""
    return Fault(at=Crossing(seam=seam, side=side, about=about, nth=1), kind=Kind.CRASH)


def counted(make_story: MakeStory, monkeypatch: pytest.MonkeyPatch, without: Naive, *faults: Fault) -> Counts:
    """Return the counts of the naive version; the real one, with the same faults, has to be clean."""
    story = make_story(*faults)
    with monkeypatch.context() as patch:
        without(patch)
        counts = count(story.told())
    note("control", f"without its safety: {without.__name__.replace('_', ' ')}", counts)
    return counts


def test_a_sender_that_looks_for_no_message_posts_a_card_twice(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = crash(Failpoint.MESSAGE, Side.AFTER, "chat.postMessage")
    assert counted(make_story, monkeypatch, naive.looks_for_no_message, posted).doubled


def test_a_worker_that_knows_no_doubt_has_an_effect_twice(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = crash(Failpoint.EFFECT, Side.AFTER, f"{FORGETFUL}/ticket-5")
    assert counted(make_story, monkeypatch, naive.knows_no_doubt, applied).doubled


def test_what_is_not_taken_back_is_lost(make_story: MakeStory, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = crash(Failpoint.STEP, Side.AFTER, "ask")
    assert counted(make_story, monkeypatch, naive.takes_nothing_back, answered).lost


def test_what_is_told_to_nobody_is_silent(make_story: MakeStory, monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted(make_story, monkeypatch, naive.tells_nobody).silent


def test_without_a_journal_a_case_never_comes_to_its_end(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Fault(at=Crossing(seam=Failpoint.AUDIT, side=Side.BEFORE, about="run.waiting", nth=1), kind=Kind.CRASH)
    assert counted(make_story, monkeypatch, naive.keeps_no_journal, asked).lost
