"""The envelope of an answer: the form that a model fills in, and the reading of it.

The answer alone does not show how far to trust it. So it comes in an envelope, made from a workflow's output model,
that also holds quotes, reasons, alternatives and a confidence for each field. No vendor is known here.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from workflows.complaints import all_complaints
from workflows.model.lookup_fields import looked_up
from workflows.model.port import Alternative, ModelUnavailable

ANCHORS: Mapping[str, float] = {"certain": 0.97, "likely": 0.85, "unsure": 0.5, "guess": 0.2}
"""Word for a confidence -> its number."""
ALTERNATIVES = 2
"""Further values that are asked for, and kept, for each field that is a choice."""

_COMPLAINTS = 10
"""Most errors of an answer that are named."""
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL in JSON. After another backslash these are six ordinary characters."""
_THOUGHTS = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
"""Text that a model of one's own may write before its answer."""
_LOOKED_AT = 50
"""Most places in a reply that are tried as the beginning of an answer; each is read as far as it is JSON."""
_LONGEST_AROUND = 200_000
"""Characters of a reply that are searched for an answer among other words."""


class Unreadable(ValueError):
    """A reply is no filled-in envelope. The message says in plain words what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A filled-in envelope, with its values unchecked."""

    values: Mapping[str, JsonValue]
    confidence: Mapping[str, JsonValue] = field(default_factory=dict)
    alternatives: Mapping[str, tuple[Alternative, ...]] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def form(output: type[BaseModel], *, evidence: Sequence[str] = ()) -> JsonSchemaValue:
    """Return the JSON schema of the envelope around an output. `evidence`: the fields that need a quote.

    Fields have their names and not their aliases; fields that are looked up are left out. Every field is required and
    there are few unions: providers compile the schema to a grammar and refuse it where too much is optional.
    Raise `ModelUnavailable` for an output that no closed schema can express (a free mapping, `Any`, a tuple, a model
    that contains itself).
    """
    try:
        schema = output.model_json_schema(by_alias=False, schema_generator=_WrittenByModels)
    except PydanticInvalidForJsonSchema as error:
        raise ModelUnavailable(f"the output {output.__name__} cannot be asked for: {error.message}") from None
    answer = _closed(schema, schema.get("$defs", {}), where=output.__name__)
    elsewhere = looked_up(output)
    fields = {name: node for name, node in answer.get("properties", {}).items() if name not in elsewhere}
    answer = {**answer, "properties": fields, "required": list(fields)}
    if not fields:
        raise ModelUnavailable(f"the output {output.__name__} cannot be asked for: it has no fields")
    choices = {name: labels for name, node in fields.items() if len(labels := _labels(node)) > 1}
    # A model writes in the order of the schema: reasons before the answer, doubts after it.
    envelope: JsonSchemaValue = {
        "evidence": _quoted_for(evidence) if evidence else _quoted_where_it_can(list(fields)),
        "reasons": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Why, in one to three short sentences for the person who will check the answer.",
        },
        "answer": answer,
        "alternatives": _record({name: _others(labels) for name, labels in choices.items()}),
        "confidence": {
            **_record({name: {"type": "number"} for name in fields}),
            "description": "For each field of the answer, the probability that it is right, from 0 to 1. Of ten fields"
            " at 0.8, two turn out wrong.",
        },
    }
    if not choices:
        del envelope["alternatives"]
    return _record(envelope)


def stated(form: JsonSchemaValue) -> str:
    """Return the form in words, for the prompt of a model whose server does not enforce it."""
    return (
        "Answer with one JSON object and nothing else: no words before it, none after it. It has to have every field of"
        f" this JSON schema:\n{json.dumps(form, ensure_ascii=False)}"
    )


def asking_words(form: JsonSchemaValue) -> JsonSchemaValue:
    """Return the form with each confidence as one of a few words, whose numbers are in `ANCHORS`."""
    parts = dict(form.get("properties", {}))
    fields = parts.get("confidence", {}).get("properties")
    if not fields:
        return form
    parts["confidence"] = {
        **_record({name: {"type": "string", "enum": list(ANCHORS)} for name in fields}),
        "description": "For each field of the answer, how sure you are. certain: the case states it, and no other value"
        " comes to mind. likely: it is right nine times in ten. unsure: two values are both sensible. guess: none is.",
    }
    return {**form, "properties": parts}


