"""Corrections of a delivered case: reported by anyone, decided by a person, delivered under a key of their own.

A correction is a run whose proposal comes from a person instead of a model. Everything after that is as usual.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, runs
from store.cases.review import reviews
from store.governance import teams
from store.states import RunState
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.lookup import case_text, known_workflow, one_line_of
from workflows.engine.case.removed import refuse_removed
from workflows.engine.case.source.answers import answers_body
from workflows.engine.case.transitions import begin_after, move_run
from workflows.engine.context import Context
from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Never
from workflows.engine.errors import CorrectionWaits, Misfit, NeverBroken, Refused, Stale, Unknown
from workflows.engine.propose import proposer
from workflows.engine.propose.policy import Facts, decide
from workflows.engine.review.form.forms import entries_of
from workflows.engine.review.opening import open_review
from workflows.engine.review.pages.documents import documents_of
from workflows.engine.review.scrutiny import as_entered, held_against_rules
from workflows.engine.review.standing import DECIDABLE
from workflows.engine.review.views import DeliveredView


def delivered_view(context: Context, case: int) -> DeliveredView:
    """Return what was delivered last for a case. Raise `Unknown`, or `Refused` where nothing was."""
    with context.database.read() as session:
        row = cases.get(session, case, team=context.team)
        if row is None:
            raise Unknown(f"there is no case {case}")
        run = runs.last_delivered(session, case, team=context.team)
        if run is None or run.output_id is None:
            newest = runs.newest(session, case, team=context.team)
            state = newest.state if newest is not None else "gone"
            raise Refused(f"only a delivered case is corrected; this one is {state}")
        refuse_removed(session, run)
        workflow = known_workflow(context, teams.workflow_name(session, run.workflow_id, team=context.team))
        input, output = (
            kept_body(session, run.input_id, team=context.team),
            kept_body(session, run.output_id, team=context.team),
        )
        answers = answers_body(session, run)
    text = case_text(workflow, input)
    return DeliveredView(
        generation=context.restores.number,
        case=case,
        key=row.key,
        run=run.id,
        workflow=workflow.name,
        subject=one_line_of(text, row.key),
        text=text,
        values=entries_of(workflow.output, json.loads(output)),
        documents=documents_of(workflow, input, answers=answers),
    )


def correct(
    context: Context,
    case: int,
    output: BaseModel,
    *,
    by: str,
    reasons: Sequence[str] = (),
    of: int | None = None,
) -> int:
    """Propose other values for a delivered case, for a person to decide, and return the review's id.

    It replaces an earlier correction that failed. `of`: the run whose delivery is wrong. Raise `Stale` where something
    else was delivered since, `Unknown`, `InvalidOutput` for values of another form, `NeverBroken` for values that are
    barred, `CorrectionWaits` where another correction of it is open, or `Refused` where the case is not delivered, or
    nothing would change.
    """
    refuse_second(context, case)
    seen = _correctable(context, case, of=of)
    workflow = seen.workflow
    entered = as_entered(workflow, output)
    if entered.body == seen.output:
        raise Refused("these values are the ones that were delivered")
    broken = held_against_rules(workflow, seen.input, entered.value)
    if broken.barring:
        raise NeverBroken(broken.barring, barred=True)
    proposal = Proposal(output=entered.value, confidence={}, reasons=tuple(reasons), model=by)
    try:
        body = proposer.proposal_body(proposal, entered.body)
    except Misfit as error:
        raise Refused(f"this cannot be kept as it is: {error}") from error
    rules, unchecked = _sentences(broken.rules), _sentences(broken.unchecked)
    facts = Facts(correction=True, nevers=rules, unchecked_nevers=unchecked, unchecked_causes=broken.causes)
    verdict = decide(facts)
    with context.database.write(urgent=True) as session:
        cases.hold(session, case, team=context.team)
        _refuse_second(session, context, case)
        run = _begin(session, context, case, by=by, of=seen.run)
        salt = cases.salt_of(session, case, team=context.team)
        kept = proposer.keep(session, context, run, proposal, entered.body, body)
        return open_review(session, context, run, workflow, proposal=kept, reasons=verdict.reasons, salt=salt)


def refuse_second(context: Context, case: int) -> None:
    """Raise `CorrectionWaits` where a correction of a case waits for a decision."""
    with context.database.read() as session:
        _refuse_second(session, context, case)


def _refuse_second(session: Session, context: Context, case: int) -> None:
    for review in reviews.of_case_in(session, case, DECIDABLE, team=context.team):
        if review.precedence == reviews.FIRST:
            workflow = known_workflow(context, teams.workflow_name(session, review.workflow_id, team=context.team))
            raise CorrectionWaits(review=review.id, version=review.version, channel=workflow.review.post_to)


@dataclass(frozen=True, kw_only=True)
class _Correctable:
    """The last delivery of a case, read before the author's code checks the correction."""

    workflow: AnyWorkflow
    run: int
    input: str
    """JSON."""
    output: str
    """JSON."""


def _correctable(context: Context, case: int, *, of: int | None) -> _Correctable:
    with context.database.read() as session:
        _, delivered = _standing(session, case, team=context.team, of=of)
        assert delivered.output_id is not None
        return _Correctable(
            workflow=known_workflow(context, teams.workflow_name(session, delivered.workflow_id, team=context.team)),
            run=delivered.id,
            input=kept_body(session, delivered.input_id, team=context.team),
            output=kept_body(session, delivered.output_id, team=context.team),
        )


def _standing(session: Session, case: int, *, team: int, of: int | None) -> tuple[schema.Run, schema.Run]:
    """Return the newest run of a case that can be corrected, and the run that was delivered last."""
    if cases.get(session, case, team=team) is None:
        raise Unknown(f"there is no case {case}")
    all_runs = runs.of_case(session, case, team=team)
    newest = all_runs[-1]
    if newest.state not in (RunState.DELIVERED, RunState.CLOSED) and not _is_given_up(newest):
        raise Refused(f"only a delivered case is corrected; this one is {newest.state}")
    delivered = next((run for run in reversed(all_runs) if run.state == RunState.DELIVERED), None)
    if delivered is None or delivered.output_id is None:
        raise Refused("nothing was delivered that could be corrected")
    refuse_removed(session, delivered)
    if of not in (None, delivered.id):
        raise Stale("something else was delivered since")
    return newest, delivered


def _is_given_up(run: schema.Run) -> bool:
    """Tell whether a run is a correction that failed, so that another one may replace it."""
    return run.correction > 0 and run.state in (RunState.FAILED, RunState.PARKED)


def _begin(session: Session, context: Context, case: int, *, by: str, of: int) -> schema.Run:
    """Add the run of a correction, which waits for a person, and return it. The case is held."""
    newest, delivered = _standing(session, case, team=context.team, of=of)
    at = context.clock()
    workflow = known_workflow(context, teams.workflow_name(session, delivered.workflow_id, team=context.team))
    if _is_given_up(newest):
        move_run(session, newest, RunState.SUPERSEDED, at=at, actor=by)
    return begin_after(
        session,
        delivered,
        RunState.WAITING,
        at=at,
        actor=by,
        action="correction.proposed",
        details={"delivered": delivered.id},
        code_version=context.registry.code_version(workflow),
        correction=runs.last_correction(session, case, team=context.team, revision=delivered.revision) + 1,
        asked_by=by,
    )


def _sentences(rules: Sequence[Never[BaseModel, BaseModel]]) -> tuple[str, ...]:
    return tuple(rule.sentence for rule in rules)
