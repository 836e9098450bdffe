"""Candidates: cases whose right answer a person said, to be taken in as examples or left.

They are made from labels, beside the work and in small batches, masked, and kept as a content of their case, so that
they go when its content goes. What a person edited, answered, corrected or found wrong is a candidate, and a small
share of what was approved, drawn by the case's key.
"""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

import structlog
from pydantic import BaseModel
from sqlalchemy.orm import Session

from store.cases import contents
from store.governance import teams
from store.learning import examples as kept
from store.learning import labels
from store.learning.examples import LabelledCase
from store.learning.labels import LabelLine
from store.states import ExampleState
from workflows.engine.context import Context
from workflows.engine.declare.documents import has_documents
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import CountersignError, Misfit
from workflows.engine.read.edit_changes import proposed_in
from workflows.engine.text.canonical_json import canonical
from workflows.quality.examples.past_decisions import example_of, masked
from workflows.quality.examples.split import Half, Placed, near, place, sketch_of
from workflows.quality.examples.views import Why
from workflows.quality.labels.rules import LabelKind

log = structlog.get_logger()

AT_ONCE = 200
"""Labels of one batch."""
MOST = 5_000
"""Examples and candidates of a workflow. No more are made: each new one is compared with all of them."""
OLDEST = timedelta(days=90)
"""Age from which a label makes no candidate: what was right long ago may not be now."""
ONE_OF = 50
"""Approvals, of which one is a candidate."""
STATES = tuple(ExampleState)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The result of a look."""

    candidates: int
    is_more: bool


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """A candidate that has no place yet."""

    label: LabelLine
    why: Why
    workflow: AnyWorkflow
    key: str
    body: str
    sketch: frozenset[int]


def why_of(label: LabelLine, key: str) -> Why | None:
    """Return why a label makes a candidate; None where it makes none. `key`: the case's key."""
    if label.output is None:
        return None
    match label.kind:
        case LabelKind.ANSWERED if label.is_error is not False:
            return Why.ANSWERED
        case LabelKind.EDITED if label.is_error is not False:
            return Why.EDITED
        case LabelKind.CORRECTED if label.is_error is not False:
            return Why.CORRECTED
        case LabelKind.REPORTED if label.is_error is not False:
            return Why.REPORTED
        case LabelKind.SPOT_CHECKED | LabelKind.PACKED if label.is_error:
            return Why.SPOT_CHECK
        case LabelKind.APPROVED | LabelKind.EDITED | LabelKind.ANSWERED if _is_drawn(key):
            return Why.SAMPLE
        case _:
            return None


def _is_drawn(key: str) -> bool:
    return int.from_bytes(sha256(f"sample\0{key}".encode("utf-8", "surrogatepass")).digest()[:4]) % ONE_OF == 0


def gather(context: Context, *, limit: int = AT_ONCE) -> Gathered:
    """Make candidates of the labels that nobody looked at yet, at most so many at once.

    Raise `store.db.database.Unavailable`.
    """
    team = context.team
    with context.database.read() as session:
        seen = labels.progress(session, team=team)
        found = labels.after(session, team=team, label=seen.label, limit=limit)
        wanted = [one for one, key in found if why_of(one, key) is not None]
        cases = [(one, _case(session, context, one)) for one in wanted]
    if not found:
        return Gathered(candidates=0, is_more=False)
    # The author's forms and masking are called outside of any transaction.
    new = [made for one, case in cases if case is not None and (made := _candidate(context, one, *case)) is not None]
    among: dict[int, dict[int, Placed]] = {}
    with context.database.read() as session:
        for workflow in {one.label.workflow for one in new}:
            among[workflow] = placed(session, context, workflow)
    number = sum(_keep(context, one, among[one.label.workflow]) for one in new)
    with context.database.write() as session:
        labels.advance(session, seen, replace(seen, label=found[-1][0].label), team=team)
    return Gathered(candidates=number, is_more=len(found) == limit)


