"""F81, F82: a target that is down takes all decisions by itself once it is back, each once, and nobody has to help."""

from datetime import timedelta

import pytest

from store.states import ENDED
from tests.chaos import naive
from tests.chaos.automation import FORGETFUL, KNOWING, UNSURE
from tests.chaos.conftest import MakeStory
from tests.chaos.counting import Evidence, count
from tests.chaos.settings import LONG
from tests.chaos.story import Story
from tests.chaos.tally import hold, note
from tests.slack.stage import ANA
from workflows.engine.deliver.delivery import TRIES

pytestmark = pytest.mark.slow

DECISIONS = 12 if LONG else 4
"""Cases that people decide while the target is down, of each automation."""
OUT = 12 * TRIES
"""Attempts in vain: more than any one delivery was ever given in one go."""


def waiting_for(story: Story, *, down: int = 0, drops: int = 0, restarts: bool = False) -> Evidence:
    """Have people decide while the targets are down, and let time pass; nobody helps."""
    with story.telling():
        story.act(lambda: None)
        for number in range(1, DECISIONS + 1):
            story.bring(KNOWING, number, f"{UNSURE} money {number}")
            story.bring(FORGETFUL, 100 + number, f"{UNSURE} letter {number}")
        story.work()
        for record in story.office.records.values():
            record.down = down
            record.drops = drops if record.knows_keys else 0
        for number in range(1, DECISIONS + 1):
            story.approve(f"ticket-{number}", by=ANA)
            story.approve(f"ticket-{100 + number}", by=ANA)
        story.bring(KNOWING, 1, f"{UNSURE} money, revised")
        story.work()
        story.approve("ticket-1", by=ANA)
        for _ in range(60):
            if restarts:
                story.start()
            story.clock.move(timedelta(minutes=16))
            story.work()
    return story.evidence()


def unhelped(evidence: Evidence) -> list[int]:
    """The cases that did not come to their end by themselves."""
    return [case for case, stands in evidence.cases.items() if stands.state not in ENDED]


@pytest.mark.parametrize("restarts", [False, True], ids=["running on", "restarted each time"])
def test_when_a_target_is_back_all_goes_out_by_itself(make_story: MakeStory, restarts: bool) -> None:
    story = make_story()
    evidence = waiting_for(story, down=OUT, restarts=restarts)
    assert unhelped(evidence) == []
    assert story.office.records[KNOWING].down == 0
    hold("F81", f"a target is down for {OUT} attempts", count(evidence))


def test_where_the_line_is_dropped_after_it_was_done_it_is_made_again_under_its_key(make_story: MakeStory) -> None:
    evidence = waiting_for(make_story(), drops=OUT)
    assert unhelped(evidence) == []
    hold("F82", f"a target that knows keys drops {OUT} lines after it did it", count(evidence))


def test_where_a_delivery_is_given_up_at_once_each_wants_a_person(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    with monkeypatch.context() as patch:
        naive.gives_a_delivery_up_at_once(patch)
        evidence = waiting_for(make_story(), down=OUT)
    note("control", "a delivery is given up at once", count(evidence))
    assert len(unhelped(evidence)) >= DECISIONS
