"""The demo tells its story in the right order, and in words."""

from bot.demo.reading import lines
from bot.demo.story import ALONE, GOOD, HINT, SAFETY, UNLUCKY, WRONG, tickets
from handlers.blocks.rich import bullets, line, moment, quote, rich, words
from tests.world import Clock


def test_the_five_tickets_of_the_story_come_first_and_all_others_after_them() -> None:
    told = [ticket.id for ticket in tickets()]
    assert told[:5] == [ALONE, GOOD, WRONG, SAFETY, UNLUCKY]
    assert len(set(told)) == len(told) == 60


def test_a_ticket_comes_in_without_its_right_answer() -> None:
    assert all(set(ticket.values) == {"id", "customer", "subject", "text", "language"} for ticket in tickets())


def test_what_to_try_names_the_tickets_as_they_stand_on_the_screen() -> None:
    known = {ticket.id: ticket for ticket in tickets()}
    hint = "\n".join(HINT)
    assert str(known[GOOD].values["subject"]) in hint
    assert str(known[SAFETY].values["subject"])[:14] in hint
    assert str(known[WRONG].values["text"])[:25] in hint
    assert known[WRONG].queue == "returns"


def test_blocks_are_read_line_by_line() -> None:
    blocks = [rich(line(words("One "), moment(Clock().time)), bullets([line(words("Two"))]), quote("Three"))]
    assert lines(blocks) == ["One 2026-11-20 09:00 UTC", "Two", "Three"]
