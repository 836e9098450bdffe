"""One way to write a value, and what no database can keep."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, JsonValue, RootModel

from workflows.engine.text.canonical_json import MAX_DEPTH, MAX_MESSAGE, canonical, content_hash, printable, unstorable

anything = st.text(st.characters(codec=None, categories=None), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | anything
values: st.SearchStrategy[JsonValue] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(anything, inner, max_size=4), max_leaves=12
)


def turned_round(value: JsonValue) -> JsonValue:
    """The same value with the keys of every object in the opposite order."""
    if isinstance(value, Mapping):
        return {key: turned_round(value[key]) for key in reversed(list(value))}
    if isinstance(value, list):
        return [turned_round(inner) for inner in value]
    return value


@given(values)
def test_equal_values_have_equal_text(value: JsonValue) -> None:
    assert canonical(turned_round(value)) == canonical(value)


@given(values)
def test_the_text_is_json_for_the_same_value(value: JsonValue) -> None:
    """Also with half a surrogate pair in it, which UTF-8 cannot write."""
    text = canonical(value)
    assert json.loads(text) == value
    assert len(content_hash(text)) == 64


@given(st.lists(st.integers() | st.text(max_size=3), unique_by=lambda item: (type(item).__name__, item)))
def test_a_set_has_one_text_however_it_came_about(items: list[object]) -> None:
    """A set has no order of its own, and strings are hashed anew in each process."""
    backwards = items[::-1]
    assert canonical(set(items)) == canonical(set(backwards))


def test_two_equal_sets_have_equal_text() -> None:
    """Two numbers that fall on one place of the hash table stand in the order in which they came."""
    assert {0, 8} == {8, 0}
    assert canonical({0, 8}) == canonical({8, 0})


class Size(StrEnum):
    SMALL = "small"


class Order(BaseModel):
    amount: Decimal
    size: Size
    day: date
    at: datetime


def test_what_pydantic_knows_is_written_in_its_form() -> None:
    order = Order(
        amount=Decimal("9.90"), size=Size.SMALL, day=date(2026, 3, 1), at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    )
    assert canonical(order) == '{"amount":"9.90","at":"2026-03-01T09:30:00Z","day":"2026-03-01","size":"small"}'


def test_text_stays_readable() -> None:
    assert canonical({"b": "Größe", "a": "😀"}) == '{"a":"😀","b":"Größe"}'


@pytest.mark.parametrize("text", ["", "hello", "Größe", "😀", "‮right to left", "zero​width", "a\nb\tc", "\x1b[31m"])
def test_unusual_text_can_be_kept(text: str) -> None:
    assert unstorable({"note": text, "lines": [text], "table": {text: text}}) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a\0b", "note: holds a NUL character"),
        ("a\ud800b", "note: is not valid UTF-8"),
        (["fine", {"deep": "a\0b"}], "note: holds a NUL character"),
        ({"a\0b": "fine"}, "note: holds a NUL character"),
        ({"\udfff": 1}, "note: is not valid UTF-8"),
    ],
)
def test_what_cannot_be_kept_is_told_by_its_field(value: JsonValue, said: str) -> None:
    assert unstorable({"fine": "x", "note": value}) == said


def nested(depth: int) -> JsonValue:
    """A list in a list in a list: so many lists."""
    value: JsonValue = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_nesting_has_a_limit() -> None:
    assert unstorable({"note": nested(MAX_DEPTH)}) is None
    assert unstorable({"note": nested(MAX_DEPTH + 1)}) == f"note: nested more than {MAX_DEPTH} deep"


def test_bottomless_nesting_is_told_without_falling_in() -> None:
    assert unstorable({"note": nested(100_000)}) == f"note: nested more than {MAX_DEPTH} deep"


@given(st.dictionaries(st.sampled_from(["a", "b"]), values))
def test_what_can_be_kept_can_be_written_as_utf_8(value: dict[str, JsonValue]) -> None:
    if unstorable(value) is None:
        assert "\0" not in canonical(value)
        canonical(value).encode()


@given(anything)
def test_an_error_message_can_always_be_kept(message: str) -> None:
    kept = printable(message)
    kept.encode()
    assert "\0" not in kept


def test_an_endless_error_message_is_cut() -> None:
    assert len(printable("x" * 1_000_000)) == MAX_MESSAGE


class Tagged(BaseModel):
    tags: set[int] = Field(alias="theTags")


class Tags(RootModel[frozenset[int]]):
    """A model that is nothing but a set."""


@dataclass(frozen=True)
class Pair:
    left: frozenset[int]


SHAPES: list[Callable[[set[int]], object]] = [
    lambda tags: [tags],
    lambda tags: (1, tags),
    lambda tags: {"a": {"b": tags}},
    lambda tags: {1: tags},
    lambda tags: {date(2026, 3, 1): tags},
    lambda tags: Tagged(theTags=tags),
    lambda tags: [Tagged(theTags=tags)],
    lambda tags: Tags(frozenset(tags)),
    lambda tags: Pair(frozenset(tags)),
    lambda tags: {frozenset(tags), frozenset({1})},
    lambda tags: deque([tags]),
]


@pytest.mark.parametrize(
    "shape",
    SHAPES,
    ids=["list", "tuple", "dict", "number", "date", "alias", "models", "root", "dataclass", "sets", "deque"],
)
def test_a_set_has_one_text_wherever_it_stands(shape: Callable[[set[int]], object]) -> None:
    assert canonical(shape({0, 8})) == canonical(shape({8, 0}))
