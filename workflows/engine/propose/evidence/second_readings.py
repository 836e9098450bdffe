"""Comparison of proposed values with a second reading of them, such as the data that an e-invoice carries.

Neither reading is trusted more than the other. Where they differ, a person is shown both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import structlog
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.calls.boundary import before_decision
from workflows.engine.declare.documents import SecondReading
from workflows.engine.declare.personal import personal_fields
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.checks import less_sure
from workflows.engine.text.same_values import are_same
from workflows.excerpts import shortened
from workflows.labels import label_of

log = structlog.get_logger()

CAP = 0.5
"""The highest confidence of a field whose second reading differs."""
LONGEST = 80
"""Most characters of a value that a doubt shows."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field whose second reading differs from its value."""

    field: str
    called: str
    """Name of the second reading, for people."""
    value: object
    """The value as the second reading has it."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The result of comparing values with all second readings."""

    differences: Sequence[Difference] = ()
    failed: Sequence[str] = ()
    """Names of the second readings whose own code failed, or took too long."""


def compared(workflow: AnyWorkflow, input: BaseModel, output: BaseModel, *, seconds: float | None = None) -> Compared:
    """Compare values with the second readings of a workflow. It calls the author's code.

    `seconds`: a time limit for each, if shorter than the one that is declared for rules.
    """
    limit = workflow.time_limits.rule if seconds is None else min(seconds, workflow.time_limits.rule)
    differences: list[Difference] = []
    failed: list[str] = []
    for reading in workflow.second_readings:
        try:
            found = _read(workflow, reading, input, limit)
            differences += [
                Difference(field=field, called=reading.called, value=value)
                for field, value in found.items()
                if not are_same(getattr(output, field), value)
            ]
        except Exception as error:  # noqa: BLE001  # a reading that cannot be made stops no case
            log.error("second_reading.failed", workflow=workflow.name, error=type(error).__name__)
            failed.append(reading.called)
    return Compared(differences=differences, failed=failed)


def held_against_second_readings(workflow: AnyWorkflow, input: BaseModel, proposal: Proposal[Any]) -> Proposal[Any]:
    """Return the proposal with less confidence in the fields that a second reading has otherwise."""
    if not workflow.second_readings:
        return proposal
    result = compared(workflow, input, proposal.output)
    for one in result.differences:
        proposal = less_sure(proposal, [one.field], cap=CAP, doubt=difference_in_words(proposal.output, one))
    for called in result.failed:
        proposal = less_sure(proposal, [], cap=CAP, doubt=f"{called} could not be compared")
    return proposal


def difference_in_words(output: BaseModel, one: Difference) -> str:
    """Return a difference with both values. Those of a personal field are not told: a doubt is shown in channels."""
    label, value = label_of(type(output), one.field), getattr(output, one.field)
    if one.field in personal_fields(type(output)):
        return f"{label}: {one.called} has another value"
    at, here, there = _first_difference(value, one.value)
    return f"{label}{at}: proposed {written(here)}; {one.called}: {written(there)}"


def written(value: object) -> str:
    """Return a value in a short form for people."""
    match value:
        case None:
            text = "nothing"
        case Decimal():
            text = f"{value:f}" if abs(value.adjusted()) <= 20 else str(value)
        case list() | tuple() | set() | frozenset():
            text = "1 row" if len(value) == 1 else f"{len(value)} rows"
        case _:
            text = " ".join(str(value).split())
    return shortened(text, LONGEST)


def _first_difference(value: object, other: object, at: str = "") -> tuple[str, object, object]:
    """Return the first rows or parts that differ, with their place in words; the values themselves where they have
    none.
    """
    if isinstance(value, list | tuple) and isinstance(other, list | tuple) and len(value) == len(other):
        for row, (one, another) in enumerate(zip(value, other, strict=True), 1):
            if not are_same(one, another):
                return _first_difference(one, another, f"{at}, row {row}")
    if isinstance(value, BaseModel) and isinstance(other, Mapping):
        for name, another in other.items():
            if not are_same(getattr(value, name, None), another):
                return _first_difference(getattr(value, name, None), another, f"{at}, {label_of(type(value), name)}")
    return at, value, other


def _read(
    workflow: AnyWorkflow, reading: SecondReading[BaseModel], input: BaseModel, seconds: float
) -> Mapping[str, object]:
    """Return what a second reading has. Raise `ValueError` for a field that is none of the output's, and for a value
    that JSON has no words for: people could not be told it.
    """
    with before_decision(workflow):
        found = author_threads.run(
            lambda: reading.read(input), what=reading.called, workflow=workflow.name, seconds=seconds
        )
    values = dict(found) if found is not None else {}
    for field in values:
        if field not in workflow.output.model_fields:
            raise ValueError(f"{field} is not a field of the output")
    to_jsonable_python(values)
    return values
