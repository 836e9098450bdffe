"""The demo tells its story in the right order, and in words."""

import json
import sys
from pathlib import Path
from threading import Event

import pytest

from bot.demo.narrator import Narrator
from bot.demo.places import TEAM_LEAD
from bot.demo.play import play
from bot.demo.screen_text import lines
from bot.demo.stage import demo_settings
from bot.demo.story import (
    ALONE,
    AS_FILES,
    BOOKED,
    DIFFERS,
    FRAUD,
    GOOD,
    MISREAD,
    OPENING,
    PAPERS,
    SAFETY,
    TRIES,
    UNLUCKY,
    UNREAD,
    WRONG,
    arrivals,
    invoices,
    tickets,
)
from handlers.slack.blocks.parts.rich_text import bullets, date, line, quote, rich, words
from handlers.texts.pieces import Shown, Time
from tests.world import Clock
from workflows.engine.errors import Refused
from workflows.engine.propose.examples.samples import SAMPLES
from workflows.engine.read.trail import TrailLine


def test_the_five_tickets_of_the_story_come_first_and_all_others_after_them() -> None:
    told = [ticket.values["id"] for ticket in tickets()]
    assert told[:5] == [ALONE, GOOD, WRONG, SAFETY, UNLUCKY]
    assert len(set(told)) == len(told) == 60


def test_the_team_lead_may_choose_what_the_demo_asks_leads(tmp_path: Path) -> None:
    assert TEAM_LEAD in demo_settings(tmp_path / "demo.sqlite", "http://127.0.0.1:1/").leads


def test_a_ticket_comes_in_without_its_right_answer() -> None:
    assert all(set(ticket.values) == {"id", "customer", "subject", "text", "language"} for ticket in tickets())


def test_what_to_try_names_the_tickets_as_they_stand_on_the_screen() -> None:
    known = {ticket.values["id"]: ticket for ticket in tickets()}
    hint = "\n".join(f"{one.title} {one.text}" for one in TRIES)
    assert str(known[GOOD].values["subject"]) in hint
    assert str(known[SAFETY].values["subject"])[:14] in hint
    assert str(known[WRONG].values["subject"]) in hint
    assert (known[WRONG].answer or {})["queue"] == "returns"
    assert "choose returns" in hint
    papers = {told.key: told for told in invoices()}
    assert FRAUD in hint
    assert papers[FRAUD].answer is None
    assert MISREAD in hint
    assert (papers[MISREAD].answer or {})["number"] in hint


def test_invoices_come_in_between_the_tickets_and_those_of_the_story_with_its_tickets() -> None:
    told = arrivals()
    assert len({one.key for one in told}) == len(told) == 60 + len(invoices())
    opening = [one.key for one in told[:OPENING]]
    assert {BOOKED, FRAUD, MISREAD, DIFFERS, *(f"ticket-{id}" for id in (ALONE, GOOD, WRONG, SAFETY, UNLUCKY))} <= set(
        opening
    )


def test_every_invoice_but_one_has_a_sample_answer() -> None:
    rows = [json.loads(line) for line in (PAPERS.parent / SAMPLES).read_text(encoding="utf-8").splitlines()]
    written, filed = {row.get("key") for row in rows}, [row["input"] for row in rows if "input" in row]
    answered = [told.values in filed if told.key in AS_FILES else told.key in written for told in invoices()]
    assert [told.key for told, is_answered in zip(invoices(), answered, strict=True) if not is_answered] == [UNREAD]


def test_blocks_are_read_line_by_line() -> None:
    blocks = [
        rich(
            line(words("One "), date(Time(at=Clock().time, shown=Shown.MOMENT))),
            bullets([line(words("Two"))]),
            quote("Three"),
        )
    ]
    assert lines(blocks) == ["One 2026-11-20 09:00 UTC", "Two", "Three"]


def test_a_case_that_somebody_brings_beside_the_story_is_told_like_any_other() -> None:
    """The command line beside the demo may submit cases, and the demo goes on."""
    told: list[str] = []
    mine = TrailLine(id=1, action="review.opened", actor="", key="mine", workflow="support-triage", alone=False)
    foreign = TrailLine(id=2, action="review.opened", actor="", key="other", workflow="parcels", alone=False)
    Narrator({}, told.append).tell([mine, foreign])
    assert [line.split(maxsplit=1) for line in told] == [["mine", "waits for a person in #support-review"]]


def test_without_the_extra_that_it_needs_it_says_so_before_anything_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    said: list[str] = []
    with pytest.raises(Refused, match=r"the demo needs the local model, .*\[local\]"):
        play(Event(), say=said.append)
    assert said == []
