"""Acceptance of inputs: one that fits, with a key; anything else is refused, naming the field."""

from asyncio import CancelledError
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    computed_field,
    field_serializer,
    field_validator,
)

from tests.sample import Desk, Ticket, Triage, sample_workflow
from workflows import InvalidInput, Workflow
from workflows.engine.case.idempotency_keys import MAX_CASE_KEY
from workflows.engine.case.intake import accept
from workflows.engine.text.canonical_json import MAX_BYTES, from_body

sample = sample_workflow(Desk())

anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.just(10**400)
    | st.text(st.characters(codec=None, categories=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def keyed(key: Callable[[Ticket], Any]) -> Workflow[Ticket, Triage]:
    """The sample with another key."""
    return Workflow(name="sample", decision="?", owner="U1", input=Ticket, output=Triage, key=key)


def test_an_input_that_fits_has_a_key_and_one_text() -> None:
    accepted = accept(sample, {"text": "hello", "id": 7})
    assert accepted.key == "ticket-7"
    assert accepted.body == '{"id":7,"language":"en","text":"hello"}'
    assert accept(sample, {"id": "7", "language": "en", "text": "hello"}) == accepted


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "id: is missing; text: is missing"),
        ({"id": 1}, "text: is missing"),
        ({"id": 1, "text": ""}, "text: has to have at least 1 character"),
        ({"id": "one", "text": "x"}, "id: has to be a whole number"),
        ({"id": None, "text": "x"}, "id: has to be a whole number"),
        ({"id": 1.5, "text": "x"}, "id: has to be a whole number"),
        ({"id": 1, "text": ["x"]}, "text: has to be text"),
        ({"id": 1, "text": "a\0b"}, "text: holds a NUL character"),
        ({"id": 1, "text": "a\ud800b"}, "text: is not valid UTF-8"),
        ({"id": 1, "text": "x", "extra": {"deep": ["a\0b"]}}, "extra: holds a NUL character"),
        ({"id": 1, "text": "x" * MAX_BYTES}, "the limit for one input is 262,144"),
        ({"id": 1, "text": "é" * (MAX_BYTES // 2)}, "the limit for one input is 262,144"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_an_input_that_does_not_fit_is_refused_with_its_field(values: Mapping[str, JsonValue], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        accept(sample, values)


def test_an_input_of_ten_megabytes_is_refused() -> None:
    with pytest.raises(InvalidInput, match="the limit for one input is"):
        accept(sample, {"id": 1, "text": "x" * 10_000_000})


def test_an_input_that_just_fits_is_taken() -> None:
    frame = len('{"id":1,"language":"en","text":""}')
    assert len(accept(sample, {"id": 1, "text": "x" * (MAX_BYTES - frame)}).body) == MAX_BYTES
    with pytest.raises(InvalidInput):
        accept(sample, {"id": 1, "text": "x" * (MAX_BYTES - frame + 1)})


def test_bottomless_nesting_is_refused() -> None:
    value: JsonValue = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(InvalidInput, match="text: nested more than 50 deep"):
        accept(sample, {"id": 1, "text": value})


def test_an_endless_number_is_refused() -> None:
    """Python writes no number of more than 4,300 digits."""
    with pytest.raises(InvalidInput):
        accept(sample, {"id": 10**5_000, "text": "x"})


@pytest.mark.parametrize("text", ["‮evil", "zero​width", "😀", "a\x1b[31mb", "<!channel>", "=1+1", "\r\n", "ﷺ"])
def test_unusual_text_is_taken_in_unchanged(text: str) -> None:
    body = accept(sample, {"id": 1, "text": text}).body
    assert Ticket.model_validate_json(body).text == text


@given(st.dictionaries(st.sampled_from(["id", "text", "language", "\0", "x"]), anything))
def test_any_input_is_taken_in_or_refused_with_a_reason(values: dict[str, JsonValue]) -> None:
    try:
        accepted = accept(sample, values)
    except InvalidInput as refused:
        said = str(refused)
    else:
        said = accepted.body
        assert Ticket.model_validate_json(accepted.body).text == values["text"]
    assert said.encode()


@pytest.mark.parametrize(
    "key",
    [
        *("", " ", "x" * (MAX_CASE_KEY + 1)),
        *("a\nb", "a\0b", "a\ud800", "a\u202eb", "\x7f", "a\u3164b", "a\u200bb", "\u3164"),
    ],
)
def test_a_key_that_cannot_be_shown_or_is_too_long_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput, match="its key has to be 1 to 255 characters that can be seen"):
        accept(keyed(lambda _: key), {"id": 1, "text": "x"})


@pytest.mark.parametrize("key", ["x", "x" * MAX_CASE_KEY, "Größe 7", "😀" * MAX_CASE_KEY, "a/correction-1", "../.."])
def test_any_other_key_is_taken(key: str) -> None:
    assert accept(keyed(lambda _: key), {"id": 1, "text": "x"}).key == key


def test_keys_that_nobody_can_tell_apart_are_one_key() -> None:
    """They differ in Unicode's form, in the kind of a space, or in spaces around them (A40)."""
    for key in ("Größe 7", "Gro\u0308ße 7", " Größe 7\r\n", "Größe\u00a07", "Größe \u2009 7", "Größe\u30007"):
        taken = accept(keyed(lambda ticket: ticket.text), {"id": 1, "text": key})
        assert taken.key == "Größe 7"


def test_an_input_from_which_no_key_can_be_made_is_refused() -> None:
    """The author's own key function meets input that it was not made for."""
    with pytest.raises(InvalidInput):
        accept(keyed(lambda ticket: ticket.text.split("#")[1]), {"id": 1, "text": "no number sign"})


@pytest.mark.parametrize("key", [7, None, b"x"])
def test_a_key_that_is_no_text_is_refused(key: object) -> None:
    with pytest.raises(InvalidInput):
        accept(keyed(lambda _: key), {"id": 1, "text": "x"})


class Wordless(ValueError):
    """An error that cannot even say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


ERRORS = [
    KeyError("age"),
    SystemExit(3),
    GeneratorExit(),
    CancelledError(),
    MemoryError(),
    RecursionError(),
    Wordless(),
]


def _fail(error: BaseException) -> Any:
    raise error


def _failing(error: BaseException) -> type[BaseModel]:
    """An input whose validator raises something, whatever is brought."""

    class Failing(Ticket):
        @field_validator("text")
        @classmethod
        def _look(cls, text: str) -> str:
            _fail(error)
            return text

    return Failing


def _unwritable(error: BaseException) -> type[BaseModel]:
    """An input that is taken, and cannot be written down."""

    class Unwritable(Ticket):
        @field_serializer("text")
        def _write(self, text: str) -> str:
            _fail(error)
            return text

    return Unwritable


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_whatever_an_authors_code_raises_it_is_that_input_that_is_refused(error: BaseException) -> None:
    """F73: a validator, a serializer or a key; the reason names the error, and nothing goes through."""
    brought: dict[str, JsonValue] = {"id": 1, "text": "x"}
    for form in (_failing(error), _unwritable(error)):
        workflow = sample_workflow(Desk())
        workflow.input = form  # type: ignore[assignment]  # as another author would have it
        with pytest.raises(InvalidInput) as refused:
            accept(workflow, brought)
        assert type(error).__name__ in str(refused.value) or isinstance(error, ValueError)
    with pytest.raises(InvalidInput, match=f"no key can be made of it: .*{type(error).__name__}"):
        accept(keyed(lambda _: _fail(error)), brought)


def test_what_is_brought_besides_the_form_is_bounded_too() -> None:
    with pytest.raises(InvalidInput, match="too large"):
        accept(sample, {"id": 1, "text": "x", "more": ["x" * 1_000] * 2_000})


class Camel(BaseModel):
    ticket_id: int = Field(alias="ticketId")


class Either(BaseModel):
    ticket_id: int = Field(validation_alias=AliasChoices("ticket_id", "ticketId", "id"))


class OneWay(BaseModel):
    ticket_id: int = Field(validation_alias="ticketId")


class Summed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ticketId: int

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no property under a decorator
    @property
    def name(self) -> str:
        return f"ticket {self.ticketId}"


class Tagged(BaseModel):
    ticketId: int
    tags: frozenset[int] = frozenset()


class Frozen(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="allow")

    ticketId: int


@pytest.mark.parametrize("model", [Camel, Either, OneWay, Summed, Tagged, Frozen])
def test_what_is_taken_in_can_be_read_back(model: type[BaseModel]) -> None:
    """However its author names the fields for the outside: what is kept is what the run will read."""
    workflow = Workflow(name="sample", decision="?", owner="U1", input=model, output=Triage, key=lambda _: "1")
    body = accept(workflow, {"ticketId": 7}).body
    assert from_body(model, body) == model.model_validate({"ticketId": 7})


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: int


@pytest.mark.parametrize("name", ["a\0b", "\ud800"], ids=["nul", "surrogate"])
def test_a_field_whose_name_cannot_be_kept_is_refused(name: str) -> None:
    workflow = Workflow(name="sample", decision="?", owner="U1", input=Loose, output=Triage, key=lambda _: "1")
    with pytest.raises(InvalidInput):
        accept(workflow, {"id": 1, name: "x"})


def test_equal_inputs_have_equal_text() -> None:
    """Else a duplicate would pass for a revision."""
    workflow = Workflow(name="sample", decision="?", owner="U1", input=Tagged, output=Triage, key=lambda _: "1")
    assert accept(workflow, {"ticketId": 7, "tags": [0, 8]}) == accept(workflow, {"ticketId": 7, "tags": [8, 0]})
