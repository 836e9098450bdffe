"""The form for a model is closed and complete; its answer is read leniently, and garbage is reported."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from anthropic import transform_schema
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, JsonValue, RootModel

from workflows.model.envelope import Unreadable, form, read
from workflows.model.lookup_fields import LookedUp
from workflows.model.port import Alternative, ModelUnavailable


class Urgency(Enum):
    """The urgency of a case."""

    NOW = "now"
    LATER = "later"


class Line(BaseModel):
    """One line of the invoice."""

    article: str = Field(max_length=40)
    amount: Decimal = Field(gt=0, decimal_places=2, description="Net, in euros.")
    tags: list[Literal["gift", "return"]] = []


class Invoice(BaseModel):
    queue: Literal["billing", "returns", "delivery"] = Field(description="Where it goes.")
    urgency: Urgency = Field(description="How urgent.")
    mood: Literal["angry", "calm"] | None = None
    rating: Literal[1, 2, 3]
    total: Decimal
    rebate: Decimal | None = None
    due: date
    seen_at: datetime | None = None
    lines: list[Line] = Field(min_length=1, max_length=3)
    pages: Annotated[int, Field(ge=1, le=9)] = 1
    kind: Literal["invoice"] = "invoice"


class Rated(BaseModel):
    queue: Literal["billing", "returns", "delivery"]
    rating: Literal[1, 2, 3] = 3


class Note(BaseModel):
    text: str


def sent(output: type[BaseModel]) -> dict[str, Any]:
    """The schema as it goes over the wire."""
    return transform_schema(form(output))


def nodes(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for child in schema.values():
            yield from nodes(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from nodes(child)


def filled(**parts: object) -> str:
    return json.dumps({"answer": {"text": "hello"}, "confidence": {"text": 0.9}} | parts)


def test_every_object_is_closed_and_every_field_of_it_required() -> None:
    objects = [node for node in nodes(sent(Invoice)) if node.get("type") == "object"]
    assert len(objects) > 5
    for node in objects:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])


def test_no_reference_is_left_in_it_because_a_description_beside_one_would_be_lost() -> None:
    schema = sent(Invoice)
    assert "$ref" not in json.dumps(schema)
    assert "$defs" not in json.dumps(schema)
    assert schema["properties"]["answer"]["properties"]["urgency"] == {
        "enum": ["now", "later"],
        "title": "Urgency",
        "description": "How urgent.",
    }


def test_grounds_are_written_before_the_answer_and_doubts_after_it() -> None:
    assert list(sent(Invoice)["properties"]) == ["evidence", "reasons", "answer", "alternatives", "confidence"]


def test_money_is_asked_for_as_text_so_that_no_digit_is_lost() -> None:
    amount = sent(Invoice)["properties"]["answer"]["properties"]["lines"]["items"]["properties"]["amount"]
    assert amount["type"] == "string"
    assert amount["description"].startswith("Net, in euros.")
    assert "exclusiveMinimum: 0" in amount["description"]
    rebate = sent(Invoice)["properties"]["answer"]["properties"]["rebate"]
    assert [variant["type"] for variant in rebate["anyOf"]] == ["string", "null"]


def test_dates_keep_their_format_and_limits_go_into_words() -> None:
    answer = sent(Invoice)["properties"]["answer"]["properties"]
    assert answer["due"]["format"] == "date"
    assert answer["seen_at"]["anyOf"][0]["format"] == "date-time"
    assert "maximum: 9" in answer["pages"]["description"]
    assert answer["lines"]["minItems"] == 1
    assert "maxItems: 3" in answer["lines"]["description"]


def test_a_default_is_not_offered_because_a_field_left_out_would_have_no_confidence() -> None:
    assert "default" not in json.dumps(sent(Invoice))


def test_a_confidence_is_asked_for_each_field_and_evidence_may_name_each() -> None:
    schema = sent(Invoice)["properties"]
    assert list(schema["confidence"]["properties"]) == list(Invoice.model_fields)
    assert all(node["type"] == "number" for node in schema["confidence"]["properties"].values())
    assert schema["evidence"]["items"]["properties"]["field"]["enum"] == list(Invoice.model_fields)


def test_alternatives_are_asked_for_each_field_with_a_choice_and_only_from_its_values() -> None:
    alternatives = sent(Invoice)["properties"]["alternatives"]["properties"]
    labels = {name: node["items"]["properties"]["label"]["enum"] for name, node in alternatives.items()}
    assert labels == {
        "queue": ["billing", "returns", "delivery"],
        "urgency": ["now", "later"],
        "mood": ["angry", "calm"],
        "rating": [1, 2, 3],
    }


def test_no_alternatives_are_asked_for_where_nothing_is_a_choice() -> None:
    assert "alternatives" not in sent(Note)["properties"]


def test_fields_go_by_their_names_and_not_by_their_aliases() -> None:
    class Aliased(BaseModel):
        queue: str = Field(alias="Warteschlange")

    assert list(sent(Aliased)["properties"]["answer"]["properties"]) == ["queue"]


def test_an_output_that_no_closed_schema_can_express_is_refused_with_the_field_s_name() -> None:
    class Free(BaseModel):
        extra: dict[str, str]

    class Nested(BaseModel):
        parts: list[Free]

    class Anything(BaseModel):
        value: Any

    class Pair(BaseModel):
        pair: tuple[int, str]

    class Tree(BaseModel):
        children: list["Tree"]

    class Empty(BaseModel):
        pass

    class Function(BaseModel):
        call: Callable[[], int]

    for output, words in (
        (Free, "Free.extra cannot be asked for: it is a mapping with free keys"),
        (Nested, r"Nested.parts\[\].extra cannot be asked for"),
        (Anything, "Anything.value cannot be asked for: its type does not say"),
        (Pair, "Pair.pair cannot be asked for: it is a tuple"),
        (Tree, "Tree contains itself"),
        (Empty, "it has no fields"),
        (Function, "Function cannot be asked for"),
        (RootModel[list[str]], "it has no fields"),
    ):
        with pytest.raises(ModelUnavailable, match=words):
            form(output)


def test_what_was_filled_in_validates_against_the_output_it_was_asked_for() -> None:
    values = {
        "queue": "billing",
        "urgency": "now",
        "mood": None,
        "rating": 2,
        "total": "12.10",
        "rebate": None,
        "due": "2026-11-30",
        "seen_at": None,
        "lines": [{"article": "Kettle", "amount": "12.10", "tags": ["gift"]}],
        "pages": 1,
        "kind": "invoice",
    }
    invoice = Invoice.model_validate(read(json.dumps({"answer": values}), Invoice).values)
    assert invoice.lines[0].amount == Decimal("12.10")


def test_a_whole_envelope_is_read() -> None:
    text = json.dumps(
        {
            "evidence": [{"field": "queue", "quote": "charged twice"}],
            "reasons": ["It is about money."],
            "answer": {"queue": "billing", "rating": 3},
            "alternatives": {
                "queue": [{"label": "delivery", "probability": 0.02}, {"label": "returns", "probability": 0.08}],
                "rating": [{"label": 2, "probability": 0.1}],
            },
            "confidence": {"queue": 0.9, "rating": 0.7},
        }
    )
    envelope = read(text, Rated)
    assert envelope.values == {"queue": "billing", "rating": 3}
    assert envelope.confidence == {"queue": 0.9, "rating": 0.7}
    assert envelope.evidence == {"queue": "charged twice"}
    assert envelope.reasons == ("It is about money.",)
    assert envelope.alternatives == {
        "queue": (Alternative(value="returns", probability=0.08), Alternative(value="delivery", probability=0.02)),
        "rating": (Alternative(value="2", probability=0.1),),
    }


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ({"queue": "the moon"}, "queue: has to be billing, returns or delivery"),
        ({"rating": 3}, "queue: is missing"),
        ({"queue": "billing", "rating": "3"}, "rating: has to be 1, 2 or 3"),
    ],
)
def test_an_answer_that_does_not_fit_the_form_is_unreadable(answer: dict[str, JsonValue], wrong: str) -> None:
    with pytest.raises(Unreadable, match=wrong):
        read(json.dumps({"answer": answer}), Rated)


def test_fields_that_need_evidence_are_asked_for_a_quote_each() -> None:
    evidence = form(Rated, evidence=["queue"])["properties"]["evidence"]
    assert evidence["required"] == ["queue"]
    text = json.dumps({"answer": {"queue": "billing"}, "evidence": {"queue": "charged twice", "rating": ""}})
    assert read(text, Rated).evidence == {"queue": "charged twice"}


class Booked(BaseModel):
    text: str
    is_known: Annotated[bool, LookedUp(until=False)]
    account: Annotated[Literal["as on file", "changed"], LookedUp(until="changed")]


def test_what_is_looked_up_is_not_asked_for() -> None:
    asked = form(Booked)["properties"]
    assert list(asked["answer"]["properties"]) == asked["answer"]["required"] == ["text"]
    assert list(asked["confidence"]["properties"]) == ["text"]
    assert "alternatives" not in asked


def test_what_a_model_says_of_it_all_the_same_is_left_aside() -> None:
    said = filled(
        answer={"account": "as on file", "is_known": True, "text": "hello"}, confidence={"account": 1, "text": 0.9}
    )
    read_back = read(said, Booked)
    assert read_back.values == {"text": "hello", "is_known": False, "account": "changed"}
    assert read_back.confidence == {"text": 0.9}
    assert read(filled(), Booked).values["account"] == "changed"


@pytest.mark.parametrize("said", [1.7, -1, "high", None, True, [0.9], {"is": 1}])
def test_a_confidence_is_passed_on_as_it_came_for_the_engine_to_judge(said: JsonValue) -> None:
    assert read(filled(confidence={"text": said}), Note).confidence == {"text": said}


@pytest.mark.parametrize("odd", ["high", 0.9, None, [], {"other": 1}])
def test_what_is_odd_beside_the_answer_is_left_out_and_the_answer_kept(odd: JsonValue) -> None:
    envelope = read(filled(confidence=odd, alternatives=odd, evidence=odd, reasons=odd and [odd, 3]), Note)
    assert envelope.values == {"text": "hello"}
    assert (envelope.confidence, envelope.alternatives, envelope.evidence) == ({}, {}, {})


def test_the_chosen_value_and_senseless_probabilities_are_no_alternatives() -> None:
    listed = [
        {"label": "billing", "probability": 0.9},
        {"label": "returns", "probability": 7},
        {"label": "returns", "probability": "likely"},
        {"label": "delivery", "probability": True},
        {"label": None, "probability": 0.1},
        {"probability": 0.1},
        "returns",
    ]
    text = json.dumps({"answer": {"queue": "billing"}, "alternatives": {"queue": listed}})
    assert read(text, Rated).alternatives == {}


def test_evidence_may_come_as_a_mapping_and_its_first_quote_counts() -> None:
    assert read(filled(evidence={"text": "hello", "other": "x"}), Note).evidence == {"text": "hello"}
    quotes = [{"field": "text", "quote": " "}, {"field": "text", "quote": "a"}, {"field": "text", "quote": "b"}]
    assert read(filled(evidence=quotes), Note).evidence == {"text": "a"}


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```\n{}\n```", "\n ```json {} ``` \n"])
def test_json_in_a_fence_is_read(fence: str) -> None:
    assert read(fence.replace("{}", filled()), Note).values == {"text": "hello"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("I would say billing.", "not JSON"),
        ('{"answer": {"text": "hel', "not JSON"),
        ("```json\n{'answer': 1}\n```", "not JSON"),
        ('Sure!\n```json\n{"queue": "billing"}\n```', "not JSON"),
        ('{"answer": {"text": "a"}} or rather {"answer": {"text": "b"}}', "several answers"),
        ("{" * 100_000, "not JSON"),
        ('{"a":' * 100_000, "readable"),
        ("[" * 100_000, "cannot be read|not readable JSON"),
        ('{"answer": {"text": ' + "9" * 5_000 + "}}", "readable"),
        ('{"answer": {"text": NaN}}', "NaN, which is not a number"),
        ('{"answer": {"text": "a"}, "confidence": {"text": -Infinity}}', "-Infinity, which is not a number"),
        ('{"answer": {"text": 1e999}}', "1e999, which is not a number"),
        (r'{"answer": {"text": "\ud800"}}', "half a character"),
        (r'{"answer": {"text": "a\u0000b"}}', "NUL"),
        ("[]", "it holds no answer"),
        ("null", "it holds no answer"),
        ('{"text": "hello"}', "it holds no answer"),
        ('{"answer": ["hello"]}', "it holds no answer"),
    ],
)
def test_garbage_is_told_in_words(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(text, Note)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
PARTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("answer", "confidence", "alternatives", "evidence", "reasons"), JSON)
)


@given(st.text() | PARTS.map(json.dumps))
def test_no_reply_does_anything_but_be_read_or_be_unreadable(text: str) -> None:
    try:
        envelope = read(text, Note)
    except Unreadable:
        return
    json.dumps(dict(envelope.values), allow_nan=False).encode()


@pytest.mark.parametrize(
    ("said", "is_read"), [(r"a log with \\u0000 in it", True), (r"\\\\u0000", True), ("a \\u0000 b", False)]
)
def test_six_characters_that_look_like_a_nul_are_none(said: str, is_read: bool) -> None:
    text = '{"answer": {"text": "' + said + '"}}'
    if is_read:
        assert "u0000" in str(read(text, Note).values["text"])
    else:
        with pytest.raises(Unreadable, match="NUL"):
            read(text, Note)
