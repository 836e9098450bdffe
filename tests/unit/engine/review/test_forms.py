"""The review form: drawn from the output's schema, and read back to the same values or refused in plain words."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum, StrEnum
from typing import Annotated, Any, Literal, NewType, Optional
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AnyUrl,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    NaiveDatetime,
    PastDate,
    PositiveInt,
    StringConstraints,
    create_model,
    field_validator,
    model_validator,
)

from workflows.engine.errors import InvalidOutput
from workflows.engine.review.form.forms import entries, entries_of, read_form
from workflows.engine.text.form_fields import Field as FormField
from workflows.engine.text.form_fields import Kind, form_of


class Mood(StrEnum):
    ANGRY = "angry"
    CALM = "calm, or so it seems"


class Urgency(Enum):
    RIGHT_NOW = 1
    LATER = 2


class Rank(IntEnum):
    FIRST = 1
    SECOND = 2


class Rights(Flag):
    READ = 1
    WRITE = 2
    GRANT = 4


class Line(BaseModel):
    article: str
    amount: Decimal = Decimal(1)


class Everything(BaseModel):
    """One field of each kind, required, with a default, and optional."""

    text: str = Field(min_length=1)
    choice: Literal["billing", "delivery", "safety"]
    mood: Mood
    urgency: Urgency
    yes: bool
    whole: int
    number: float
    amount: Decimal
    day: date
    moment: datetime
    lines: list[Line]
    table: dict[str, list[int]]
    nested: Line
    level: Literal[1, 2, 3]
    clock: time
    length: timedelta
    meeting: AwareDatetime
    local: NaiveDatetime
    words: list[str]
    figures: tuple[Decimal, ...]
    days: list[date]
    moods: list[Mood]
    urgencies: set[Urgency]
    rights: Rights

    default_text: str = "hello"
    default_choice: Literal["a", "b"] = "a"
    default_mood: Mood = Mood.CALM
    default_yes: bool = True
    default_whole: int = 7
    default_number: float = 0.5
    default_amount: Decimal = Decimal("1.50")
    default_day: date = date(2026, 2, 28)
    default_lines: list[Line] = [Line(article="gift")]

    maybe_text: str | None
    maybe_choice: Literal["a", "b"] | None
    maybe_mood: Mood | None
    maybe_yes: bool | None
    maybe_whole: int | None
    maybe_number: Optional[float]  # noqa: UP045  # an author may write it the old way
    maybe_amount: Decimal | None = None
    maybe_day: date | None = None
    maybe_moment: datetime | None = None
    maybe_lines: list[Line] | None = None
    maybe_urgency: Urgency | None = None
    maybe_level: Literal[1, 2, 3] | None = None
    maybe_clock: time | None = None
    maybe_length: timedelta | None = None
    maybe_words: list[str] | None = None
    maybe_moods: list[Mood] | None = None
    maybe_nested: Line | None = None


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
shown = text.filter(str.strip)
"""Left blank, an optional text is none, and a required one is missing."""
amounts = st.decimals(allow_nan=False, allow_infinity=False)
numbers = st.floats(allow_nan=False, allow_infinity=False)
items = st.builds(Line, article=text.map(str.strip).filter(bool), amount=amounts)
"""In a row the space around a value goes."""

clocks = st.times() | st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-3))])
moods = st.lists(st.sampled_from(Mood), max_size=4)

outputs = st.builds(
    Everything,
    clock=clocks,
    local=st.datetimes(),
    meeting=st.datetimes(timezones=zones),
    words=st.lists(text, max_size=4),
    figures=st.lists(amounts, max_size=3).map(tuple),
    moods=moods,
    maybe_clock=st.none() | clocks,
    maybe_words=st.none() | st.lists(text, max_size=3),
    maybe_moods=st.none() | moods,
    maybe_nested=st.none() | items,
    text=shown,
    choice=st.sampled_from(["billing", "delivery", "safety"]),
    number=numbers,
    amount=amounts,
    lines=st.lists(items, max_size=2),
    table=st.dictionaries(text, st.lists(st.integers(), max_size=2), max_size=2),
    nested=items,
    default_text=text,
    default_choice=st.sampled_from(["a", "b"]),
    default_mood=st.sampled_from(Mood),
    default_yes=st.booleans(),
    default_whole=st.integers(),
    default_number=numbers,
    default_amount=amounts,
    default_day=st.dates(),
    default_lines=st.lists(items, max_size=2),
    maybe_text=st.none() | shown,
    maybe_choice=st.sampled_from([None, "a", "b"]),
    maybe_number=st.none() | numbers,
    maybe_amount=st.none() | amounts,
    maybe_day=st.none() | st.dates(),
    maybe_moment=st.none() | st.datetimes(),
    maybe_lines=st.none() | st.lists(items, max_size=2),
)


@given(outputs)
def test_a_form_that_is_submitted_as_it_was_shown_gives_the_same_values(output: Everything) -> None:
    assert read_form(Everything, entries(output)) == output


@given(outputs)
def test_a_form_shows_text_for_each_of_its_fields(output: Everything) -> None:
    assert list(entries(output)) == [field.name for field in form_of(Everything)]


def kinds(output: type[BaseModel]) -> dict[str, Kind]:
    return {field.name: field.kind for field in form_of(output)}


def test_each_type_has_its_kind() -> None:
    kind = kinds(Everything)
    expected = {
        "text": Kind.TEXT,
        "choice": Kind.CHOICE,
        "mood": Kind.CHOICE,
        "yes": Kind.YES_NO,
        "whole": Kind.WHOLE,
        "number": Kind.NUMBER,
        "amount": Kind.AMOUNT,
        "day": Kind.DATE,
        "lines": Kind.ROWS,
    }
    assert {name: kind[name] for name in expected} == expected
    assert {name: kind[f"default_{name}"] for name in expected} == expected
    assert {name: kind[f"maybe_{name}"] for name in expected} == expected
    also = {
        "urgency": Kind.CHOICE,
        "level": Kind.CHOICE,
        "clock": Kind.TIME,
        "length": Kind.DURATION,
        "moment": Kind.MOMENT,
        "words": Kind.LIST,
        "moods": Kind.CHOICES,
        "nested": Kind.ROW,
    }
    assert {name: kind[name] for name in also} == also
    assert {name: kind[f"maybe_{name}"] for name in also} == also
    lists = {"figures": Kind.LIST, "days": Kind.LIST, "urgencies": Kind.CHOICES, "rights": Kind.CHOICES}
    assert {name: kind[name] for name in lists} == lists
    assert {kind[name] for name in ("meeting", "local")} == {Kind.MOMENT}
    assert kind["table"] is Kind.JSON


Number = NewType("Number", int)
Constrained = Annotated[str, Field(pattern="[a-z]+")]


class Recursive(BaseModel):
    name: str
    after: "Recursive | None" = None


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (PositiveInt, Kind.WHOLE),
        (Number, Kind.WHOLE),
        (PastDate, Kind.DATE),
        (Rank, Kind.CHOICE),
        (Literal[Mood.ANGRY, "glad"], Kind.CHOICE),
        (Literal["a"] | Mood, Kind.CHOICE),
        (Constrained, Kind.TEXT),
        (UUID, Kind.WORD),
        (AnyUrl, Kind.WORD),
        (list[Constrained], Kind.LIST),
        (frozenset[int], Kind.LIST),
        (list[UUID], Kind.LIST),
        (list[Literal[1, 2]], Kind.CHOICES),
        (list[list[str]], Kind.JSON),
        (list[str | None], Kind.JSON),
        (tuple[int, str], Kind.JSON),
        (int | str, Kind.JSON),
        (Recursive, Kind.JSON),
        (list[Recursive], Kind.JSON),
    ],
    ids=str,
)
@pytest.mark.parametrize("optional", [False, True])
def test_other_types_are_written_like_those_that_they_are_made_of(annotation: Any, kind: Kind, optional: bool) -> None:
    output = create_model("Output", field=(annotation | None if optional else annotation, ...))
    assert kinds(output) == {"field": kind}


def read_one(annotation: Any, typed: str, *, zone: ZoneInfo | None = None) -> object:
    """Read a form with one field."""
    output = create_model("Output", field=(annotation, ...))
    return getattr(read_form(output, {"field": typed}, zone=zone or UTC), "field")  # noqa: B009  # made above


def refused(annotation: Any, typed: str, *, zone: ZoneInfo | None = None) -> str:
    """Return the complaint about it."""
    with pytest.raises(InvalidOutput) as error:
        read_one(annotation, typed, zone=zone)
    return error.value.errors["field"]


@pytest.mark.parametrize(
    ("annotation", "typed", "value"),
    [
        (Urgency, "right now", Urgency.RIGHT_NOW),
        (Urgency, "RIGHT_NOW", Urgency.RIGHT_NOW),
        (Urgency, "1", Urgency.RIGHT_NOW),
        (Urgency, " Later ", Urgency.LATER),
        (Rank, "second", Rank.SECOND),
        (Mood, "Angry", Mood.ANGRY),
        (Literal[1, 2], "2", 2),
        (Literal[True, "perhaps"], "yes", True),
        (list[Mood], "angry, angry", [Mood.ANGRY, Mood.ANGRY]),
        (list[Mood], "calm, or so it seems\nangry", [Mood.CALM, Mood.ANGRY]),
        (list[Mood], '["angry"]', [Mood.ANGRY]),
        (list[Urgency], "later, right now", [Urgency.LATER, Urgency.RIGHT_NOW]),
        (list[Urgency], "[2, 1]", [Urgency.LATER, Urgency.RIGHT_NOW]),
        (Rights, "read, grant", Rights.READ | Rights.GRANT),
        (list[str], "one, and a half\n\n  two ", ["one, and a half", "two"]),
        (list[str], '["a", " b"]', ["a", " b"]),
        (list[str], "[not] a list", ["[not] a list"]),
        (list[int], "3\n4", [3, 4]),
        (time, "9:05", time(9, 5)),
        (time, "23:59:58.5", time(23, 59, 58, 500_000)),
        (timedelta, "2 h 30 min", timedelta(hours=2, minutes=30)),
        (timedelta, "1 day, 4 hours and 5 minutes", timedelta(days=1, hours=4, minutes=5)),
        (timedelta, "1.5h", timedelta(minutes=90)),
        (timedelta, "2:30", timedelta(hours=2, minutes=30)),
        (timedelta, "PT45M", timedelta(minutes=45)),
        (timedelta, "-15 min", timedelta(minutes=-15)),
        (Line, "gift | 2.50", Line(article="gift", amount=Decimal("2.50"))),
        (Line, '{"article": "gift"}', Line(article="gift")),
        (Line | None, "", None),
        (datetime, "2026-03-01 14:30", datetime.fromisoformat("2026-03-01T14:30")),
        (datetime, "2026-03-01T14:30:05Z", datetime(2026, 3, 1, 14, 30, 5, tzinfo=UTC)),
        (AwareDatetime, "2026-03-01 14:30 +5:30", datetime(2026, 3, 1, 9, 0, tzinfo=UTC)),
        (AwareDatetime, "2026-03-01 14:30 Europe/Berlin", datetime(2026, 3, 1, 13, 30, tzinfo=UTC)),
        (UUID, " 12345678-1234-5678-1234-567812345678 ", UUID("12345678-1234-5678-1234-567812345678")),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_a_person_types_is_read_as_they_mean_it(annotation: Any, typed: str, value: object) -> None:
    assert read_one(annotation, typed) == value


@pytest.mark.parametrize(
    ("annotation", "typed", "said"),
    [
        (Urgency, "never", "has to be one of: right now, later"),
        (Literal["a", "A"], "ª", "has to be one of: a, A"),
        (list[Mood], "angry, sad", "sad: is none of: angry, calm, or so it seems"),
        (list[Mood], "sad", "has to be one of: angry, calm, or so it seems"),
        (Literal[tuple(f"c{n}" for n in range(150))], "x", None),
        (list[int], "3\nfour", "line 2: has to be a whole number"),
        (list[Annotated[int, Field(ge=5)]], "7\n3", "line 2: has to be at least 5"),
        (Annotated[list[str], Field(min_length=2)], "one", "has to have at least 2; there is 1"),
        (Annotated[list[Mood], Field(max_length=1)], "angry, angry", "has to have at most 1; there are 2"),
        (time, "half past two", "has to be a time such as 14:30"),
        (time, "25:00", "has to be a time such as 14:30"),
        (timedelta, "soon", "has to be a duration such as 2 h 30 min"),
        (timedelta, "3 weeks", "has to be a duration such as 2 h 30 min"),
        (datetime, "tomorrow", "has to be a date with a time, such as 2026-03-01 14:30"),
        (datetime, "2026-02-30 14:30", "there is no day 2026-02-30"),
        (
            datetime,
            "2026-03-01 14:30 Mars/Phobos",
            "Mars/Phobos: is not a time zone such as +01:00, UTC or Europe/Berlin",
        ),
        (NaiveDatetime, "2026-03-01 14:30 UTC", "has to be without a time zone"),
        (Line, "gift", "has 1 part, and has to be: Article | Amount"),
        (Line, "gift | much", "amount: has to be a number such as 1234.50"),
        (UUID, "1234", "has to be a UUID"),
        (AnyUrl, "nowhere", "has to be a web address such as https://example.com"),
        (int | str, "{", "has to be JSON; the error is at line 1, character 2"),
        (Annotated[str, Field(pattern="^[a-z]+$")], "A1", "does not have the required form"),
        (Annotated[Decimal, Field(max_digits=4, decimal_places=2)], "1.234", None),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_wrong_is_said_in_words_of_our_own(annotation: Any, typed: str, said: str | None) -> None:
    words = refused(annotation, typed)
    assert said is None or words == said
    assert "Input should" not in words
    assert len(words) < 400


def test_of_many_choices_only_some_are_named() -> None:
    assert refused(Literal[tuple(f"c{n}" for n in range(150))], "x").endswith("c18, c19 and 130 more")


BERLIN = ZoneInfo("Europe/Berlin")


def test_a_date_and_time_that_needs_a_zone_is_in_that_of_the_workflow_where_none_is_named() -> None:
    read = read_one(AwareDatetime, "2026-03-01 14:30", zone=BERLIN)
    assert read == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)
    (field,) = form_of(create_model("Output", field=(AwareDatetime, ...)), zone=BERLIN)
    assert field.help == "In the time zone Europe/Berlin, where no other is named."


def test_a_time_that_the_clocks_leave_out_or_show_twice_is_asked_about() -> None:
    assert refused(AwareDatetime, "2026-03-29 02:30", zone=BERLIN) == (
        "the clocks of Europe/Berlin leave out 02:30 on that day"
    )
    assert refused(AwareDatetime, "2026-10-25 02:30", zone=BERLIN) == (
        "the clocks of Europe/Berlin show 02:30 twice on that day: write +02:00 or +01:00 after it"
    )
    assert read_one(AwareDatetime, "2026-10-25 02:30 +01:00", zone=BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("annotation", "kept", "shown"),
    [
        (Urgency, 1, "right now"),
        (Mood, "calm, or so it seems", "calm, or so it seems"),
        (Literal[1, 2], 2, "2"),
        (list[Mood], ["angry", "angry"], "angry, angry"),
        (list[Mood], ["calm, or so it seems"], "calm, or so it seems"),
        (list[Mood], ["angry", "calm, or so it seems"], "angry\ncalm, or so it seems"),
        (list[Mood], ["furious"], '["furious"]'),
        (Rights, 5, "read, grant"),
        (list[str], ["a", "b, c"], "a\nb, c"),
        (list[str], ["a", ""], '["a",""]'),
        (list[str], [" a"], '[" a"]'),
        (list[str], ["two\nlines"], "two\\nlines"),
        (list[str] | None, [], "[]"),
        (list[str], [], ""),
        (datetime, "2026-03-01T14:30:00", "2026-03-01 14:30"),
        (datetime, "2026-03-01T14:30:00Z", "2026-03-01 14:30 UTC"),
        (datetime, "2026-03-01T14:30:05.5+01:00", "2026-03-01T14:30:05.5+01:00"),
        (AwareDatetime, "2026-03-01T14:30:05+01:00", "2026-03-01 14:30:05 +01:00"),
        (AwareDatetime, "the first of March", "the first of March"),
        (time, "14:30:00", "14:30"),
        (timedelta, "PT2H30M", "2 h 30 min"),
        (timedelta, "-P1DT1S", "-1 d 1 s"),
        (timedelta, 90.5, "1 min 30.5 s"),
        (Line, {"article": "gift | card", "amount": "2"}, "gift \\| card | 2"),
        (Line, {"article": "gift", "size": "L"}, '{"article":"gift","size":"L"}'),
        (Line, {"article": "gift"}, "gift | "),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_kept_value_is_shown_as_people_write_it(annotation: Any, kept: JsonValue, shown: str) -> None:
    """A value kept in another form, or that would lose something, is shown as it was kept."""
    assert entries_of(create_model("Output", field=(annotation, ...)), {"field": kept}) == {"field": shown}


def test_what_may_be_left_empty() -> None:
    fields = {field.name: field for field in form_of(Everything)}
    for name, field in fields.items():
        several = name in ("lines", "words", "figures", "days", "moods", "urgencies", "rights")
        assert field.required == (not name.startswith(("default_", "maybe_")) and not several)
        assert field.nullable == name.startswith("maybe_")


class Reply(BaseModel):
    queue: Literal["billing", "delivery"] = Field(description="Where it goes.")
    greeting_line: str = Field(default="Hello", max_length=20)
    amount_eur: Decimal = Field(title="Amount in euros", gt=0)
    note: str | None = Field(default=None, max_length=50)
    free: str


def test_a_field_is_labelled_helped_and_limited_as_its_author_declares_it() -> None:
    assert form_of(Reply) == (
        FormField(
            name="queue",
            label="Queue",
            kind=Kind.CHOICE,
            required=True,
            choices=("billing", "delivery"),
            help="Where it goes.",
        ),
        FormField(name="greeting_line", label="Greeting line", kind=Kind.TEXT, required=False, max_length=20),
        FormField(name="amount_eur", label="Amount in euros", kind=Kind.AMOUNT, required=True),
        FormField(name="note", label="Note", kind=Kind.TEXT, required=False, nullable=True, max_length=50),
        FormField(name="free", label="Free", kind=Kind.TEXT, required=False),
    )


Short = Annotated[str, StringConstraints(max_length=50)]


class Annotations(BaseModel):
    plain: Annotated[str, Field(max_length=50)]
    constrained: Short
    maybe: Annotated[str, Field(max_length=50)] | None
    maybe_constrained: Short | None
    maybe_whole: Annotated[int, Field(ge=0)] | None


@pytest.mark.parametrize("name", ["plain", "constrained", "maybe", "maybe_constrained"])
def test_a_text_is_limited_wherever_its_limit_is_written(name: str) -> None:
    field = {field.name: field for field in form_of(Annotations)}[name]
    assert (field.kind, field.max_length) == (Kind.TEXT, 50)


def test_an_optional_number_with_a_limit_is_still_a_number() -> None:
    assert kinds(Annotations)["maybe_whole"] is Kind.WHOLE


class Camel(BaseModel):
    """Named as the other system names it."""

    queue_name: Literal["billing", "delivery"] = Field(alias="queueName")
    reply: str = Field(default="", alias="replyText")


def test_a_field_with_another_name_outside_can_be_filled_in() -> None:
    output = Camel(queueName="billing", replyText="Hello")
    assert read_form(Camel, entries(output)) == output


class OldStyle(BaseModel):
    mood: Literal["angry", "calm", None]


def test_a_choice_with_none_among_its_values_can_be_left_empty() -> None:
    assert read_form(OldStyle, entries(OldStyle(mood=None))) == OldStyle(mood=None)


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)

    day: date
    amount: Decimal
    mood: Mood


def test_a_strict_output_can_be_filled_in() -> None:
    output = Strict(day=date(2026, 3, 1), amount=Decimal("9.90"), mood=Mood.ANGRY)
    assert read_form(Strict, entries(output)) == output


class StrictNumbers(BaseModel):
    model_config = ConfigDict(strict=True)

    whole: int
    number: float


def test_a_strict_number_can_be_filled_in() -> None:
    output = StrictNumbers(whole=3, number=0.5)
    assert read_form(StrictNumbers, entries(output)) == output


class Decided(BaseModel):
    queue: Literal["billing", "delivery"]
    mood: Mood | None = None
    urgent: bool = False
    pages: int = Field(default=1, ge=1, le=9)
    share: float = 0.5
    amount: Decimal = Decimal(0)
    due: date | None = None
    lines: list[Line] = []
    reply: str = Field(default="", max_length=10)
    reason: str = Field(default="because", min_length=1)

    @field_validator("reply")
    @classmethod
    def _no_shouting(cls, value: str) -> str:
        if value.isupper():
            raise ValueError("Please do not shout")
        return value

    @model_validator(mode="after")
    def _urgent_has_a_date(self) -> "Decided":
        if self.urgent and self.due is None:
            raise ValueError("An urgent one needs a due date")
        return self


def wrong(typed: Mapping[str, str]) -> dict[str, str]:
    """Return the complaint about a typed text."""
    with pytest.raises(InvalidOutput) as refused:
        read_form(Decided, typed)
    return refused.value.errors


def test_what_is_left_empty_takes_its_default_or_none() -> None:
    empty = dict.fromkeys(Decided.model_fields, "")
    assert read_form(Decided, {**empty, "queue": "billing", "reason": "x"}) == Decided(queue="billing", reason="x")
    assert read_form(Decided, {"queue": "billing", "reason": "x"}) == Decided(queue="billing", reason="x")


@pytest.mark.parametrize(("typed", "value"), [("yes", True), ("No", False), (" TRUE ", True), ("0", False)])
def test_yes_and_no_are_understood_as_people_write_them(typed: str, value: bool) -> None:
    read = read_form(Decided, {"queue": "billing", "urgent": typed, "due": "2026-03-01", "reason": "x"})
    assert read.urgent is value


def test_space_around_a_number_or_a_date_does_not_matter() -> None:
    typed = {"queue": "billing", "reason": "x", "pages": " 3 ", "amount": " 9.90\n", "due": " 2026-03-01 "}
    read = read_form(Decided, typed)
    assert (read.pages, read.amount, read.due) == (3, Decimal("9.90"), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("queue", "", "is missing"),
        ("queue", "  ", "is missing"),
        ("queue", "lost and found", "has to be one of: billing, delivery"),
        ("mood", "furious", "has to be one of: angry, calm, or so it seems"),
        ("urgent", "perhaps", "has to be yes or no"),
        ("pages", "many", "has to be a whole number"),
        ("pages", "10", "has to be at most 9"),
        ("pages", "1.5", "has to be a whole number"),
        ("share", "half", "has to be a number"),
        ("amount", "9,90", "has to be a number such as 1234.50"),
        ("amount", "NaN", "has to be a number such as 1234.50"),
        ("due", "tomorrow", "has to be a date such as 2026-03-01"),
        ("due", "2026-02-30", "there is no day 2026-02-30"),
        ("lines", "one, two", "row 1 has 1 part, and has to be: Article | Amount"),
        ("lines", "a | 1\n\nb | 2 | 3", "row 2 has 3 parts, and has to be: Article | Amount"),
        ("lines", "a | ten", "row 1, amount: has to be a number such as 1234.50"),
        ("lines", "[{" * 100_000, "has to be JSON; the error is at line 1, character 3"),
        ("lines", "[" * 100_000, "row 1 has 1 part, and has to be: Article | Amount"),
        ("reply", "a" * 11, "has to have at most 10 characters"),
        ("reply", "SHOUTED", "Please do not shout"),
        ("reply", "a\0b", "holds a NUL character"),
        ("reply", "a\ud800b", "is not valid UTF-8"),
        ("queue", "billing\0", "holds a NUL character"),
        ("lines", "[]\ud800", "is not valid UTF-8"),
        ("reason", "", "has to have at least 1 character"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_wrong_is_said_beside_its_field(field: str, typed: str, said: str) -> None:
    assert wrong({"queue": "billing", "reason": "x", field: typed}) == {field: said}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert set(wrong({"queue": "nowhere", "pages": "\0", "urgent": "perhaps"})) == {"queue", "pages", "urgent"}
    assert set(wrong({"queue": "billing", "reason": "x", "pages": "ten", "share": "half"})) == {"pages", "share"}


def test_a_rule_over_several_fields_is_said_about_the_whole() -> None:
    said = wrong({"queue": "billing", "reason": "x", "urgent": "yes"})
    assert said == {"the whole": "An urgent one needs a due date"}


def test_a_field_that_the_form_does_not_have_is_refused() -> None:
    """A tampered form changes nothing unseen."""
    said = wrong({"queue": "billing", "reason": "x", "approved_by": "the CFO"})
    assert set(said) == {"approved_by"}
    assert said["approved_by"].startswith("there is no such field; there are: queue, mood, urgent")


def test_the_refusal_reads_as_one_sentence() -> None:
    with pytest.raises(InvalidOutput, match=r"^queue: is missing; urgent: has to be yes or no$"):
        read_form(Decided, {"urgent": "perhaps"})


def test_what_is_wrong_inside_of_a_list_names_the_place() -> None:
    said = wrong({"queue": "billing", "reason": "x", "lines": '[{"article": "a"}, {"article": "b", "amount": "x"}]'})
    assert said == {"lines": "row 2, amount: has to be a number such as 1234.50"}


def test_a_list_of_records_is_a_row_of_text_each() -> None:
    gift = Decided(queue="billing", lines=[Line(article="gift | \\card", amount=Decimal("9.50")), Line(article="b")])
    shown = entries(gift)
    assert shown["lines"] == "gift \\| \\\\card | 9.50\nb | 1"
    assert read_form(Decided, shown) == gift


def test_what_stands_between_the_strokes_may_be_left_out_where_it_has_a_default() -> None:
    read = read_form(Decided, {"queue": "billing", "reason": "x", "lines": "  gift|\r\n\n b  |  2 "})
    assert read.lines == [Line(article="gift"), Line(article="b", amount=Decimal(2))]


def test_no_rows_are_an_empty_list() -> None:
    assert read_form(Decided, {"queue": "billing", "reason": "x", "lines": " \n"}).lines == []


def test_records_that_do_not_fit_a_row_are_written_as_json() -> None:
    kept = entries_of(Decided, {"lines": [{"article": "a", "size": "L"}]})
    assert kept["lines"] == '[{"article":"a","size":"L"}]'

    class Nested(BaseModel):
        parcels: list[Decided]

    assert kinds(Nested) == {"parcels": Kind.JSON}


def test_the_columns_of_a_row_are_told_in_its_help() -> None:
    (lines,) = [field for field in form_of(Decided) if field.name == "lines"]
    assert lines.help == "A row each: Article | Amount."


@pytest.mark.parametrize("typed", ['[{"article": "a\\u0000b"}]', '[{"article": "\\ud800"}]', f"{'[' * 60}{']' * 60}"])
def test_json_cannot_bring_in_what_a_text_may_not_hold(typed: str) -> None:
    """A NUL, half a surrogate pair and bottomless nesting are refused however they are written."""

    class Loose(BaseModel):
        lines: list[object]

    with pytest.raises(InvalidOutput) as refused:
        read_form(Loose, {"lines": typed})
    assert set(refused.value.errors) == {"lines"}


@given(st.dictionaries(st.sampled_from([*Decided.model_fields, "other"]), st.text()))
def test_whatever_is_typed_gives_values_or_a_refusal(typed: dict[str, str]) -> None:
    try:
        read: object = read_form(Decided, typed)
    except InvalidOutput as refused:
        read = refused.errors
    assert isinstance(read, Decided) or (isinstance(read, dict) and read and all(read.values()))