def _case(session: Session, context: Context, label: LabelLine) -> tuple[AnyWorkflow, LabelledCase] | None:
    """Return the workflow and the case of a label from which a candidate may be made."""
    if label.output is None or label.at < context.clock() - OLDEST:
        return None
    name = teams.workflow_name(session, label.workflow, team=context.team)
    case = kept.labelled_case(session, label.label, team=context.team)
    if name not in context.registry or case is None or case.is_revoked:
        return None
    return context.registry.get(name), case


def _candidate(context: Context, label: LabelLine, workflow: AnyWorkflow, case: LabelledCase) -> _Candidate | None:
    """Return the candidate that a label makes; None where it makes none.

    A source must not teach, or test, what the workflow proposes itself, and what it answered is no part of the input.
    """
    why = why_of(label, case.key)
    if why is None or case.input is None or case.output is None:
        return None
    if case.was_answered or case.is_handed or not case.is_latest or has_documents(workflow):
        # Pages of documents cannot be masked.
        return None
    input_form: type[BaseModel] = workflow.input
    output_form: type[BaseModel] = workflow.output
    try:
        proposed = _proposed(output_form, case.proposal)
        made = masked(read(input_form, case.input), read(output_form, case.output), proposed=proposed)
    except CountersignError as error:
        # Its form has changed since, or takes no stand-in for a personal value.
        log.info("example.no_candidate", case=case.case, error=type(error).__name__)
        return None
    example = example_of(made.input, made.output)
    shown = {"otherwise": dict(made.otherwise)} if made.otherwise is not None else {}
    body = canonical({"input": example.input, "output": example.output, **shown})
    sketch = sketch_of(json.loads(canonical(example.input)))
    return _Candidate(label=label, why=why, workflow=workflow, key=case.key, body=body, sketch=sketch)


def _proposed(form: type[BaseModel], proposal: str | None) -> BaseModel | None:
    """Return what was proposed; None where nothing was, or it does not fit the form and so cannot be masked."""
    if proposal is None:
        return None
    try:
        return read(form, canonical(proposed_in(json.loads(proposal))))
    except Misfit:
        return None


def placed(session: Session, context: Context, workflow: int) -> dict[int, Placed]:
    """Return the places of all examples and candidates of a workflow by their case, the oldest first."""
    found = kept.lines(session, team=context.team, workflow=workflow, states=STATES, limit=MOST)
    return {
        one.case: Placed(half=Half(one.half), alike=one.alike, sketch=sketch_of(json.loads(one.body)["input"]))
        for one in reversed(found)
    }


def _keep(context: Context, new: _Candidate, among: dict[int, Placed]) -> bool:
    """Keep a candidate; False where it has no place.

    `among`: the places of its workflow, to which its own is added. They are read once for a batch and not for each
    candidate: there may be thousands, and one process at a time adds to them.
    """
    team, at, label = context.team, context.clock(), new.label
    with context.database.read() as session:
        there = kept.of_case(session, label.case, team=team)
    others = [one for case, one in reversed(among.items()) if case != label.case]
    if there is not None and (new.why is Why.SAMPLE or there.label_id == label.label):
        return False
    if there is None and len(others) >= MOST:
        return False
    where = place(new.workflow.name, new.key, new.sketch, others)
    if there is None and where is None:
        return False
    with context.database.write() as session:
        content = contents.keep(session, team=team, case=label.case, kind="example", body=new.body)
        if there is None:
            assert where is not None
            made = kept.add(
                session,
                team=team,
                workflow=label.workflow,
                case=label.case,
                label=label.label,
                half=where.half,
                alike=where.alike,
                why=new.why,
                content=content,
                at=at,
            )
            if made is not None:
                among[label.case] = where
            return made is not None
        # Its half is fixed. With other content it may be near the other half: then it stays out.
        is_near = any(one.half != there.half for one in near(new.sketch, others))
        state = ExampleState.LEFT if is_near else ExampleState.CANDIDATE
        kept.renew(session, there.id, state, team=team, label=label.label, content=content, why=new.why, at=at)
    among[label.case] = Placed(half=Half(there.half), alike=there.alike, sketch=new.sketch)
    return True
