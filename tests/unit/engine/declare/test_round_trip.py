"""The kept value is the delivered one: a value that would be read back as another is refused, naming the field."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    RootModel,
    SecretBytes,
    SecretStr,
    computed_field,
    model_validator,
)

from tests.sample import Desk, sample_workflow
from workflows.engine.declare.registry import Registry
from workflows.engine.declare.round_trip import kept, never_kept, read
from workflows.engine.errors import BadDeclaration, Misfit
from workflows.engine.text.canonical_json import MAX_BYTES, larger_than, to_body


class Colour(Enum):
    RED = 1


class Size(StrEnum):
    SMALL = "small"


@dataclass
class Place:
    street: str
    floor: int = 0


class Line(BaseModel):
    text: str
    amount: Decimal


class Longer(Line):
    note: str = ""


class Thing:
    """A class that pydantic knows nothing of."""

    def __init__(self, name: str) -> None:
        self.name = name


class Form(BaseModel):
    """A field of each kind that may or may not survive."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    amount: Decimal | None = None
    number: float | None = None
    count: int | None = None
    flag: bool | None = None
    at: datetime | None = None
    day: date | None = None
    span: timedelta | None = None
    id: UUID | None = None
    raw: bytes | None = None
    tags: frozenset[str] = frozenset()
    words: Sequence[str] = ()
    queue: deque[int] = deque()
    pair: tuple[int, str] | None = None
    colour: Colour | None = None
    size: Size | None = None
    place: Place | None = None
    lines: list[Line] = []
    by_day: dict[date, int] = {}
    either: int | str | None = None
    chosen: Literal["a", 1, None] = None
    named: str = Field("", validation_alias=AliasChoices("Named", "name"), serialization_alias="n")
    anything: Any = None
    thing: Thing | None = None


class Lossy(BaseModel):
    lossy: Annotated[Decimal, PlainSerializer(lambda value: f"{value:.2f}", return_type=str)]


class Upward(BaseModel):
    upward: Annotated[int, BeforeValidator(lambda value: int(value) + 1)]


@pytest.mark.parametrize(
    "values",
    [
        {"amount": Decimal("10.50")},
        {"amount": Decimal("1E+3")},
        {"number": 0.1 + 0.2},
        {"count": 2**200},
        {"flag": True},
        {"at": datetime.fromisoformat("2026-01-01T09:00")},
        {"at": datetime(2026, 1, 1, 9, tzinfo=UTC)},
        {"at": datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))},
        {"day": date(2026, 1, 1), "span": timedelta(days=-1, microseconds=1), "id": UUID(int=7)},
        {"raw": b"text"},
        {"tags": frozenset("cab"), "words": ("b", "a"), "queue": deque([3, 1]), "pair": (1, "x")},
        {"colour": Colour.RED, "size": Size.SMALL},
        {"place": Place("a", 3)},
        {"lines": [Line(text="x", amount=Decimal("1.0"))], "by_day": {date(2026, 1, 1): 1}},
        {"either": "5"},
        {"either": 5},
        {"chosen": 1},
        {"Named": "an alias"},
        {"anything": {"a": [1, 2.5, None, "x"]}},
    ],
    ids=lambda values: next(iter(values)),
)
def test_what_survives_is_kept_and_read_back_as_it_was(values: Mapping[str, Any]) -> None:
    value = Form.model_validate(values)
    made = kept(Form, value)
    # Which kind of list it is says nothing.
    assert made.value.model_copy(update={"words": tuple(made.value.words)}) == value.model_copy(
        update={"words": tuple(value.words)}
    )
    assert to_body(made.value) == made.body == to_body(read(Form, made.body))


class Fuller(Form):
    extra: str = "x"


