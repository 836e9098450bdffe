"""The one card for all reviews that have none of their own."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.slack.blocks.queue import queue
from handlers.slack.ids import Action
from tests.unit.handlers.cases import NOW
from tests.unit.handlers.slack import message


@given(st.integers(1, 10**9))
def test_it_says_how_many_wait_and_since_when_and_opens_the_list(number: int) -> None:
    drawn = queue("C0SUPPORT", number, NOW)
    told = message(drawn)
    waits = "1 more review waits" if number == 1 else f"{number:,} more reviews wait"
    assert told.startswith(f"{waits}, the oldest came 2026-11-19 09:30 UTC.")
    assert drawn.text == f"{waits}, the oldest since 2026-11-19 09:30 UTC"
    (pressed,) = _buttons(drawn.blocks[-1])
    assert (pressed["action_id"], pressed["value"]) == (Action.START, "C0SUPPORT")
    assert str(pressed["accessibility_label"]).startswith("Start reviewing, ")


def _buttons(block: dict[str, object]) -> list[dict[str, object]]:
    elements = block["elements"]
    assert isinstance(elements, list)
    return elements
