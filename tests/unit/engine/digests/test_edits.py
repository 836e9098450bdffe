"""Edits grouped by field: declared values as they are, of all else only how often, and no single case."""

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

from countersign import Personal
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, JsonValue

from workflows import Workflow
from workflows.engine.digests.quality.edits import Grouped, group
from workflows.engine.digests.quality.views import FEW, FieldEdits, ValueChange
from workflows.engine.read.edit_changes import changes_from_json, changes_of, changes_to_json


class Level(Enum):
    """The urgency of something."""

    LOW = 1
    HIGH = 2


class Ticket(BaseModel):
    """An input."""

    text: str


class Reply(BaseModel):
    """An output with a field of each kind."""

    queue: Literal["billing", "returns", "safety"]
    level: Level | None = None
    refund: bool = False
    amount: Decimal = Decimal(0)
    due: date | None = None
    reply: str = ""
    tags: list[Literal["urgent", "vip"]] = []
    customer: Annotated[str, Personal] = ""
    gender: Annotated[Literal["f", "m"], Personal] = "f"


WORKFLOW = Workflow(
    name="triage", decision="Which?", owner="U0MARIA", input=Ticket, output=Reply, key=lambda ticket: ticket.text
)


def edited(*changes: tuple[dict[str, Any], dict[str, Any]]) -> Grouped:
    """Group edits, each given as what differs from an output before and after."""
    same = {"queue": "billing"}
    return group(
        WORKFLOW,
        [changes_of(WORKFLOW, {**same, **before}, {**same, **after}) for before, after in changes],
    )


def only(grouped: Grouped) -> FieldEdits:
    """The only field that is told."""
    (found,) = grouped.fields
    return found


def test_a_declared_value_is_told_with_what_it_was_changed_into() -> None:
    many = [({"queue": "returns"}, {"queue": "billing"})] * 14 + [({"queue": "billing"}, {"queue": "safety"})] * 2
    found = only(edited(*many))
    assert (found.label, found.number) == ("Queue", 16)
    assert found.values == [ValueChange(proposed="returns", decided="billing", number=14)]


def test_the_members_of_an_enum_are_told_by_name_and_a_missing_one_as_nothing() -> None:
    found = only(edited(*[({"level": None}, {"level": 2})] * 3))
    assert found.values == [ValueChange(proposed=None, decided="high", number=3)]
    found = only(edited(*[({"refund": False}, {"refund": True})] * 3))
    assert found.values == [ValueChange(proposed="no", decided="yes", number=3)]


def test_a_value_that_the_author_declares_no_longer_is_counted_and_not_told() -> None:
    """It was kept in an earlier form of the output, where it may have been anybody's words."""
    found = only(edited(*[({"queue": "call Mrs Smith, 555-1234"}, {"queue": "billing"})] * 5))
    assert (found.number, found.values) == (5, [])


def test_one_of_several_values_is_told_as_added_or_left_out() -> None:
    found = only(edited(*[({"tags": ["vip"]}, {"tags": ["urgent"]})] * 3))
    assert found.is_several
    assert {(one.proposed, one.decided, one.number) for one in found.values} == {("vip", None, 3), (None, "urgent", 3)}


def test_of_a_number_only_the_way_and_how_far_it_went_is_told() -> None:
    up = [({"amount": "100"}, {"amount": "112"})] * 5
    down = [({"amount": "100"}, {"amount": "90"})] * 3
    found = only(edited(*up, *down))
    assert (found.raised, found.lowered, found.percent, found.values) == (5, 3, 12.0, [])


def test_a_number_that_went_the_other_way_once_points_at_no_case() -> None:
    found = only(edited(*[({"amount": "100"}, {"amount": "112"})] * 5, ({"amount": "100"}, {"amount": "7"})))
    assert (found.number, found.raised, found.lowered, found.percent) == (6, 0, 0, None)


def test_a_change_from_nothing_has_no_percentage() -> None:
    found = only(edited(*[({"amount": "0"}, {"amount": "5"})] * 3))
    assert (found.raised, found.percent) == (3, None)


def test_of_texts_and_dates_no_word_is_told() -> None:
    texts = only(edited(*[({"reply": "Dear Mrs Smith"}, {"reply": "Dear Sir"})] * 4))
    assert (texts.number, texts.is_text, texts.values) == (4, True, [])
    dates = only(edited(*[({"due": None}, {"due": "2026-11-20"})] * 3, ({"due": "2026-11-20"}, {"due": "2026-11-21"})))
    assert (dates.number, dates.filled, dates.emptied, dates.values) == (4, 3, 0, [])


def test_of_a_personal_field_only_the_number_of_changes_is_told() -> None:
    grouped = edited(*[({"customer": "Smith", "gender": "f"}, {"customer": "", "gender": "m"})] * 3)
    assert {one.label: one for one in grouped.fields} == {
        "Customer": FieldEdits(label="Customer", number=3, is_text=True, values=[]),
        "Gender": FieldEdits(label="Gender", number=3, values=[]),
    }


def test_fields_that_were_changed_too_seldom_are_told_together() -> None:
    grouped = edited(
        *[({"queue": "returns"}, {"queue": "billing"})] * 2,
        *[({"reply": "a"}, {"reply": "b"})] * 2,
        *[({"refund": False}, {"refund": True})] * 3,
    )
    assert [one.label for one in grouped.fields] == ["Refund"]
    assert grouped.few == 4


OUTPUTS = st.fixed_dictionaries(
    {
        "queue": st.sampled_from(["billing", "returns", "safety", "Smith"]),
        "refund": st.booleans(),
        "amount": st.sampled_from(["0", "10", "12.5", "-3"]),
        "reply": st.sampled_from(["", "Smith", "Jones"]),
        "customer": st.sampled_from(["", "Smith", "Jones"]),
    }
)


@given(st.lists(st.tuples(OUTPUTS, OUTPUTS), max_size=40))
def test_no_words_and_no_group_smaller_than_three_are_ever_told(
    edits: list[tuple[dict[str, JsonValue], dict[str, JsonValue]]],
) -> None:
    made = [changes_of(WORKFLOW, before, after) for before, after in edits]
    kept = [changes_to_json(changes) for changes in made]
    assert not any(word in text for text in kept for word in ("Smith", "Jones"))
    grouped = group(WORKFLOW, made)
    assert group(WORKFLOW, map(changes_from_json, kept)) == grouped
    assert "Smith" not in repr(grouped)
    assert "Jones" not in repr(grouped)
    for one in grouped.fields:
        counts = (one.raised, one.lowered, one.filled, one.emptied, *(value.number for value in one.values))
        assert one.number >= FEW
        assert all(count == 0 or count >= FEW for count in counts)
    changed = sum(before.get(name) != after.get(name) for before, after in edits for name in Reply.model_fields)
    assert sum(one.number for one in grouped.fields) + grouped.few == changed
