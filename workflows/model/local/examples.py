"""The examples for a local model, and the check whether it can learn from them.

A list of examples is written by hand or exported, and a misspelt label would silently become a value of its own. So a
label that does not fit the output is reported before anything is learned.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

from pydantic import BaseModel, JsonValue

FEWEST_EXAMPLES = 10
"""Fewest different texts with a label for a field. With fewer, the held-out ones say nothing about the rest."""

Choices = Mapping[str, JsonValue]
"""Name of a value in an example -> the value in an answer."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A case as plain text, with its right values."""

    text: str
    labels: Mapping[str, str]
    """Output field -> its value; `true` or `false` for a bool. Fields of free text are allowed and not learned."""

    @property
    def canonical(self) -> str:
        """The example as canonical JSON. It is ASCII, so that it can be hashed whatever the text holds."""
        return json.dumps([self.text, sorted(self.labels.items())])


def choices(output: type[BaseModel]) -> dict[str, Choices]:
    """Return the fields of an output that are choices (a `Literal`, an enumeration or a bool, each perhaps None)."""
    found = {name: _choices(field.annotation) for name, field in output.model_fields.items()}
    return {name: values for name, values in found.items() if values}


def usable(examples: Iterable[Example]) -> list[Example]:
    """Return the examples that have a word, in an order that does not depend on the given one.

    The order is pseudo-random and the same each time. Sorted by text, similar examples would be side by side.
    """
    worded = (example for example in examples if re.search(r"\w\w", example.text))
    return sorted(worded, key=lambda example: hashlib.sha256(example.canonical.encode()).digest())


def complain(examples: Sequence[Example], output: type[BaseModel]) -> str | None:
    """Return what is wrong with the examples and what to do about it; None where a model can learn from them."""
    possible = choices(output)
    if not possible:
        return f"{output.__name__} has no field with a choice (a Literal, an enumeration or a bool) to learn"
    for number, example in enumerate(examples, start=1):
        for name, value in example.labels.items():
            if name not in output.model_fields:
                return (
                    f"example {number} labels {name!r}, which is not a field of {output.__name__}: use {_or(possible)}"
                )
            if name in possible and value not in possible[name]:
                return f"example {number}: {value!r} is not a value of {name}: use {_or(possible[name])}"
    worded = usable(examples)
    labelled = {name: [example for example in worded if name in example.labels] for name in possible}
    if not any(labelled.values()):
        return (
            f"there is nothing to learn {output.__name__} from:"
            f" give at least {FEWEST_EXAMPLES} examples with a text and the right value of {_or(possible)}"
        )
    for name, ones in labelled.items():
        texts = {" ".join(example.text.lower().split()) for example in ones}
        values = {example.labels[name] for example in ones}
        if 0 < len(texts) < FEWEST_EXAMPLES:
            return (
                f"{name} is labelled on {len(texts)} different texts:"
                f" label at least {FEWEST_EXAMPLES}, and some dozens for each value to learn it well"
            )
        if len(values) == 1:
            return (
                f"{name} is {min(values)!r} in every example: add examples of another value,"
                " or leave the label out and fill the field from a template"
            )
    return None


def _choices(annotation: object) -> Choices:
    annotation = getattr(annotation, "__value__", annotation)  # the type behind a type alias
    if get_origin(annotation) in (Union, UnionType):
        some = [part for part in get_args(annotation) if part is not NoneType]
        return _choices(some[0]) if len(some) == 1 else {}
    if annotation is bool:
        return {"true": True, "false": False}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {str(member.value): member.value for member in annotation}
    if get_origin(annotation) is Literal:
        return {str(value): value for value in get_args(annotation) if value is not None}
    return {}


def _or(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
