"""The review form as a modal: what it shows comes back as the same values, and what is typed is read."""

import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from itertools import product
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field, create_model

from bot.sandbox.blocks.options import OPTION
from bot.sandbox.blocks.shapes import Place, each
from bot.sandbox.json import objects
from bot.sandbox.state.forms import Values, find_input, initial_values, spots
from handlers.slack import limits
from handlers.slack.blocks import modals
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.pages import View
from handlers.slack.ids import OpenRow, Row
from handlers.slack.payloads import Modal
from tests.unit.handlers.cases import view
from tests.unit.handlers.slack import as_sent, complaints, modal, typed, untouched
from workflows.engine.errors import InvalidOutput, NeverBroken
from workflows.engine.review.form.forms import entries, read_form
from workflows.engine.text.form_fields import Field as FormField
from workflows.engine.text.form_fields import Kind, form_of
from workflows.engine.text.form_records import cells_of, compared, removed, rows_in, rows_mark, rows_text

fewer = settings(max_examples=settings().max_examples // 2)


class Mood(StrEnum):
    ANGRY = "angry"
    CALM = "calm, or so it seems"


class Urgency(Enum):
    NOW = 1
    LATER = 2


class Line(BaseModel):
    article: str
    amount: Decimal = Decimal(1)


MomentT = TypeVar("MomentT", datetime, time)


def to_the_minute(moment: MomentT) -> MomentT:
    return moment.replace(second=0, microsecond=0)


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
shown = text.filter(str.strip)
"""Left blank, an optional text is none, and a required one is missing."""
words = st.text(st.sampled_from("abc \n\tдの\N{PILE OF POO}\u202e<>&*"), min_size=1, max_size=300).filter(str.strip)
long = st.builds(lambda piece, length: (piece * length)[:length] + ".", words, st.sampled_from([2_999, 3_000, 10_000]))
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
CASES = tuple(f"case {number}" for number in range(150))
ANY_CASE: Any = Literal[CASES]  # made of numbers, which no type checker knows
TALES = ("a" * 76, "b" * 151, "a", "-", "=", "=a", "No value", "yes\nno", " spaced ", "\u202ehidden")
ANY_TALE: Any = Literal[TALES]
KINDS: tuple[tuple[Any, st.SearchStrategy[Any]], ...] = (  # Any: an annotation is no type of its own
    (str, shown | long),
    (Literal["billing", "delivery", "-", "=billing", "No value"], st.sampled_from(["billing", "delivery", "-"])),
    (Literal[CASES], st.sampled_from(CASES)),
    (Literal[TALES], st.sampled_from(TALES)),
    (Mood, st.sampled_from(Mood)),
    (bool, st.booleans()),
    (int, st.integers() | st.sampled_from([0, -1, 10**39, 10**40, -(10**40), 10**400])),
    (float, st.floats(allow_nan=False, allow_infinity=False)),
    (Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
    (date, st.dates()),
    (list[Line], st.lists(st.builds(Line, article=text.map(str.strip)), max_size=3)),
    (list[str], st.lists(text | long, max_size=3)),
    (Urgency, st.sampled_from(Urgency)),
    (list[Urgency], st.lists(st.sampled_from(Urgency), max_size=3)),
    (set[Urgency], st.sets(st.sampled_from(Urgency))),
    (list[ANY_CASE], st.lists(st.sampled_from(CASES), max_size=120)),
    (list[ANY_TALE], st.lists(st.sampled_from(TALES), max_size=3, unique=True)),
    (datetime, st.datetimes() | st.datetimes(timezones=ZONES) | st.datetimes().map(to_the_minute)),
    (AwareDatetime, st.datetimes(timezones=ZONES) | st.datetimes(timezones=ZONES).map(to_the_minute)),
    (time, st.times() | st.times().map(to_the_minute)),
    (timedelta, st.timedeltas()),
    (Line, st.builds(Line, article=text.map(str.strip))),
    (dict[str, list[int]], st.dictionaries(text, st.lists(st.integers(), max_size=2), max_size=3)),
)


@st.composite
def outputs(draw: st.DrawFn) -> BaseModel:
    """An output of any form, and values for it."""
    declared: dict[str, Any] = {}  # Any: pydantic's way to declare fields
    values: dict[str, object] = {}
    for place in range(draw(st.integers(1, 6))):
        annotation, strategy = draw(st.sampled_from(KINDS))
        name, way = f"field_{place}", draw(st.sampled_from(["required", "default", "optional"]))
        if way == "optional":
            annotation, strategy = annotation | None, st.none() | strategy
        values[name] = draw(strategy)
        declared[name] = (annotation, ... if way == "required" else draw(strategy))
    output: BaseModel = create_model("Output", **declared)(**values)
    return output


def state_of(output: BaseModel, entered: Mapping[str, str] | None = None) -> Values:
    """Return Slack's state of the form of an output that is submitted as it was opened."""
    form = modals.edit_form(view(), form_of(type(output)), entries(output) if entered is None else entered)
    assert form is not None
    return untouched(modal(form))


def back(output: BaseModel) -> BaseModel:
    """Return what is read of a form that is submitted as it was opened. Its rows are no inputs."""
    texts = {field.name: text for field in form_of(type(output)) if (text := rows_shown(field, output)) is not None}
    return read_form(type(output), {**texts, **inputs.read(state_of(output))})


def rows_shown(field: FormField, output: BaseModel) -> str | None:
    rows = rows_in(field, entries(output)[field.name])
    return rows_text(rows) if rows is not None else None


@fewer
@given(outputs())
def test_a_form_that_is_submitted_as_it_was_opened_gives_the_same_values(output: BaseModel) -> None:
    assert back(output) == output


def drawn(annotation: Any, text: str, *, zone: ZoneInfo | None = None) -> list[dict[str, Any]]:
    """The elements of a form with one field, once Slack took it."""
    fields = form_of(create_model("Output", field=(annotation, ...)), zone=zone or UTC)
    form = modals.edit_form(view(), fields, {"field": text})
    assert form is not None
    return [dict(spot.element) for spot in spots(objects(modal(form)["blocks"])) if spot.is_input]


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("annotation", "text", "elements"),
    [
        (Urgency, "now", ["static_select"]),
        (Urgency | None, "", ["static_select"]),
        (list[Urgency], "later", ["checkboxes"]),
        (list[Urgency], "later, now", ["multi_static_select"]),
        (list[Urgency], "later, later", ["plain_text_input"]),
        (list[Urgency] | None, "", ["checkboxes"]),
        (list[Urgency] | None, "[]", ["plain_text_input"]),
        (list[ANY_CASE], "case 7, case 3", ["multi_external_select"]),
        (time, "14:30", ["timepicker"]),
        (time, "14:30:01", ["plain_text_input"]),
        (time | None, "14:30", ["plain_text_input"]),
        (datetime, "2026-03-01 14:30", ["datepicker", "timepicker"]),
        (datetime, "2026-03-01 14:30 UTC", ["plain_text_input"]),
        (AwareDatetime, "2026-03-01 14:30 +01:00", ["datepicker", "timepicker"]),
        (AwareDatetime, "2026-03-01 14:30 UTC", ["plain_text_input"]),
        (AwareDatetime, "", ["datepicker", "timepicker"]),
        (AwareDatetime | None, "", ["plain_text_input"]),
        (timedelta, "2 h", ["plain_text_input"]),
        (list[str], "one\ntwo", ["plain_text_input"]),
    ],
    ids=lambda value: str(value)[:50],
)
def test_each_kind_has_the_element_that_loses_nothing(annotation: Any, text: str, elements: list[str]) -> None:
    """A picker cannot be emptied, knows minutes and no zone; what it could not give back is typed."""
    assert [element["type"] for element in drawn(annotation, text, zone=BERLIN)] == elements


def test_a_moment_is_picked_in_the_time_zone_of_the_workflow() -> None:
    output = create_model("Output", due=(AwareDatetime, ...))
    fields = form_of(output, zone=BERLIN)
    form = modals.edit_form(view(), fields, {"due": "2026-03-01 14:30 +01:00"})
    assert form is not None
    kept = modal(form)
    assert "Europe/Berlin" in str(kept["blocks"])
    state = untouched(kept)
    state["due.1.0"] = {"value": {"type": "timepicker", "selected_time": "16:05"}}
    read = read_form(output, inputs.read(state), zone=BERLIN)
    assert read == output(due=datetime(2026, 3, 1, 15, 5, tzinfo=UTC))


def test_a_choice_that_is_too_long_for_its_line_goes_on_below_it() -> None:
    long = "Refund the customer in full, since the parcel was lost on its way and no other one can be sent in time"
    (element,) = drawn(Literal[(long, "no")], long)
    first = element["options"][0]
    joined = f"{first['text']['text']} {first['description']['text']}".replace("… …", " ")
    assert joined == long
    assert element["initial_option"] == first


def test_choices_that_are_typed_are_named_below_the_input() -> None:
    choice: Any = Literal["a" * 200, "b"]  # Any: an annotation is no type of its own
    output = create_model("Output", field=(choice, ...))
    (block,) = inputs.inputs(form_of(output), {"field": "b"}, generation=0)
    assert block["hint"] == {"type": "plain_text", "text": f"One of: {'a' * 200}, b", "emoji": False}


def test_no_more_are_chosen_than_there_may_be() -> None:
    annotation = Annotated[list[ANY_CASE], Field(max_length=3)]
    (element,) = drawn(annotation, "case 1")
    assert element["max_selected_items"] == 3


@fewer
@given(outputs(), st.integers(0, 50))
def test_each_drawing_of_a_form_has_block_ids_of_its_own(output: BaseModel, generation: int) -> None:
    """Slack keeps what was typed under an old one."""
    fields, some = form_of(type(output)), entries(output)
    before = inputs.inputs(fields, some, generation=generation)
    after = inputs.inputs(fields, some, generation=generation + 1)
    ids = [str(block["block_id"]) for block in [*before, *after]]
    assert len(ids) == len(set(ids))
    assert inputs.generation_of({str(block["block_id"]): block for block in after}) == generation + 1


@given(shown | long)
def test_a_long_text_stands_in_parts_that_join_to_the_same_text(text: str) -> None:
    output = create_model("Output", reply=(str, ...))(reply=text)
    state = state_of(output)
    assert len(state) == max(1, len([block for block in state if block.startswith("reply.")]))
    assert inputs.read(state) == {"reply": text}
    assert inputs.read(dict(reversed(state.items()))) == {"reply": text}


def test_more_than_ten_parts_are_joined_in_their_order() -> None:
    text = " ".join(f"word{number}" for number in range(6_000))
    assert inputs.read(state_of(create_model("Output", reply=(str, ...))(reply=text))) == {"reply": text}


def test_the_parts_of_a_long_text_are_numbered_and_only_the_first_is_needed() -> None:
    blocks = inputs.inputs(
        [FormField(name="reply", label="Reply", kind=Kind.TEXT, required=True, help="To the customer.")],
        {"reply": "word " * 1_500},
        generation=0,
    )
    assert [as_sent(block["label"]) for block in blocks] == [
        {"type": "plain_text", "text": f"Reply ({part} of 3)", "emoji": False} for part in (1, 2, 3)
    ]
    assert [block["optional"] for block in blocks] == [False, True, True]
    assert ["hint" in block for block in blocks] == [True, False, False]


@pytest.mark.parametrize("way", ["required", "default"])
@pytest.mark.parametrize("chosen", ["", "a"])
def test_a_choice_of_nothing_is_a_choice(way: str, chosen: str) -> None:
    """`Literal["", "a"]`: the empty one stays what it is, and does not become the default."""
    kind: Any = Literal["", "a"]  # Any: an annotation is no type of its own
    declared = {"required": (kind, ...), "default": (kind, "a")}[way]
    output = create_model("Output", tag=declared)(tag=chosen)
    assert back(output) == output


@pytest.mark.parametrize(
    "written", ["0.000012345678901234567", "1E-21", "1E-30", "123456789012345678901.1234567890123"]
)
def test_a_number_with_many_decimals_is_shown_and_read(written: str) -> None:
    output = create_model("Output", amount=(Decimal, ...))(amount=Decimal(written))
    assert back(output) == output


@pytest.mark.parametrize("number", [1.2345678901234567e-05, 5e-324, 1e22, -0.0, 0.1, 1.7976931348623157e308])
def test_a_float_is_shown_and_read_to_its_last_digit(number: float) -> None:
    output = create_model("Output", share=(float, ...))(share=number)
    assert back(output) == output


@pytest.mark.parametrize("whole", [10**39, 10**40, -(10**40), 10**308, 10**309, 10**4_000])
def test_a_whole_number_of_any_length_is_shown_and_read(whole: int) -> None:
    output = create_model("Output", whole=(int, ...))(whole=whole)
    assert back(output) == output


@pytest.mark.parametrize("written", ["1E+9999999", "-1E+9999999", "1E-9999999"])
def test_a_number_with_a_huge_exponent_is_not_written_out(written: str) -> None:
    """It takes ten characters to propose one, and would take as many gigabytes as one likes to draw it."""
    output = create_model("Output", amount=(Decimal, ...))(amount=Decimal(written))
    fields, some = form_of(type(output)), entries(output)
    tracemalloc.start()
    try:
        inputs.inputs(fields, some, generation=0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000, f"{peak:,} bytes"
    assert back(output) == output


class Boundless(BaseModel):
    amount: Decimal = Field(allow_inf_nan=True)


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_a_number_that_is_none_is_typed_and_not_refused_by_slack(written: str) -> None:
    state_of(Boundless(amount=Decimal(1)), {"amount": written})


KEPT = [
    "1.5",
    "2026-13-45",
    "tomorrow",
    "2026-03-01T10:00:00",
    "yes",
    "true",
    "null",
    "[1]",
    "",
    " ",
    "x" * 4_000,
    "-0",
]


@pytest.mark.parametrize("kind", list(Kind))
def test_what_no_longer_fits_its_field_is_shown_all_the_same(kind: Kind) -> None:
    """A deploy may turn a text into a date, or an amount into a whole number, while cases wait with the old values."""
    choices = ("a", "b") if kind is Kind.CHOICE else ()
    for required, kept in product([True, False], KEPT):
        field = FormField(name="field", label="Field", kind=kind, required=required, choices=choices)
        form = modals.edit_form(view(), [field], {"field": kept})
        assert form is not None, kept
        modal(form)


class Form(BaseModel):
    queue: Literal["billing", "delivery"]
    urgent: bool
    pages: int
    share: float
    amount: Decimal
    due: date
    later: date | None
    note: str | None
    lines: list[Line]


def inputs_only(fields: tuple[FormField, ...]) -> dict[str, object]:
    form = modals.edit_form(view(), fields, {})
    assert form is not None
    return form


def test_what_a_person_types_is_read() -> None:
    kept = modal(inputs_only(form_of(Form)))
    state = typed(kept, pages="3", share="0.5", amount="9.90", note=" hi\n", later="2026-03-02")
    state["due.0.0"] = {"value": {"type": "datepicker", "selected_date": "2026-03-01"}}
    for name, chosen in (("queue", "=delivery"), ("urgent", "=no")):
        element = find_input(objects(kept["blocks"]), f"{name}.0.0").element
        (picked,) = [option for option in objects(element["options"]) if option["value"] == chosen]
        state[f"{name}.0.0"] = {"value": {"type": str(element["type"]), "selected_option": picked}}
    assert not complaints(objects(kept["blocks"]), state)
    assert read_form(Form, {**inputs.read(state), "lines": "[]"}) == Form(
        queue="delivery",
        urgent=False,
        pages=3,
        share=0.5,
        amount=Decimal("9.90"),
        due=date(2026, 3, 1),
        later=date(2026, 3, 2),
        note=" hi\n",
        lines=[],
    )


def test_an_empty_form_asks_for_what_is_needed_and_chooses_nothing_for_the_person() -> None:
    kept = modal(inputs_only(form_of(Form)))
    blocks = objects(kept["blocks"])
    needed = {name.split(".")[0] for name in complaints(blocks, initial_values(blocks))}
    assert needed == {"queue", "urgent", "pages", "share", "amount", "due"}


def test_records_that_have_no_room_as_rows_are_one_box_with_a_row_each_and_its_columns_below_it() -> None:
    (rows,) = [field for field in form_of(Form) if field.name == "lines"]
    (block,) = inputs.inputs([rows], {"lines": "gift | 9.50\ncard | 1"}, generation=0)
    element = block["element"]
    assert isinstance(element, dict)
    assert (element["multiline"], element["initial_value"]) == (True, "gift | 9.50\ncard | 1")
    assert block["hint"] == {"type": "plain_text", "text": "A row each: Article | Amount.", "emoji": False}


def test_what_is_wrong_in_a_row_is_said_at_the_box() -> None:
    said = inputs.errors(
        {"lines": "row 2, amount: has to be a number such as 1234.50"}, {"queue.0.0": {}, "lines.0.0": {}}
    )
    assert said == {"lines.0.0": "row 2, amount: has to be a number such as 1234.50"}


@pytest.mark.parametrize("number", [1, 99, 100, 101, 150, 1_000])
@pytest.mark.parametrize("required", [True, False])
def test_every_one_of_many_choices_can_be_chosen(number: int, required: bool) -> None:
    """From a list, and where that would be too long, by a search."""
    choices = tuple(f"case {place}" for place in range(number))
    field = FormField(name="tag", label="Tag", kind=Kind.CHOICE, required=required, choices=choices)
    (block,) = inputs.inputs([field], {"tag": choices[-1]}, generation=0)
    element = block["element"]
    assert isinstance(element, dict)
    if number + (not required) <= limits.OPTIONS:
        options = [option["value"] for option in element["options"]]
        assert options == [*(f"={choice}" for choice in choices), *([] if required else ["-"])]
    else:
        assert element["type"] == "external_select"
        for choice in (choices[0], choices[number // 2], choices[-1]):
            assert f"={choice}" in [one["value"] for one in inputs.suggestions([field], "tag.0.3", choice)]
        assert ("-" in [one["value"] for one in inputs.suggestions([field], "tag.0.3", "")]) != required
    assert inputs.read(state_of_field(field, choices[-1])) == {"tag": choices[-1]}


@given(st.lists(text | long, max_size=120, unique=True).map(tuple), text, st.booleans())
def test_whatever_the_choices_are_what_a_search_finds_is_taken(
    choices: tuple[str, ...], typed_in: str, several: bool
) -> None:
    kind = Kind.CHOICES if several else Kind.CHOICE
    field = FormField(name="tag", label="Tag", kind=kind, required=False, choices=choices)
    place = Place(path="/options", surface="modal", findings=[])
    each(OPTION, most=limits.OPTIONS, least=0)(as_sent(inputs.suggestions([field], "tag.0.0", typed_in)), place)
    assert not place.findings


def state_of_field(field: FormField, text: str) -> Values:
    form = modals.edit_form(view(), [field], {field.name: text})
    assert form is not None
    return untouched(modal(form))


@pytest.mark.parametrize("choice", ["-", "=", "=a", "No value", "yes", "x" * 75])
@pytest.mark.parametrize("required", [True, False])
def test_no_choice_passes_for_another_or_for_none(choice: str, required: bool) -> None:
    field = FormField(name="tag", label="Tag", kind=Kind.CHOICE, required=required, choices=("a", choice))
    assert inputs.read(state_of_field(field, choice)) == {"tag": choice}
    if not required:
        assert inputs.read(state_of_field(field, "")) == {"tag": ""}


# What is wrong

names = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30) | st.sampled_from(
    ["lines", "line", "lines.0", "the whole", "confirm!", "confirm!0", "a.b", "0.0", "x.0.0"]
)


@fewer
@given(
    st.lists(names, min_size=1, max_size=6, unique=True),
    st.data(),
    st.booleans(),
    st.integers(0, 3),
)
def test_each_complaint_stands_at_an_input_of_the_form(
    some: list[str], data: st.DataObject, long: bool, generation: int
) -> None:
    fields = [FormField(name=name, label=name, kind=Kind.TEXT, required=False) for name in some]
    form = modals.edit_form(
        view(),
        fields,
        dict.fromkeys(some, "word " * 1_000 if long else ""),
        generation=generation,
        broken=NeverBroken(["err"], barred=False),
    )
    assert form is not None
    state = {
        str(block["block_id"]): {"value": {"type": "plain_text_input", "value": ""}}
        for block in objects(modal(form)["blocks"])
        if block["type"] == "input"
    }
    nested = st.sampled_from(some).flatmap(lambda name: st.sampled_from([name, f"{name}.0", f"{name}.0.amount"]))
    said = data.draw(
        st.dictionaries(nested | names | st.sampled_from(["", "the whole"]), st.text(min_size=1), min_size=1)
    )
    found = inputs.errors(said, state)
    assert found
    assert set(found) <= set(state)
    assert all(found.values()), "Slack refuses an empty complaint"
    for field, complaint in said.items():
        if field in some and "." not in field and len(said) == 1 and complaint:
            (block_id,) = found
            assert block_id.startswith(f"{field}.")


@pytest.mark.parametrize(
    ("field", "stands", "told"),
    [
        ("lines", "lines.0.2", "is missing"),
        ("lines.0.amount", "lines.0.2", "item 1, amount: is missing"),
        ("reply", "reply.1.2", "is missing"),
        ("reply.3", "reply.1.2", "item 4: is missing"),
        ("", "reply.1.2", "is missing"),
        ("the whole", "reply.1.2", "is missing"),
        ("approved_by", "reply.1.2", "approved by: is missing"),
        ("line", "reply.1.2", "line: is missing"),
    ],
)
def test_a_complaint_stands_at_its_field_or_at_the_last(field: str, stands: str, told: str) -> None:
    state: dict[str, object] = {"reply.1.2": {}, "lines.0.2": {}, "reply.0.2": {}, "confirm!2": {}}
    assert inputs.errors({field: "is missing"}, state) == {stands: told}


def test_several_complaints_at_one_input_are_all_said() -> None:
    said = {"lines.0.amount": "is missing", "lines.1.amount": "is missing"}
    assert inputs.errors(said, {"lines.0.0": {}}) == {
        "lines.0.0": "item 1, amount: is missing; item 2, amount: is missing"
    }


@pytest.mark.parametrize("key", ["²", "٣", "9" * 5_000, "n/a"])
def test_a_complaint_about_a_part_with_an_odd_name_is_said_by_its_name(key: str) -> None:
    """A mapping's keys come from the case or from a person."""
    (said,) = inputs.errors({f"prices.{key}": "is no amount"}, {"prices.0.0": {}}).values()
    assert said.startswith(key[:200])


def test_an_empty_complaint_is_still_one() -> None:
    """The author's own validation may raise `ValueError("")`."""
    assert all(inputs.errors({"queue": ""}, {"queue.0.0": {}}).values())


class Camel(BaseModel):
    queue_name: Annotated[int, Field(alias="queueName", ge=1)]
    z_last: str = ""


def test_a_complaint_about_a_field_with_another_name_outside_stands_at_its_input() -> None:
    state = state_of(Camel.model_validate({"queueName": 1}), {"queue_name": "0", "z_last": ""})
    with pytest.raises(InvalidOutput) as refused:
        read_form(Camel, inputs.read(state))
    assert set(inputs.errors(refused.value.errors, state)) == {"queue_name.0.0"}


def test_what_no_form_of_ours_holds_is_not_read() -> None:
    value = {"value": {"type": "plain_text_input", "value": "x"}}
    odd = {"queue": value, "queue.0": value, "queue.x.0": value, "queue.0.x": value, "": value, "..": value}
    assert inputs.read(odd) == {}
    assert inputs.read({"queue.0.0": {"other": value["value"]}}) == {}
    assert inputs.generation_of(odd) == 0


# Rules that are passed over

sentences = st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=5, unique=True)


def asking(nevers: list[str]) -> View | None:
    """A form that asks whether these rules are to be passed over."""
    field = FormField(name="a", label="A", kind=Kind.TEXT, required=False)
    return modals.edit_form(view(), [field], {}, broken=NeverBroken(nevers, barred=False))


def mark(nevers: list[str]) -> str:
    """The name of some rules."""
    return NeverBroken(nevers, barred=False).mark


def ticked(nevers: list[str], *, tick: bool = True) -> Values:
    """The form's state where a person was asked about these rules."""
    form = asking(nevers)
    assert form is not None
    kept = modal(form)
    (asked,) = [block for block in objects(kept["blocks"]) if str(block["block_id"]).startswith(inputs.CONFIRM)]
    element = asked["element"]
    assert isinstance(element, dict)
    chosen = objects(element["options"]) if tick else []
    return {
        "a.0.0": {"value": {"type": "plain_text_input", "value": None}},
        str(asked["block_id"]): {"value": {"type": "checkboxes", "selected_options": [*chosen]}},
    }


@fewer
@given(sentences, sentences)
def test_a_tick_confirms_the_rules_that_were_shown_and_no_others(shown: list[str], broken: list[str]) -> None:
    confirmed = inputs.confirmed(ticked(shown))
    assert (confirmed == mark(broken)) == (set(shown) == set(broken))
    assert inputs.confirmed(ticked(shown, tick=False)) is None
    assert inputs.read(ticked(shown)) == {"a": ""}


@given(sentences, st.randoms(use_true_random=False))
def test_the_order_of_rules_does_not_matter(rules: list[str], random: Any) -> None:  # Any: Hypothesis types it so
    mixed = list(rules)
    random.shuffle(mixed)
    assert mark(mixed) == mark(rules)


def test_two_rules_are_not_one_rule_of_two_lines() -> None:
    assert mark(["send money", "delete an account"]) != mark(["delete an account\nsend money"])


def test_a_rule_that_is_not_shown_whole_cannot_be_confirmed_unseen() -> None:
    """Slack's label holds 2,000 characters; the rule that comes after them has to be seen all the same."""
    rules = ["send money to anybody whose name is not in the book " * 45, "delete an account"]
    form = asking(rules)
    assert form is not None
    assert "never delete an account" in str(modal(form)["blocks"])


def test_nobody_confirms_what_was_not_asked() -> None:
    state = {"tags.0.0": {"value": {"selected_options": [{"value": mark(["send money"])}]}}}
    assert inputs.confirmed(state) is None


def test_text_of_three_thousand_and_one_characters_is_not_cut() -> None:
    output = create_model("Output", reply=(str, ...))(reply="x" * (limits.TEXT_INPUT + 1))
    assert back(output) == output


# Nested records, and the rows of lists


class Address(BaseModel):
    street: str = Field(min_length=1)
    city: str = "Berlin"
    floor: int | None = None


class Sent(BaseModel):
    address: Address
    other: Address | None = None
    lines: list[Line] = []


def test_a_nested_record_is_entered_value_by_value_and_each_is_complained_of_at_its_own_input() -> None:
    sent = Sent(address=Address(street="Main street 5", floor=3))
    kept = modal(inputs_of(sent))
    asked = [block["label"] for block in objects(kept["blocks"]) if block["type"] == "input"]
    names = ("Address: Street", "Address: City", "Address: Floor")
    assert asked[:3] == [{"type": "plain_text", "text": name, "emoji": False} for name in names]
    state = untouched(kept)
    assert "|" not in str(state)
    assert read_form(Sent, {**inputs.read(state), "lines": ""}) == sent
    state["other/floor.0.0"] = {"value": {"type": "number_input", "value": "2"}}
    with pytest.raises(InvalidOutput) as refused:
        read_form(Sent, inputs.read(state))
    assert inputs.errors(refused.value.errors, state) == {"other/street.0.0": "is missing"}


def test_what_a_nested_records_own_validation_says_stands_at_the_value() -> None:
    class Code(BaseModel):
        country: str = Field(max_length=2)
        number: int

    class Phone(BaseModel):
        code: Code

    typed_in = {"code/country": "Germany", "code/number": "49"}
    with pytest.raises(InvalidOutput) as refused:
        read_form(Phone, typed_in)
    assert list(refused.value.errors) == ["code/country"]


def inputs_of(output: BaseModel) -> dict[str, object]:
    form = modals.edit_form(view(), form_of(type(output)), entries(output))
    assert form is not None
    return form


rows_of_text = st.lists(st.fixed_dictionaries({"article": text | long, "amount": st.integers().map(str)}), max_size=130)


@fewer
@given(rows_of_text, st.integers(0, 200), text)
def test_whatever_rows_hold_a_page_of_them_is_taken_and_says_which_it_is(
    some: list[dict[str, str]], first: int, label: str
) -> None:
    (field,) = [one for one in form_of(Sent) if one.name == "lines"]
    form = modals.edit_form(
        view(), [replace(field, label=label)], {"lines": rows_text(some)}, first_rows={"lines": first}
    )
    assert form is not None
    blocks = objects(modal(form)["blocks"])
    page = Modal.model_validate({"id": "V1", "blocks": blocks}).rows["lines"]
    assert page.mark == rows_mark(some)
    assert page.first % 20 == 0
    pressed = [block for block in blocks if str(block.get("block_id")).startswith("row!")]
    assert len(pressed) == min(20, len(some) - page.first)


@fewer
@given(st.data())
def test_whatever_a_row_holds_its_form_is_taken_and_read_back(data: st.DataObject) -> None:
    row = {
        "article": data.draw(shown | long),
        "amount": str(data.draw(st.decimals(allow_nan=False, allow_infinity=False))),
    }
    (field,) = [one for one in form_of(Sent) if one.name == "lines"]
    opened = OpenRow(row=Row(field="lines", place=3), mark="0" * 12, generation=2, is_alone=data.draw(st.booleans()))
    form = modals.row_form(view(), field, cells_of(field, row), opened=opened, number=data.draw(st.integers(0, 9)))
    kept = modal(form)
    read = read_form(Line, inputs.read(untouched(kept)))
    assert (read.article, read.amount) == (row["article"], Decimal(row["amount"]))
    assert OpenRow.read(str(kept["private_metadata"]).split(" ")[-1]) == opened


def test_rows_are_told_apart_from_the_proposed_ones() -> None:
    old = [{"article": name, "amount": "1"} for name in ("Cup", "Lid", "Pot")]
    new = [{"article": "Cup", "amount": "2"}, old[2], {"article": "Can", "amount": "3"}]
    told = compared(new, old)
    assert [one.fate for one in told] == ["changed", "same", "added"]
    assert (told[0].before, removed(told, old)) == (old[0], 1)
    others = compared([*old[:2], {"article": "Can", "amount": "3"}], old)
    assert [one.fate for one in others] == ["same", "same", "added"]  # nothing of the pot is left in it
    assert removed(others, old) == 1


def test_a_text_that_can_only_be_short_is_typed_on_one_line() -> None:
    """Unless it holds what an input of one line would drop or hide."""

    class Output(BaseModel):
        queue: str = Field(pattern="^[a-z-]{2,30}$")
        number: str = Field(max_length=80)
        reply: str
        note: str = Field(max_length=5_000)

    def several(**texts: str) -> set[str]:
        made = inputs.inputs(form_of(Output), texts, generation=0)
        boxes = {str(block["block_id"]).split(".")[0]: block["element"] for block in made}
        return {name for name, box in boxes.items() if isinstance(box, dict) and box["multiline"]}

    assert several() == {"reply", "note"}
    assert several(queue="a\nb", number="1" * 101, reply="yes") == {"queue", "number", "reply", "note"}
