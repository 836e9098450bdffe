"""Words of a past case in an answer are a doubt, however they are written; the case's own words are none."""

import pytest
from pydantic import JsonValue

from tests.sample import Desk, sample_workflow
from workflows.engine.propose.evidence.copies import held_against_recalled
from workflows.model.port import Recalled
from workflows.model.scripted import says

PAST = "My grandmother Ottilie in Uelzen never received the blue kettle, order 4711-88123, and I am very angry"
OWN = "I never received the blue kettle that I ordered"
RECALLED = Recalled(example=1, case=17, key="ticket-17", data=PAST, output={"queue": "delivery"}, similarity=0.7)
SPREAD = "Ottilie in Uelzen never received the blue kettle"
COPIED = "it copies words of ticket-17, which is another case"
NUMBER = "it names a number of ticket-17, which is another case"


def doubts(reply: JsonValue, *, reasons: tuple[str, ...] = (), own: str = OWN) -> tuple[str, ...]:
    answer = says({"queue": "delivery", "reply": reply}, reasons=reasons)
    workflow = sample_workflow(Desk())
    return held_against_recalled(answer, [RECALLED], workflow=workflow, own=[{"text": own}]).doubts


@pytest.mark.parametrize(
    "reply",
    [
        SPREAD,
        SPREAD.upper(),
        f"Dear customer, {SPREAD.replace(' ', ', ')}!",
        SPREAD.replace(" ", "_"),
        "\u200b".join(SPREAD),
        "-".join(SPREAD.replace(" ", "")),
        SPREAD.replace("e", "\uff45"),
        list(SPREAD.split()),
        {"a": SPREAD[:20], "b": [SPREAD[20:]]},
    ],
    ids=["as it is", "shouted", "commas", "joined", "invisible", "spelt", "wide letters", "a list", "spread"],
)
def test_eight_words_in_a_row_of_a_past_case_are_a_doubt(reply: JsonValue) -> None:
    assert doubts(reply) == (COPIED,)


def test_a_reason_that_copies_is_a_doubt() -> None:
    assert doubts("Sorry", reasons=(SPREAD,)) == (COPIED,)


def test_an_order_number_of_a_past_case_is_a_doubt() -> None:
    assert doubts("Your order 88123 is on its way") == (NUMBER,)


def test_words_that_the_case_has_itself_are_none() -> None:
    assert doubts(SPREAD, own=f"{OWN}. {PAST}") == ()


def test_seven_words_in_common_are_none() -> None:
    assert doubts("Sorry that you never received the blue kettle") == ()


def test_what_was_decided_before_may_be_decided_again() -> None:
    assert doubts("") == ()
