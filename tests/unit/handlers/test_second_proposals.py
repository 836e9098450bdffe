"""A proposal that a person refused before is told as such before anything else, and once."""

from handlers.slack.blocks.card import card
from handlers.slack.blocks.parts.transcript import transcript
from tests.unit.handlers.cases import view
from workflows.engine.reasons import Code, Reason


def test_the_same_again_stands_before_the_case_and_not_among_the_reasons() -> None:
    again = [Reason(code=Code.SAME_AGAIN), Reason(code=Code.PROPOSED_AGAIN)]
    told = transcript(card(view(same_again=True, why=again)).blocks)
    assert told.lower().count("the same again") == 1
    assert told.index("The model proposes the same again.") < told.index("Recommendation")
    assert "You asked for another proposal" in told


def test_an_empty_form_has_nothing_that_could_be_the_same_again() -> None:
    told = transcript(card(view(same_again=True, has_proposal=False)).blocks)
    assert "same again" not in told