def unchecked(**values: Any) -> Form:
    """Return a value that an author made without validation."""
    return Form.model_construct(**values)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (Lossy(lossy=Decimal("10.499")), "lossy"),
        (Lossy(lossy=Decimal("10.5")), "lossy"),  # 10.50 is another number of digits
        (Upward(upward=1), "upward"),
        (Form(anything=Decimal("1.5")), "anything"),
        (Form(anything={"when": datetime(2026, 1, 1, tzinfo=UTC)}), "anything.when"),
        (Form(anything={1: "x"}), "anything.1"),
        (Form(anything=Fraction(1, 3)), "anything"),
        (Form(anything={"a", "b"}), "anything"),
        (Form(number=float("nan")), "number"),
        (Form(number=float("inf")), "number"),
        (Form(raw=b"\xff"), "the whole"),
        (Form(thing=Thing("x")), "the whole"),
        (Fuller(), "extra"),
        (Form(lines=[Longer(text="x", amount=Decimal(1), note="lost")]), "lines.0.note"),
        (unchecked(chosen="b"), "chosen"),
        (unchecked(count="seven"), "count"),
        (unchecked(flag="yes"), "flag"),
        (unchecked(amount=10.5), "amount"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_be_another_value_is_refused_with_its_field_and_without_the_value(
    value: BaseModel, field: str
) -> None:
    with pytest.raises(Misfit) as refused:
        kept(Form if isinstance(value, Form) else type(value), value)
    assert any(name == field or name.startswith(f"{field}.") for name in refused.value.errors), refused.value.errors
    assert "10.499" not in str(refused.value)


class Busy(BaseModel):
    """Reckons with what it is given, keeps things of its own, and has one more that is worked out."""

    net: Decimal
    total: Decimal = Decimal(0)
    _seen: list[str] = PrivateAttr(default_factory=list)
    _lock: object = PrivateAttr(default_factory=object)

    @model_validator(mode="after")
    def _add(self) -> "Busy":
        self.total = self.net * 2
        return self

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no property under a decorator
    @property
    def half(self) -> Decimal:
        return self.net / 2


def test_what_a_model_works_out_by_itself_is_worked_out_again() -> None:
    made = kept(Busy, Busy(net=Decimal("1.5")))
    assert (made.value.total, made.value.half) == (Decimal("3.0"), Decimal("0.75"))


def test_what_was_put_where_nothing_is_kept_is_refused() -> None:
    value = Busy(net=Decimal(1))
    value._seen.append("x")
    with pytest.raises(Misfit, match="_seen: is private, and what was put there would be lost"):
        kept(Busy, value)


class Counting(BaseModel):
    """A validator that is not done with what it made itself."""

    times: int = 0

    @model_validator(mode="after")
    def _count(self) -> "Counting":
        self.times += 1
        return self


def test_a_validator_that_changes_what_it_made_is_told_so() -> None:
    with pytest.raises(Misfit, match="times: would be read back as another value"):
        kept(Counting, Counting())


def test_a_whole_that_is_no_record_is_kept_too() -> None:
    class Numbers(RootModel[list[int]]):
        pass

    assert kept(Numbers, Numbers([3, 1])).value == Numbers([3, 1])


@given(st.builds(Form, amount=st.none() | st.decimals(allow_nan=False, allow_infinity=False), either=st.text()))
def test_what_is_kept_once_is_kept_the_same_again(value: Form) -> None:
    try:
        made = kept(Form, value)
    except Misfit:
        return
    assert kept(Form, made.value).body == made.body


class Secretive(BaseModel):
    token: SecretStr


class Nested(BaseModel):
    inner: dict[str, list[Secretive | None]]


class LeftOut(BaseModel):
    note: str = Field("", exclude=True)
    key: SecretBytes | None = None


@dataclass
class Wrapped:
    token: SecretStr


class InDataclass(BaseModel):
    wrapped: Wrapped


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        (Secretive, {"token"}),
        (Nested, {"inner.token"}),
        (LeftOut, {"note", "key"}),
        (InDataclass, {"wrapped.token"}),
        (Form, set()),
    ],
)
def test_a_form_that_can_never_be_read_back_is_known_as_one(form: type[BaseModel], fields: set[str]) -> None:
    assert set(never_kept(form)) == fields


@pytest.mark.parametrize("where", ["input", "output"])
@pytest.mark.parametrize("form", [Secretive, LeftOut])
def test_a_workflow_with_such_a_form_is_refused_at_the_start(where: str, form: type[BaseModel]) -> None:
    workflow = sample_workflow(Desk())
    setattr(workflow, where, form)
    with pytest.raises(BadDeclaration, match=f"workflow sample: the {where}'s (token|note) is"):
        Registry().add(workflow)


@pytest.mark.parametrize(
    "large",
    [
        lambda: "x" * (MAX_BYTES + 1),
        lambda: ["x"] * MAX_BYTES,
        lambda: {"a": {"b": ["x" * MAX_BYTES, "y"]}},
        lambda: Line(text="x" * (MAX_BYTES + 1), amount=Decimal(0)),
        lambda: Place("x" * (MAX_BYTES + 1)),
        lambda: b"x" * (MAX_BYTES + 1),
        lambda: 10 ** (2 * MAX_BYTES),
    ],
)
def test_what_is_too_large_is_known_without_writing_it(large: Callable[[], object]) -> None:
    assert larger_than(large(), MAX_BYTES)


def test_what_is_not_too_large_is_not_taken_for_it() -> None:
    assert not larger_than("x" * MAX_BYTES, MAX_BYTES)
    assert not larger_than({"a": ["x" * 1_000, {"b": 1, "c": None}]}, MAX_BYTES)


def test_a_value_that_holds_itself_is_too_large() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert larger_than(endless, MAX_BYTES)
