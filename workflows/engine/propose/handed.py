"""A handed proposal: the one that the source of a case sent with the input, in place of a model's.

All of it is what a source says, and no more trusted than the input. It is held against the form when it comes in and
again when a run uses it; then it goes the way of any proposal.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    JsonValue,
    StringConstraints,
    Tag,
)

from workflows.complaints import WHOLE, Place
from workflows.documents.documents import Documents
from workflows.engine.case.source.heard import words_of
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import Kept, checked, kept, read
from workflows.engine.errors import Misfit
from workflows.engine.propose.evidence.pages import page_evidence
from workflows.engine.propose.evidence.quotes import with_evidence
from workflows.engine.text.canonical_json import MAX_PROPOSAL, canonical, larger_than, printable, unstorable_value
from workflows.model.lookup_fields import looked_up
from workflows.model.port import Alternative, SourceAnswer

LONGEST_MODEL = 100
"""Most characters of the name of a model."""
LONGEST_PROPOSER = 200
"""Most characters of that name together with the source's."""
LONGEST_SAID = 2_000
"""Most characters of a reason, a quote or another value."""
UNNAMED = "its source"
"""The name of a source of which no row is kept."""
MOST_REASONS = 20
MOST_ALTERNATIVES = 5
"""Most other values for one field."""
OUTPUT = "output"
"""The part with the values. What is wrong with one of them is named by it: `output.amount`."""


def _printable(name: str) -> str:
    if not name.isprintable() or not name.strip():
        raise ValueError("has to be of printable characters")
    return name.strip()


Said = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SAID)]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
_ONE, _BY_FIELD = "[one]", "[by field]"
"""Marks of the two forms of a confidence. With brackets, they are no part of a field's name in what is wrong."""


def _form_of(confidence: object) -> str:
    return _BY_FIELD if isinstance(confidence, dict) else _ONE


Confidence = Annotated[
    Annotated[Share, Tag(_ONE)] | Annotated[dict[str, Share | None], Tag(_BY_FIELD)], Discriminator(_form_of)
]
"""From 0 to 1: one number for all fields, or output field -> number. What is missing is not known."""


class OtherValue(BaseModel):
    """A value that the source considered and did not choose."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    value: Said
    probability: Share


class Handed(BaseModel):
    """A proposal as a source sends it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    output: dict[str, JsonValue]
    confidence: Confidence | None = None
    reasons: Annotated[list[Said], Field(max_length=MOST_REASONS)] = []
    evidence: dict[str, Said] = {}
    """Output field -> a quote from the input that supports the value."""
    alternatives: dict[str, Annotated[list[OtherValue], Field(max_length=MOST_ALTERNATIVES)]] = {}
    """Output field -> the next best values, best first."""
    model: Annotated[str, StringConstraints(max_length=LONGEST_MODEL), AfterValidator(_printable)]
    """Name of the model that made it, or of the program."""


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """A proposal as it is kept, with the name of the source that handed it in."""

    body: str
    """JSON."""
    source: str


def read_proposal(workflow: AnyWorkflow, given: Mapping[str, JsonValue]) -> str:
    """Check a proposal of a source, and return the JSON that is kept of it.

    Raise `Misfit`, naming each part and field that does not fit, or `TimeLimitPassed` for a form that takes too long.
    """
    if larger_than(given, MAX_PROPOSAL):
        raise Misfit({WHOLE: _TOO_LARGE})
    unfit = _not_storable(given)
    if unfit:
        raise Misfit(unfit)
    handed = checked(lambda: Handed.model_validate(given))
    output = _output(workflow, handed)
    lost = _not_asked_for(handed.output, json.loads(output.body), OUTPUT)
    lost |= _of_no_field(workflow, handed)
    lost |= {f"{OUTPUT}.{name}": _LOOKED_UP for name in looked_up(workflow.output) if name in handed.output}
    if lost:
        raise Misfit(lost)
    plain = handed.model_dump(mode="json", exclude_defaults=True)
    body = canonical({**plain, OUTPUT: json.loads(output.body)})
    if len(body.encode()) > MAX_PROPOSAL:
        raise Misfit({WHOLE: _TOO_LARGE})
    return body


