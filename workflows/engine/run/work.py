"""The work on a run: its rows, read in one transaction, and their meaning to the present code."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy.orm import Session

from store import schema
from store.cases import contents, journal, runs
from store.cases.journal import StepLine
from store.cases.review import questions, reviews
from store.cases.runs import LoadedRun
from store.sources import origins
from store.states import LAPSES, Resolution
from workflows.engine.case.leases import Lease
from workflows.engine.case.source.heard import Heard
from workflows.engine.context import Context
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import as_shown, read
from workflows.engine.declare.workflow import Rejection
from workflows.engine.deliver.workflow_pauses import pause_of
from workflows.engine.errors import Drifted, Misfit
from workflows.engine.pauses import Pause
from workflows.engine.propose.handed import UNNAMED, HandedIn
from workflows.engine.propose.narrow_launch import is_outside, share_in_force
from workflows.engine.propose.standing import Standing
from workflows.engine.reasons import from_json, rules_in
from workflows.engine.review.standing import standing


@dataclass(frozen=True, kw_only=True)
class Found:
    """The rows of a leased run."""

    loaded: LoadedRun
    lines: list[StepLine]
    """The run's journal."""
    settled: str | None
    """JSON of the answer to deliver, or of the reason for a rejection, where the run is resolved."""
    is_removed: bool
    """True if what it works with was removed."""
    by: str
    """The one who resolved it: a person's id, `alone`, or `countersign` for a lapse."""
    decided: "Decided | None"
    """The decision of a person; None where no person resolved it."""
    heard: Heard
    """People's words on the case before the run."""
    handed: HandedIn | None
    """The proposal of the case's source that this run is to use; None where the workflow proposes."""
    has_question: bool
    """True if a person's question to the source of the case is to be sent now."""
    standing: Standing | None = None
    """Standing of the run's version where its autonomy is earned; None: nothing goes alone by it."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A decision that a run carries out."""

    code_version: str | None
    """The version of the code with which the case was proposed."""
    rules: frozenset[str]
    """The sentences of the nevers that the person was shown or confirmed."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """A leased run with all that is needed to advance it."""

    lease: Lease
    workflow: AnyWorkflow
    case_key: str
    salt: str | None
    """The case's salt; None where it has none."""
    input: BaseModel
    input_body: str
    """JSON."""
    run: schema.Run
    """The run's row; its state moves with each write."""
    lines: list[StepLine]
    """The run's journal when the run was loaded."""
    settled: str | None
    """JSON of the answer to deliver, or of the reason for a rejection, where the run is resolved."""
    by: str
    """The one who resolved it: a person's id, `alone`, or `countersign` for a lapse."""
    decided: Decided | None
    """The decision of a person; None where no person resolved it."""
    heard: Heard
    """People's words on the case before the run."""
    handed: HandedIn | None
    """The proposal of the case's source that this run is to use; None where the workflow proposes."""
    has_question: bool
    """True if a person's question to the source of the case is to be sent now."""
    pause: Pause | None
    """The pause of the workflow, where it was paused when the run was loaded."""
    standing: Standing | None
    """Standing of the run's version where its autonomy is earned; None: nothing goes alone by it."""
    outside_share: float | None
    """Share of the cases that its workflow looks at, where this one is not among them; None where it is."""


def find(session: Session, loaded: LoadedRun, *, is_new: bool = False) -> Found:
    """Read the other rows of a run. `is_new`: nobody worked on it yet, so its journal is empty."""
    run = loaded.run
    by_person = run.resolution not in (None, Resolution.ALONE)
    review = reviews.decided_for(session, run.id, team=loaded.run.team_id) if by_person else None
    made = standing(reviews.decisions(session, review.id, team=run.team_id)) if review is not None else []
    lapsed = run.resolution in LAPSES
    # A person asks only once a run has proposed, or has begun with what was decided before.
    may_have_asked = run.resolution is None and (run.lease > 1 or run.parent_id is not None)
    settled = contents.body(session, run.output_id, team=run.team_id) if run.output_id else None
    handed = handed_with(session, run) if uses_handed(run) else None
    return Found(
        loaded=loaded,
        lines=[] if is_new else journal.of_run(session, run.id, team=run.team_id),
        settled=settled,
        is_removed=(
            loaded.input is None
            or (run.output_id is not None and settled is None)
            or (handed is None and uses_handed(run))
        ),
        # Where several persons decided, the last of them did.
        by=made[-1].by if made else Resolution.ALONE.value,
        # Nobody decided what lapsed, so the rules are asked again.
        decided=_decided(session, run, review, made) if review is not None and made and not lapsed else None,
        heard=heard_before(session, run),
        handed=handed,
        has_question=may_have_asked and questions.unsent(session, run.id, team=run.team_id) is not None,
    )