def with_texts(value: JsonValue, change: Callable[[str], str]) -> JsonValue:
    """Return a value with each of its texts changed. The names of its fields stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [with_texts(inner, change) for inner in value]
    if isinstance(value, dict):
        return {name: with_texts(inner, change) for name, inner in value.items()}
    return value


def read(
    text: str, output: type[BaseModel], *, in_words: bool = False, put_back: Callable[[str], str] | None = None
) -> Filled:
    """Read a reply. Outside the answer it is lenient: missing parts are left out, odd parts are passed on.

    `in_words`: True if the confidence was asked for in words. `put_back`: a change to each text of the reply, before it
    is held against the output.
    Raise `Unreadable` for a reply that is no JSON, or has no answer in it that fits the output.
    """
    envelope = _parsed(text)
    if put_back is not None:
        envelope = with_texts(envelope, put_back)
    values = envelope.get("answer") if isinstance(envelope, dict) else None
    if not isinstance(envelope, dict) or not isinstance(values, dict):
        raise Unreadable("the reply is JSON, but it holds no answer")
    elsewhere = looked_up(output)
    values = {**values, **elsewhere}
    _fit(values, output)
    confidence = envelope.get("confidence")
    alternatives = envelope.get("alternatives")
    reasons = envelope.get("reasons")
    names = output.model_fields.keys() - elsewhere
    return Filled(
        values=values,
        confidence={
            name: _number_of(said) if in_words else said
            for name, said in (confidence.items() if isinstance(confidence, dict) else ())
            if name in names
        },
        alternatives={
            name: others
            for name, listed in (alternatives.items() if isinstance(alternatives, dict) else ())
            if name in names and (others := _alternatives(listed, chosen=values.get(name)))
        },
        evidence={name: quote for name, quote in _quotes(envelope.get("evidence")).items() if name in names},
        reasons=tuple(r for r in (reasons if isinstance(reasons, list) else [reasons]) if isinstance(r, str) and r),
    )


class _WrittenByModels(GenerateJsonSchema):
    """A generator of schemas with decimals as text only: a JSON number loses digits, and a union costs grammar."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        number, _ = super().decimal_schema(schema)["anyOf"]
        return {**number, "type": "string", "format": "decimal number"}


def _record(properties: Mapping[str, JsonSchemaValue]) -> JsonSchemaValue:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _quoted_for(fields: Sequence[str]) -> JsonSchemaValue:
    return {
        **_record({name: {"type": "string"} for name in fields}),
        "description": "For each of these fields, the passage of the case that its value is taken from, copied"
        " character for character with a few words around it. Empty where the case does not state it.",
    }


def _quoted_where_it_can(fields: Sequence[str]) -> JsonSchemaValue:
    return {
        "type": "array",
        "items": _record({"field": {"enum": list(fields)}, "quote": {"type": "string"}}),
        "description": "For each field that a passage of the case speaks for, the passage that speaks for it most,"
        " word for word. Leave out fields without one.",
    }


def _others(labels: list[JsonValue]) -> JsonSchemaValue:
    return {
        "type": "array",
        "items": _record({"label": {"enum": labels}, "probability": {"type": "number"}}),
        "description": f"The {ALTERNATIVES} next best values after the answer's, best first, each with the probability"
        " from 0 to 1 that it is the right one.",
    }


def _closed(
    node: JsonSchemaValue, definitions: Mapping[str, JsonSchemaValue], *, where: str, inside: tuple[str, ...] = ()
) -> JsonSchemaValue:
    """Return a schema without references, options and defaults. A provider would ignore a description beside a
    reference.
    """
    if reference := node.get("$ref"):
        name = reference.removeprefix("#/$defs/")
        if name in inside:
            raise ModelUnavailable(f"{where} cannot be asked for: {name} contains itself")
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _closed({**definitions[name], **beside}, definitions, where=where, inside=(*inside, name))

    def deeper(child: JsonSchemaValue, step: str = "") -> JsonSchemaValue:
        return _closed(child, definitions, where=where + step, inside=inside)

    left_out = ("$defs", "default", "discriminator", "additionalProperties", "required")
    closed = {key: value for key, value in node.items() if key not in left_out}
    match node:
        case {"enum": _} | {"const": _}:
            pass
        case {"type": "object", "properties": properties}:
            closed["properties"] = {name: deeper(child, f".{name}") for name, child in properties.items()}
            closed["required"] = list(properties)
        case {"type": "array", "items": items} if "prefixItems" not in node:
            closed["items"] = deeper(items, "[]")
        case {"type": "object" | "array"} as free:
            kind = "a mapping with free keys" if free["type"] == "object" else "a tuple"
            raise ModelUnavailable(f"{where} cannot be asked for: it is {kind}; use a model with named fields")
        case {"type": _}:
            pass
        case {"anyOf": variants} | {"oneOf": variants}:
            closed.pop("oneOf", None)
            closed["anyOf"] = [deeper(variant) for variant in variants]
        case _:
            raise ModelUnavailable(f"{where} cannot be asked for: its type does not say what it holds")
    return closed


