"""Past decisions as examples: the answer that a person finally confirmed for a case.

A case that nobody decided is no example: an automation must not be tested with its own answers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, JsonValue

from store.states import LAPSES, Resolution, RunState
from workflows.engine.context import Context
from workflows.engine.declare.personal import has_personal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import ContentRemoved, Misfit, Refused
from workflows.engine.read.history import case_view
from workflows.engine.read.pulled.masking import Masking
from workflows.engine.read.views import CaseView, Part, RunView
from workflows.engine.text.canonical_json import canonical, to_body


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A case with its right answer."""

    workflow: AnyWorkflow
    key: str
    example: Example
    by_correction: bool
    """True if a correction changed the first delivery."""
    is_masked: bool
    """True if stand-ins are in place of personal values."""


@dataclass(frozen=True, kw_only=True)
class Masked:
    """An input with its right answer, with the same stand-ins for the same personal values."""

    input: BaseModel
    output: BaseModel
    otherwise: Mapping[str, JsonValue] | None
    """Fields that were proposed otherwise, with what was proposed; None where no proposal is known."""


def decided(context: Context, case: int, *, masked: bool = True) -> Decided:
    """Return the answer that was finally right for a case. `masked`: with stand-ins in place of personal values, where
    the workflow declares any.

    Raise `Unknown`, `ContentRemoved`, or `Refused` where it is not known: nobody decided the case, it was rejected, it
    has not ended, or it was decided with an answer of its source, or with its source's proposal, or it was approved
    together with others and never opened.
    """
    view = case_view(context, case)
    if any(question.answer is not None for question in view.questions):
        raise Refused(
            f"{_named(view)} cannot become an example: its source answered a question, which is no part of its input"
        )
    workflow = context.registry.get(view.workflow)
    run = _settled(view)
    if {Part.INPUT, Part.OUTPUT} & set(run.removed):
        raise ContentRemoved(case=case, at=view.erased_at)
    if _is_unopened(view, run):
        raise Refused(
            f"{_named(view)} cannot become an example: it was approved together with others like it, and nobody "
            "opened it"
        )
    source = _proposed_by(view, run)
    if source is not None:
        raise Refused(
            f"{_named(view)} cannot become an example: {source} proposed it, and a source must not teach, or "
            "test, what the "
            "workflow proposes itself"
        )
    try:
        input: BaseModel = read(workflow.input, canonical(run.input))
        output: BaseModel = read(workflow.output, canonical(run.output))
    except Misfit as error:
        raise Refused(f"{_named(view)} no longer fits the form of {workflow.name}, which has changed since") from error
    hides = masked and (has_personal(workflow.input) or has_personal(workflow.output))
    if hides:
        made = _masked(view, input, output)
        input, output = made.input, made.output
    example = example_of(input, output)
    return Decided(workflow=workflow, key=view.key, example=example, by_correction=run.correction > 0, is_masked=hides)


def example_of(input: BaseModel, output: BaseModel) -> Example:
    """Return an input with its right answer as an example."""
    # An input has its aliases, as it comes in; an answer has its field names, as it is kept.
    return Example(
        input=input.model_dump(mode="json", by_alias=True, round_trip=True), output=json.loads(to_body(output))
    )


def masked(input: BaseModel, output: BaseModel, *, proposed: BaseModel | None = None) -> Masked:
    """Return both with stand-ins for the same personal values, and what was `proposed` in place of the output.

    Raise `Misfit`, or `Refused`, where their forms take none.
    """
    mask, given, answer = Masking(), json.loads(to_body(input)), json.loads(to_body(output))
    mask.look(input, given)
    mask.look(output, answer)
    taken, _ = mask.input(input, given)
    right = read(type(output), canonical(mask.values(answer)))
    if proposed is None:
        return Masked(input=taken, output=right, otherwise=None)
    # It comes last: what was wrongly proposed to be a name masks nothing in the example itself.
    before = json.loads(to_body(proposed))
    mask.look(proposed, before)
    shown = mask.values(before)
    other = {name: shown[name] for name in before if canonical(before[name]) != canonical(answer.get(name))}
    return Masked(input=taken, output=right, otherwise=other)


def _masked(view: CaseView, input: BaseModel, output: BaseModel) -> Masked:
    """Return both with stand-ins. Raise `Refused` where their forms take none."""
    try:
        return masked(input, output)
    except Misfit as error:
        raise Refused(
            f"{_named(view)}: the form {type(output).__name__} takes no stand-in for a personal value: {error}; "
            "nothing was written. --unmasked keeps personal values"
        ) from error


def _settled(view: CaseView) -> RunView:
    """Return the run whose answer is the right one. Raise `Refused`."""
    for run in reversed(view.runs):
        if run.state == RunState.SUPERSEDED:
            continue
        if run.state == RunState.CLOSED and run.correction:
            continue  # a person refused this correction: the earlier delivery remains
        if run.revision != view.revision:
            break
        if run.resolution in LAPSES:
            raise Refused(
                f"{_named(view)} cannot become an example: nobody answered in time, so nobody has confirmed its answer"
            )
        if run.resolution == Resolution.REJECTED:
            raise Refused(f"{_named(view)} was rejected: that shows a wrong answer, but not the right one")
        if run.state != RunState.DELIVERED:
            waits = "a correction of it" if run.correction else "it"
            raise Refused(f"{_named(view)} cannot become an example yet: {waits} is {run.state}")
        if run.resolution != Resolution.BY_PERSON:
            raise Refused(
                f"{_named(view)} was resolved alone, and nobody has confirmed its answer; "
                "if it is wrong, enter the right one with `countersign correct`"
            )
        return run
    raise Refused(f"{_named(view)} cannot become an example: nobody has decided its present revision")


def _proposed_by(view: CaseView, run: RunView) -> str | None:
    """Return the source whose proposal people had before them; None where it was the workflow's, or a correction."""
    for one in reversed(view.runs[: view.runs.index(run) + 1]):
        if one.proposal is not None:
            return one.proposal.source
    return None


def _is_unopened(view: CaseView, run: RunView) -> bool:
    """Tell whether nobody who decided a run opened it. A rerun delivers what was decided in a run before it."""
    for one in reversed(view.runs[: view.runs.index(run) + 1]):
        if one.review is not None:
            stands = [made for made in one.review.decisions if made.revoked_at is None]
            return bool(stands) and all(made.unopened for made in stands)
    return False


def _named(view: CaseView) -> str:
    return f"case {view.id} ({view.key})"
