"""The fingerprint of a failure: the same for all that are alike, and without anything of a case."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.engine.causes.fingerprint import MOST, Failure, normalised

FAILURE = Failure(workflow="triage", step="look_up", error="TryAgain", dependency="desk", message="it did not answer")

ALIKE = {
    "order … not found": ["order 17 not found", "order ORD-2026-000123 not found", "order [case text] not found"],
    "KeyError: '…'": ["KeyError: 'queue'", "KeyError: 'Maria Huber'", "KeyError: '2026-11-29'"],
    "customer doesn't exist and can't be made": ["customer doesn't exist and can't be made"],
    "https://desk.example.com did not answer in … s": [
        "https://desk.example.com/orders/12?x=1 did not answer in 3.5 s",
        "https://maria:secret@desk.example.com:8443/orders did not answer in 12 s",
    ],
    "… is no date": [
        "Mon, 2 Jan 2026 10:00:00 GMT is no date",
        "2026-11-29T09:12:21.5Z is no date",
        "12/24/2026 is no date",
    ],
    "user … is blocked": ["user maria@example.com is blocked", "user 5f3c9a1e-1111-4222-8333-444455556666 is blocked"],
    "row …: expected […], got […]": ["row 12: expected [1, 2, 3], got [4]", "row 7: expected [0], got [1, 2]"],
    "… at …": ["0xdeadbeef at 10.0.0.1:8080", "deadbeefcafe at 8080"],
    "queue=… is not open": ["queue=billing is not open", "queue=17 is not open"],
    "“…” is unknown": ["“Maria” is unknown", "“Ana Lee” is unknown"],
    "the help desk is out of service (…)": [
        "the help desk is out of service (503)",
        "the help desk is out of service (502)",
    ],
    "…": ["½", "٣ Ⅷ ²", "12 of 17".replace("of ", "")],
}


@pytest.mark.parametrize("alike", ALIKE)
def test_what_changes_from_one_failure_to_the_next_is_taken_out(alike: str) -> None:
    assert {normalised(message) for message in ALIKE[alike]} == {alike}


PIECES = st.sampled_from(
    [
        "https://",
        "http://a.b/c?d=",
        "[case text]",
        "'",
        "may ",
        "Mon, ",
        "…",
        "deadbeef",
        "12",
        "a=b",
        "x@y",
        "“",
        "”",
        " ",
        ". ",
    ]
)


@settings(max_examples=500)
@given(st.lists(PIECES | st.text(max_size=12), max_size=60).map("".join))
def test_any_text_is_taken_no_digit_is_left_and_once_is_enough(message: str) -> None:
    found = normalised(message)
    assert len(found) <= MOST
    assert not any(char.isdigit() or char.isnumeric() for char in found)
    assert normalised(found) == found


@given(st.from_regex(r"\w[\w ,.]{0,80}\w", fullmatch=True), st.integers(), st.dates(), st.uuids())
def test_two_messages_that_differ_in_their_values_alone_have_one_fingerprint(
    name: str, number: int, day: date, invoice: UUID
) -> None:
    first = normalised(f'the order "{name}" of {number} on {day} has no invoice {invoice}')
    second = normalised('the order "another" of 17 on 2026-11-29 has no invoice 5f3c9a1e-1111-4222-8333-444455556666')
    assert replace(FAILURE, message=first).fingerprint == replace(FAILURE, message=second).fingerprint


@pytest.mark.parametrize(
    "other",
    [{"workflow": "x"}, {"step": "x"}, {"error": "x"}, {"dependency": None}, {"message": "it said no"}],
    ids=lambda other: next(iter(other)),
)
def test_another_workflow_step_error_system_or_message_is_another_cause(other: dict[str, str | None]) -> None:
    assert Failure(**{**vars(FAILURE), **other}).fingerprint != FAILURE.fingerprint