def heard_before(session: Session, run: schema.Run) -> Heard:
    """Return what people said of the case before a run."""
    kept = [one for one in (run.refused_id, run.answers_id) if one is not None]
    if not kept:
        return Heard()
    bodies = contents.bodies(session, kept, team=run.team_id)
    return Heard.read(refused=bodies.get(run.refused_id or 0), answers=bodies.get(run.answers_id or 0))


def uses_handed(run: schema.Run) -> bool:
    """Tell whether a run is to use the proposal that the case's source handed in.

    Once a person refused it and asked for another, the workflow proposes.
    """
    return run.handed_id is not None and run.refused_id is None and run.resolution is None


def handed_with(session: Session, run: schema.Run) -> HandedIn | None:
    """Return the proposal that a case's source handed in with the input of a run; None where it was removed."""
    assert run.handed_id is not None
    body = contents.body(session, run.handed_id, team=run.team_id)
    origin = origins.of_case(session, run.case_id, team=run.team_id)
    return HandedIn(body=body, source=origin.name if origin is not None else UNNAMED) if body is not None else None


def _decided(session: Session, run: schema.Run, review: schema.Review, made: Sequence[schema.Decision]) -> Decided:
    first = run if review.run_id == run.id else runs.get(session, review.run_id, team=run.team_id)
    reasons = contents.body(session, review.reasons_id, team=run.team_id)
    shown = rules_in(from_json(reasons)) if reasons is not None else []
    confirmed = [rule for decision in made for rule in decision.confirmed]
    return Decided(
        code_version=first.code_version if first is not None else None, rules=frozenset([*shown, *confirmed])
    )


def understood(found: Found, lease: Lease, *, context: Context) -> Work:
    """Return the work that these rows mean to the present code. Raise `Drifted` where the input's form changed
    meanwhile, or what is needed was removed.
    """
    loaded = found.loaded
    workflow = context.registry.get(loaded.workflow)
    body, form = loaded.input, workflow.input
    if body is None or found.is_removed:
        raise Drifted("the content of its case was removed, so it cannot go on")
    try:
        input: BaseModel = within(workflow, "reading the input", lambda: read(form, body))
    except Misfit as error:
        raise Drifted(f"the input no longer fits {workflow.input.__name__}: {error}") from error
    return Work(
        lease=lease,
        workflow=workflow,
        case_key=loaded.case_key,
        salt=loaded.salt,
        input=input,
        input_body=body,
        run=loaded.run,
        lines=found.lines,
        settled=found.settled,
        by=found.by,
        decided=found.decided,
        heard=found.heard,
        handed=found.handed,
        has_question=found.has_question,
        pause=pause_of(loaded.pause),
        standing=found.standing,
        outside_share=_outside_share(context, loaded, workflow),
    )


def _outside_share(context: Context, loaded: LoadedRun, workflow: AnyWorkflow) -> float | None:
    """Return the share that a run's case is outside of; None where it is inside."""
    share = share_in_force(workflow.scope_share, chosen=loaded.scope_share)
    return share if is_outside(context.seed, loaded.run.case_id, share) else None


def subject_of(work: Work, *, rejected: bool) -> Rejection | BaseModel:
    """Return the answer or rejection to deliver. Raise `Drifted` where the output's form changed since the decision."""
    assert work.settled is not None
    if rejected:
        return Rejection(reason=json.loads(work.settled), by=work.by)
    output: type[BaseModel] = work.workflow.output
    settled = work.settled
    try:
        return within(work.workflow, "reading what was decided", lambda: as_shown(output, settled))
    except Misfit as error:
        raise Drifted(f"the decision no longer fits {output.__name__}: {error}") from error
