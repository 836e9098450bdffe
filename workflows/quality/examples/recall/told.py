"""The text of a decided case, masked, as a model is told an excerpt of it."""

import json
from collections.abc import Iterator, Sequence
from functools import partial

from pydantic import JsonValue

from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.text.canonical_json import canonical, from_body

MOST_TOLD = 1_200
"""Most characters of a decided case that are told."""
_AT_ONCE = 500
"""Texts that are made within one time limit of an author's code."""


def texts_in(workflow: AnyWorkflow, bodies: Sequence[str]) -> list[str]:
    """Return the texts of masked examples, as a model that reads text only is told a case."""
    texts: list[str] = []
    for start in range(0, len(bodies), _AT_ONCE):
        read = partial(_texts, workflow, bodies[start : start + _AT_ONCE])
        texts += within(workflow, "the texts of its examples", read)
    return texts


def text_in(workflow: AnyWorkflow, body: str) -> str:
    """Return the excerpt of a masked example that a model is told."""
    (text,) = texts_in(workflow, [body])
    return text if len(text) <= MOST_TOLD else f"{text[:MOST_TOLD]} ..."


def _texts(workflow: AnyWorkflow, bodies: Sequence[str]) -> list[str]:
    return [_text(workflow, body) for body in bodies]


def _text(workflow: AnyWorkflow, body: str) -> str:
    input = json.loads(body).get("input")
    try:
        return workflow.text_of(from_body(workflow.input, canonical(input)))
    except Exception:  # noqa: BLE001  # a mask may stand where the form wants a number, and the rest is an author's code
        return "\n".join(_words(input))


def _words(value: JsonValue) -> Iterator[str]:
    """Yield the texts in a value."""
    match value:
        case str():
            yield value
        case list():
            for inner in value:
                yield from _words(inner)
        case dict():
            for inner in value.values():
                yield from _words(inner)
