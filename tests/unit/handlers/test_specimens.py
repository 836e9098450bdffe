"""Every kind of message and view, and the two judges of blocks: the sandbox, and one that is not ours.

Whatever a test draws from hostile and huge read models goes through both: see `message` and `modal` in `slack.py`.
"""

import re

import pytest

from bot.sandbox.blocks.documents import accept_home, accept_message_blocks, accept_view
from bot.sandbox.errors import SlackError
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.specimens import specimens
from handlers.slack.specimens.specimen import Specimen
from handlers.texts.tables import NONE
from store.states import DeliveryState, ReviewState, RunState
from tests.slack.sandbox.building import Object, data_table, home, section
from tests.slack.sandbox.test_blocks import REFUSED
from tests.slack.sandbox.test_limits import MESSAGES, VIEWS
from tests.unit.handlers.second_judge import Objects, look_at_message, look_at_view
from tests.unit.handlers.slack import message, modal

PEOPLE = ("U0123456789", "U9876543210", "S0123456789")
_NUMBER = re.compile("[−$]?[0-9][0-9,.]*%?")
_ROOM = 650
"""Pixels of the column of messages in a window of 1,000."""
_NAME = 12
"""Letters of a name."""
NOT_COUNTED_BY_IT = frozenset(
    {
        "all blocks together",
        "tables",
        "table characters",
        "data_tables together",
        "the whole view",
        "initial text",
    }
)
"""Limits of Slack's that the second judge does not count."""


@pytest.mark.parametrize("specimen", specimens(), ids=lambda one: one.name)
def test_both_judges_take_each_message_and_view(specimen: Specimen) -> None:
    if specimen.message is not None:
        message(specimen.message, named=PEOPLE)
    else:
        assert specimen.view is not None
        modal(specimen.view, named=PEOPLE)


def test_the_buttons_of_each_message_stand_in_one_row() -> None:
    """In a channel 650 pixels wide; what is needed more seldom is in a menu, or says it in fewer letters."""
    for specimen in specimens():
        for block in specimen.message.blocks if specimen.message is not None else ():
            if block["type"] == "actions":
                assert _width(block) <= _ROOM, specimen.name


def test_no_table_is_wider_than_a_message_and_its_numbers_end_below_each_other() -> None:
    """A wider one would be cut off at the side, and a number that is a text would begin where names do."""
    for specimen in specimens():
        for block in specimen.message.blocks if specimen.message is not None else ():
            if block["type"] != "data_table":
                continue
            assert isinstance(block["rows"], list)
            names, *columns = zip(*block["rows"], strict=True)
            # A name is wrapped where it is long, and a heading between its words.
            cells = [max(7 * len(cell["text"]) for cell in below) for _, *below in columns]
            heads = [7.6 * max(map(len, head["text"].split())) for head, *_ in columns]
            width = 7.6 * _NAME + sum(map(max, cells, heads)) + 20 * (1 + len(columns))
            assert width <= _ROOM, (specimen.name, block["caption"], width)
            for _, *below in columns:
                kinds = {cell["type"] for cell in below if cell["text"] != NONE}
                assert len(kinds) <= 1, (specimen.name, below)
                if kinds == {"raw_text"}:
                    assert not [cell for cell in below if _NUMBER.fullmatch(cell["text"])], (specimen.name, below)
            assert all(cell["type"] == "raw_text" for cell in names)


def test_there_is_a_specimen_of_each_state_under_a_name_of_its_own() -> None:
    """A new state of a review fails here until it has one."""
    names = [specimen.name for specimen in specimens()]
    assert len(set(names)) == len(names)
    said = " ".join(names)
    others = {"open": "open", "awaiting_second": "awaiting a second", "decided": "approved"}
    for state in ReviewState:
        assert f"card, {others.get(state, state)}" in said
    for run_state in (RunState.DELIVERED, RunState.FAILED, RunState.PARKED):
        assert f"card, {run_state}" in said
    assert len(DeliveryState) == 6


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_both_judges_agree_on_the_limits_of_messages(name: str) -> None:
    """At the limit both take it; one over, both refuse it."""
    row = MESSAGES[name]
    for over in (0, 1) if name not in NOT_COUNTED_BY_IT else (0,):
        made = row.make(row.limit + over)
        assert _objects([*made] if isinstance(made, list) else [made]) is (over == 1)


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_both_judges_agree_on_the_limits_of_views(name: str) -> None:
    row = VIEWS[name]
    for over in (0, 1) if name not in NOT_COUNTED_BY_IT else (0,):
        view = row.make(row.limit + over)
        try:
            look_at_view(view)
        except Objects:
            assert over == 1
        else:
            assert over == 0


def test_the_second_judge_refuses_nothing_wrongly_and_finds_faults_of_its_own() -> None:
    """Of what the sandbox refuses for other reasons than length, it finds about half; it knows where a block stands."""
    found = [name for name, blocks in REFUSED.items() if _objects(blocks)]
    assert len(found) > len(REFUSED) // 2
    look_at_view(home(section(), data_table()))
    accept_home(home(section(), data_table()))
    wrong: Object = {"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": [data_table()]}
    with pytest.raises(Objects):
        look_at_view(wrong)
    with pytest.raises(SlackError):
        accept_view(wrong)
    with pytest.raises(SlackError):
        accept_message_blocks([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}])


def _objects(blocks: list[Object]) -> bool:
    try:
        look_at_message(blocks)
    except Objects:
        return True
    return False


def _width(row: Block) -> float:
    """Return the pixels of a row of buttons and menus, as the sandbox draws it; Slack's letters are narrower."""
    buttons = row["elements"]
    assert isinstance(buttons, list)
    return sum(8.8 * len(one["text"]["text"]) + 36 if one["type"] == "button" else 52 for one in buttons)
