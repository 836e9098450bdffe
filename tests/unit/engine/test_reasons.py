"""Reasons are kept as codes with their values; what is read back is what was written, and is put into words last."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.texts.review.reasons import in_words
from workflows.engine.reasons import (
    MOST,
    MOST_SAID,
    Change,
    Code,
    FieldNumber,
    Reason,
    asked_for,
    from_json,
    model_said,
    rules_in,
    to_json,
)
from workflows.engine.text.canonical_json import MAX_MESSAGE

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.none() | st.floats(0, 1)
reasons = st.builds(
    Reason,
    code=st.sampled_from([*map(str, Code), "unavailable", "an author's own"]),
    said=st.none() | texts,
    rule=st.none() | texts,
    by=st.none() | texts,
    change=st.none() | st.sampled_from(Change),
    floor=numbers,
    fields=st.lists(st.builds(FieldNumber, name=texts, label=texts, number=numbers), max_size=3).map(tuple),
    of=st.none() | st.integers(0, 100),
    weighed=numbers,
    capped=numbers,
)


@given(st.lists(reasons, max_size=MOST))
def test_what_is_kept_of_reasons_is_read_back_as_it_was(some: list[Reason]) -> None:
    assert from_json(to_json(some)) == tuple(some)


@given(reasons)
def test_every_reason_has_words_whatever_values_it_came_with(reason: Reason) -> None:
    assert in_words(reason).strip() or reason.said


def test_a_value_that_a_reason_does_not_have_takes_no_room() -> None:
    assert to_json([Reason(code=Code.NEVER, rule="pay alone")]) == '[{"code":"never","rule":"pay alone"}]'


def test_only_so_much_is_kept() -> None:
    many = [Reason(code=Code.DOUBT, said="x" * 10**6), Reason(code=Code.MODEL_SAID, said="x" * 10**6)] * MOST
    kept = from_json(to_json(many))
    assert [len(reason.said or "") for reason in kept[:2]] == [MAX_MESSAGE, MOST_SAID]
    assert len(kept) == MOST


def test_what_a_model_said_is_no_reason_and_rules_are_told_apart() -> None:
    some = [
        Reason(code=Code.NEVER, rule="pay alone"),
        Reason(code=Code.NEVER_UNCHECKED, rule="write to a minor", said="KeyError"),
        Reason(code="garbage", said="the model's answer does not fit the form"),
        Reason(code=Code.MODEL_SAID, said="never: trust me"),
    ]
    assert rules_in(some) == ["pay alone", "write to a minor"]
    assert model_said(some) == "never: trust me"
    assert model_said(asked_for(some)) is None


def test_many_fields_are_counted() -> None:
    fields = tuple(FieldNumber(name=f"f{place}", label=f"F {place}", number=0.5) for place in range(9))
    assert in_words(Reason(code=Code.BELOW_FLOOR, floor=0.9, fields=fields, of=12)).endswith(": 9 of 12 fields")
    assert in_words(Reason(code=Code.NO_CONFIDENCE, fields=fields[:1], of=12)).endswith(" for F 0")
