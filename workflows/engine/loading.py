"""What is needed to go on with a run: its rows, read in one go, and what they say to this code."""

import json
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from store import contents, journal, reviews, schema
from store.journal import StepLine
from store.runs import LoadedRun
from workflows.engine import bounds
from workflows.engine.canonical import from_body
from workflows.engine.claiming import Claimed
from workflows.engine.complaints import all_complaints
from workflows.engine.context import Context
from workflows.engine.declared import Rejection
from workflows.engine.errors import Drifted
from workflows.engine.pauses import Pause
from workflows.engine.pausing import pause_of
from workflows.engine.registry import AnyWorkflow
from workflows.engine.states import Resolution


@dataclass(frozen=True, kw_only=True)
class Found:
    """The rows of a claimed run."""

    loaded: LoadedRun
    lines: list[StepLine]
    """Its journal."""
    settled: str | None
    """JSON of what is to be delivered, or of the reason for a rejection, where the run is resolved."""
    by: str
    """Who resolved it."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """A claimed run with all that is needed to go on with it."""

    claimed: Claimed
    workflow: AnyWorkflow
    case_key: str
    input: BaseModel
    run: schema.Run
    """As it stands; its state moves with what is written."""
    lines: list[StepLine]
    """Its journal, as it stood when the run was loaded."""
    settled: str | None
    """JSON of what is to be delivered, or of the reason for a rejection, where the run is resolved."""
    by: str
    """Who resolved it."""
    pause: Pause | None
    """Of the workflow, where it was paused when the run was loaded."""


def find(session: Session, loaded: LoadedRun) -> Found:
    """Read the rest of what belongs to a run."""
    run = loaded.run
    by_person = run.resolution not in (None, Resolution.ALONE)
    by = reviews.decided_by(session, run.id) if by_person else None
    return Found(
        loaded=loaded,
        lines=journal.of_run(session, run.id),
        settled=contents.body(session, run.output_id) if run.output_id else None,
        by=by or Resolution.ALONE.value,
    )


def understood(found: Found, claimed: Claimed, *, context: Context) -> Work:
    """The work that these rows are to this code. Raise `Drifted` where the input's form changed meanwhile."""
    loaded = found.loaded
    workflow = context.registry.get(loaded.workflow)
    try:
        input = _read(workflow, workflow.input, loaded.input, what="reading the input")
    except ValidationError as error:
        raise Drifted(f"the input no longer fits {workflow.input.__name__}: {all_complaints(error)}") from error
    return Work(
        claimed=claimed,
        workflow=workflow,
        case_key=loaded.case_key,
        input=input,
        run=loaded.run,
        lines=found.lines,
        settled=found.settled,
        by=found.by,
        pause=pause_of(loaded.pause),
    )


def subject_of(work: Work, *, rejected: bool) -> Rejection | BaseModel:
    """What is to be delivered. Raise `Drifted` where the output's form changed since it was decided."""
    assert work.settled is not None
    if rejected:
        return Rejection(reason=json.loads(work.settled), by=work.by)
    output: type[BaseModel] = work.workflow.output
    try:
        return _read(work.workflow, output, work.settled, what="reading what was decided")
    except ValidationError as error:
        raise Drifted(f"what was decided no longer fits {output.__name__}: {all_complaints(error)}") from error


def _read(workflow: AnyWorkflow, form: type[BaseModel], body: str, *, what: str) -> BaseModel:
    """Read back what is kept: the form's validators are the author's code."""
    limit = workflow.time_limits.rule
    return bounds.run(lambda: from_body(form, body), what=what, workflow=workflow.name, seconds=limit)