def _labels(node: JsonSchemaValue) -> list[JsonValue]:
    """Return the values of a field that is a choice, without None; empty for any other field."""
    match node:
        case {"enum": list(labels)}:
            return [label for label in labels if label is not None]
        case {"const": label}:
            return [label]
        case {"anyOf": variants}:
            kinds = [_labels(variant) for variant in variants if variant.get("type") != "null"]
            return [label for labels in kinds for label in labels] if all(kinds) else []
    return []


def _fit(values: Mapping[str, JsonValue], output: type[BaseModel]) -> None:
    # As JSON, like in the API and the database, where a date is text.
    try:
        output.model_validate_json(json.dumps(values), by_alias=False, by_name=True)
    except ValidationError as error:
        said = all_complaints(error, most=_COMPLAINTS)
        raise Unreadable(f"the answer does not fit the form: {said}") from None


def _parsed(text: str) -> JsonValue:
    thoughts = _THOUGHTS.match(text)
    said = text[thoughts.end() :] if thoughts else text
    try:
        try:
            parsed = _as_json(said)
        except json.JSONDecodeError as error:
            parsed = _among_words(said, error)
        kept = json.dumps(parsed, ensure_ascii=False).encode()
    except Unreadable:
        raise
    except UnicodeEncodeError:
        raise Unreadable("the reply holds half a character") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"the reply is not JSON: {error.msg} at character {error.pos}") from None
    except (ValueError, RecursionError):
        raise Unreadable(
            "the reply is not readable JSON: a number is too long, or lists and objects are nested too deep"
        ) from None
    if _NUL.search(kept):
        # PostgreSQL cannot store a NUL, and a proposal that is not kept cannot be shown.
        raise Unreadable("the reply holds a NUL character")
    return parsed


def _as_json(text: str) -> JsonValue:
    parsed: JsonValue = json.loads(text, parse_constant=_finite, parse_float=_finite)
    return parsed


def _among_words(text: str, error: json.JSONDecodeError) -> JsonValue:
    """Return the one answer in a code fence or between other words. Raise the error where there is none.

    Raise `Unreadable` where there are several, because it is unknown which one is meant.
    """
    reader = json.JSONDecoder(parse_constant=_finite, parse_float=_finite)
    found: list[JsonValue] = []
    at, looked_at = text.find("{"), 0
    while at >= 0 and looked_at < _LOOKED_AT and at < _LONGEST_AROUND:
        looked_at += 1
        try:
            value, end = reader.raw_decode(text[:_LONGEST_AROUND], at)
        except json.JSONDecodeError:
            end = at + 1
        else:
            if isinstance(value, dict) and "answer" in value and value not in found:
                found.append(value)
        at = text.find("{", end)
    if len(found) > 1:
        raise Unreadable("the reply holds several answers")
    if not found:
        raise error
    return found[0]


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise Unreadable(f"the reply holds {number[:20]}, which is not a number")
    return value


def _number_of(said: JsonValue) -> JsonValue:
    """Return the number of a word for a confidence. Any other text, and a number, is no confidence."""
    return ANCHORS.get(said.strip().lower()) if isinstance(said, str) else None


def _alternatives(listed: JsonValue, *, chosen: JsonValue) -> tuple[Alternative, ...]:
    found = []
    for item in listed if isinstance(listed, list) else ():
        if not isinstance(item, dict) or item.get("label") in (None, chosen):
            continue
        label, probability = item["label"], item.get("probability")
        if isinstance(probability, bool) or not isinstance(probability, (int, float)) or not 0 <= probability <= 1:
            continue
        value = label if isinstance(label, str) else json.dumps(label)
        found.append(Alternative(value=value, probability=float(probability)))
    return tuple(sorted(found, key=lambda other: -other.probability)[:ALTERNATIVES])


def _quotes(evidence: JsonValue) -> dict[str, str]:
    """Return field -> its first quote, from the list that was asked for or from the mapping that some models write
    instead.
    """
    if isinstance(evidence, dict):
        evidence = [{"field": name, "quote": quote} for name, quote in evidence.items()]
    quotes: dict[str, str] = {}
    for item in evidence if isinstance(evidence, list) else ():
        match item:
            case {"field": str(name), "quote": str(quote)} if quote.strip():
                quotes.setdefault(name, quote)
    return quotes
