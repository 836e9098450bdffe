"""No example of one half is ever near one of the other, whatever the order in which they come."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from workflows.quality.examples.split import NEAR, Half, Placed, half_of, likeness, near, place, sketch_of

WORDS = st.sampled_from(["kettle", "broken", "parcel", "late", "refund", "please", "invoice", "wrong", "my", "the"])
TEXTS = st.lists(WORDS, min_size=1, max_size=14).map(" ".join)


@settings(deadline=None, max_examples=60)
@given(texts=st.lists(TEXTS, max_size=25))
def test_the_halves_have_no_near_duplicates_in_common(texts: list[str]) -> None:
    there: list[Placed] = []
    for number, text in enumerate(texts):
        where = place("w", f"ticket-{number}", sketch_of({"text": text}), there)
        if where is not None:
            there.append(where)
    learning = [one for one in there if one.half is Half.LEARNING]
    for one in there:
        if one.half is Half.MEASURING:
            assert not near(one.sketch, learning)
    marks: dict[str, set[Half]] = {}
    for one in there:
        marks.setdefault(one.alike, set()).add(one.half)
    assert all(len(halves) == 1 for halves in marks.values())


@given(one=TEXTS, other=TEXTS)
def test_likeness_is_symmetric_and_whole_for_equal_texts(one: str, other: str) -> None:
    left, right = sketch_of({"text": one}), sketch_of({"text": other})
    assert likeness(left, right) == likeness(right, left)
    assert likeness(left, left) == 1.0


def test_the_half_follows_from_the_key_and_each_has_about_every_second_case() -> None:
    halves = [half_of("support-triage", f"ticket-{number}") for number in range(2_000)]
    assert 900 < halves.count(Half.LEARNING) < 1_100
    assert [half_of("support-triage", f"ticket-{number}") for number in range(2_000)] == halves
    assert half_of("a", "ticket-1") != half_of("a", "ticket-1x") or half_of("b", "ticket-1") is not None


def test_other_numbers_and_a_greeting_make_a_near_duplicate_and_another_complaint_none() -> None:
    said = "My kettle from order 4711 arrived broken and the box was open, please send a new one to my address"
    same = sketch_of({"text": said, "id": 1})
    assert likeness(same, sketch_of({"text": "Hello! " + said.replace("4711", "9"), "id": 2})) >= NEAR
    other = "The invoice of last month names a wrong amount, and nobody answers my mails about the refund"
    assert likeness(same, sketch_of({"text": other, "id": 3})) < NEAR


def test_inputs_of_a_few_words_are_near_only_where_they_are_equal() -> None:
    """Else all invoices of one currency would be one group."""
    assert not near(sketch_of({"total": "12.50", "currency": "EUR"}), [_at({"total": "13.50", "currency": "EUR"})])
    assert near(sketch_of({"total": "12.50", "currency": "EUR"}), [_at({"total": "12.50", "currency": "EUR"})])


def _at(input: dict[str, JsonValue]) -> Placed:
    return Placed(half=Half.LEARNING, alike="a", sketch=sketch_of(input))