def proposal_of(
    workflow: AnyWorkflow,
    input: BaseModel,
    given: HandedIn,
    *,
    answers: Sequence[SourceAnswer],
    documents: Documents,
) -> Proposal[BaseModel]:
    """Return a handed proposal, as sure as its quotes allow. `answers`: what the source said since, where it was asked.

    Raise `Misfit` where it does not fit the form as it is now, or what the author's code raises.
    """
    handed = Handed.model_validate_json(given.body)
    stated, fields = handed.confidence, workflow.output.model_fields
    text = within(workflow, "its text", lambda: workflow.text_of(input))
    proposal: Proposal[BaseModel] = Proposal(
        output=_output(workflow, handed).value,
        confidence=stated if isinstance(stated, dict) else dict.fromkeys(fields, stated),
        alternatives={
            name: tuple(Alternative(value=one.value, probability=one.probability) for one in others)
            for name, others in handed.alternatives.items()
        },
        evidence=handed.evidence,
        reasons=tuple(handed.reasons),
        model=f"{handed.model}, from {given.source}"[:LONGEST_PROPOSER],
        source=given.source,
    )
    shown: list[JsonValue] = [input.model_dump(mode="json"), text, *words_of(answers)]
    pages = page_evidence(workflow, input, documents, answers=answers)
    return with_evidence(proposal, shown=shown, needed=workflow.evidence, pages=pages)


_LOOKED_UP = "is looked up by the workflow; leave it out"
_TOO_LARGE = f"too large, the limit for one proposal is {MAX_PROPOSAL:,} bytes"


def _not_storable(given: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return the parts, and the values of the output, that no database keeps as they are."""
    values = given.get(OUTPUT)
    parts = {name: value for name, value in given.items() if name != OUTPUT}
    if isinstance(values, dict):
        parts |= {f"{OUTPUT}.{name}": value for name, value in values.items()}
    elif OUTPUT in given:
        parts[OUTPUT] = values
    return {
        printable(name): problem
        for name, value in parts.items()
        if (problem := unstorable_value(name) or unstorable_value(value)) is not None
    }


def _output(workflow: AnyWorkflow, handed: Handed) -> Kept[BaseModel]:
    form: type[BaseModel] = workflow.output
    # A never may rest on a field that the workflow looks up, so no source says what stands there.
    values = {**handed.output, **looked_up(form)}
    try:
        return within(
            workflow, "reading a handed proposal", lambda: kept(form, read(form, canonical(values)), a="proposal")
        )
    except Misfit as error:
        raise Misfit({_inside(name): what for name, what in error.errors.items()}) from error


def _inside(field: str) -> Place:
    place = field if isinstance(field, Place) else Place(field, path=() if field == WHOLE else (field,))
    return place.under(OUTPUT)


def _not_asked_for(given: JsonValue, known: JsonValue, path: str) -> dict[str, str]:
    """Return the values that the form has no place for: a form may ignore them, and the source would not hear of it."""
    found: dict[str, str] = {}
    if isinstance(given, dict) and isinstance(known, dict):
        for name, value in given.items():
            here = f"{path}.{name}"
            found |= _not_asked_for(value, known[name], here) if name in known else {here: "is not asked for"}
    elif isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        for place, (one, other) in enumerate(zip(given, known, strict=True)):
            found |= _not_asked_for(one, other, f"{path}.{place}")
    return found


def _of_no_field(workflow: AnyWorkflow, handed: Handed) -> dict[str, str]:
    """Return what is said of fields that the output does not have."""
    said: dict[str, Mapping[str, object]] = {"evidence": handed.evidence, "alternatives": handed.alternatives}
    if isinstance(handed.confidence, dict):
        said["confidence"] = handed.confidence
    fields = workflow.output.model_fields
    return {
        f"{part}.{name}": "is not a field of the output"
        for part, named in said.items()
        for name in named
        if name not in fields
    }
