"""The words of a receipt: its outcome first, and nothing that is not known is guessed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from handlers.slack.specimens.receipts import receipt_views
from handlers.texts.governance.receipts import receipt
from handlers.texts.pieces import Bullets, Line, Paragraph, Person, Quote, Words
from workflows.engine.proof.receipts.views import Outcome, ReceiptView, Standing

VIEWS = receipt_views()


def said(view: ReceiptView) -> str:
    return "\n".join(text for part in receipt(view).parts for one in part for text in _text(one))


def _text(paragraph: Paragraph) -> Iterator[str]:
    match paragraph:
        case Line():
            yield "".join(
                piece.text if isinstance(piece, Words) else f"@{piece.id}" if isinstance(piece, Person) else "…"
                for piece in paragraph.pieces
            )
        case Bullets():
            for line in paragraph.lines:
                yield from _text(line)
        case Quote():
            yield paragraph.text


OUTCOMES = {
    "approved": "What was delivered is what @U0123456789 and @U9876543210 approved, and what was proposed.",
    "edited": "It differs from what was proposed: @U0123456789 changed it.",
    "answered": "There was no proposal.",
    "alone": "Nobody decided it: the workflow went alone. What was delivered is what was proposed.",
    "lapsed": "Nobody answered in time, and the workflow has proposals delivered then.",
    "told": "@U0123456789 rejected it. The system of record was told so, with the very reason.",
    "closed": "@U0123456789 rejected it. Nothing was delivered.",
    "found": "@U9876543210 found that the delivery happened.",
    "pending": "It is decided, and not delivered: the case is in doubt.",
    "unknown": "Whether that is what was decided cannot be proven",
    "not approved": "Alarm: what was delivered is not what was decided. Nobody approved what the target was given.",
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_outcome_is_a_sentence(name: str) -> None:
    assert OUTCOMES[name] in said(VIEWS[name])


def test_each_outcome_has_a_sentence() -> None:
    assert {run.outcome for view in VIEWS.values() for run in view.runs} == set(Outcome)


def test_the_three_hashes_stand_beside_each_other() -> None:
    assert "proposed ≠ approved = delivered." in said(VIEWS["edited"])
    assert "proposed = approved = delivered." in said(VIEWS["approved"])


def test_terms_are_shown_where_they_were_kept() -> None:
    assert "terms 5c5c5c5c5c5c5c5c" in said(VIEWS["edited"])
    assert "terms" not in said(VIEWS["forgotten"])


def test_what_was_removed_is_not_called_a_difference() -> None:
    view = VIEWS["edited"]
    run = view.runs[0]
    assert run.delivery is not None
    for standing, words in (
        (Standing.REMOVED, "content removed, cannot be recomputed"),
        (Standing.DIFFERS, "DOES NOT FIT the content that is there"),
        (Standing.NO_HASH, "no hash was kept"),
    ):
        delivered = replace(run.delivery.delivered, standing=standing)
        changed = replace(run, delivery=replace(run.delivery, delivered=delivered))
        assert words in said(replace(view, runs=[changed]))


def test_what_a_case_says_is_shown_as_text() -> None:
    """Its control characters and line breaks are made visible or cut, and a face makes no mention of it."""
    view = replace(VIEWS["alone"], key="T-17\n<!channel>\u202e")
    assert "\u202e" not in said(view)
    assert "Receipt of case 17, T-17" in said(view).splitlines()[0]
    assert all(not isinstance(piece, Person) for part in receipt(view).parts[:1] for piece in part[0].pieces)  # type: ignore[union-attr]  # its title is a line


def test_a_decision_without_a_form_claims_no_time_in_one() -> None:
    lines = said(VIEWS["edited"]).splitlines()
    assert "@U0123456789 edited it, …, 42 seconds with the form open" in lines
    assert "@U9876543210 confirmed it, …, form time not known" in lines


def test_the_command_that_is_named_for_what_is_left_out_has_it() -> None:
    """The plain form leaves out the same at the command line."""
    assert said(VIEWS["several"]).endswith("The command line tells all: countersign receipt 17 --json")
