"""Corrects a delivered case: reported by anyone, decided by a person, delivered under a key of its own.

A correction is a run whose proposal comes from a person instead of a model; everything after that is the usual way.
"""

import json
from collections.abc import Sequence

from pydantic import BaseModel

from store import audit, cases, contents, runs, teams
from workflows.engine import proposing
from workflows.engine.canonical import from_body, to_body
from workflows.engine.cards import case_text, one_line_of
from workflows.engine.checks import broken_nevers
from workflows.engine.context import Context
from workflows.engine.errors import InvalidOutput, NeverBroken, Refused, Stale, Unknown
from workflows.engine.forms import entries_of
from workflows.engine.policy import Facts, decide
from workflows.engine.proposal import Proposal
from workflows.engine.reviews import open_review
from workflows.engine.states import RunState
from workflows.engine.transitions import move_run
from workflows.engine.views import DeliveredView


def delivered_view(context: Context, case: int) -> DeliveredView:
    """What was delivered last for a case. Raise `Unknown`, or `Refused` where nothing was."""
    with context.database.read() as session:
        row = cases.get(session, case)
        if row is None or row.team_id != context.team:
            raise Unknown(f"there is no case {case}")
        run = runs.last_in(session, case, state=RunState.DELIVERED)
        if run is None or run.output_id is None:
            newest = runs.newest(session, case)
            state = newest.state if newest is not None else "gone"
            raise Refused(f"only a delivered case is corrected; this one is {state}")
        workflow = context.registry.get(teams.workflow_name(session, run.workflow_id))
        text = case_text(workflow, contents.body(session, run.input_id))
        return DeliveredView(
            generation=context.restores.number,
            case=case,
            key=row.key,
            run=run.id,
            workflow=workflow.name,
            subject=one_line_of(text, row.key),
            text=text,
            values=entries_of(workflow.output, json.loads(contents.body(session, run.output_id))),
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
    """Propose other values for a delivered case, for a person to decide; returns the review's id.

    A correction that failed is given up for this one. `of`: the run whose delivery was seen to be wrong. Raise `Stale`
    where something else was delivered since, `Unknown`, `InvalidOutput` for values of another form,
    `NeverBroken` for values that are barred, or `Refused` where the case is not delivered, another correction of it is
    open, or nothing would change.
    """
    with context.database.write(urgent=True) as session:
        cases.hold(session, case)
        known = cases.get(session, case)
        if known is None:
            raise Unknown(f"there is no case {case}")
        all_runs = runs.of_case(session, case)
        newest, at = all_runs[-1], context.clock()
        given_up = newest.correction > 0 and newest.state in (RunState.FAILED, RunState.PARKED)
        if newest.state not in (RunState.DELIVERED, RunState.CLOSED) and not given_up:
            raise Refused(f"only a delivered case is corrected; this one is {newest.state}")
        delivered = next((run for run in reversed(all_runs) if run.state == RunState.DELIVERED), None)
        if delivered is None or delivered.output_id is None:
            raise Refused("nothing was delivered that could be corrected")
        if of not in (None, delivered.id):
            raise Stale("something else was delivered since")
        workflow = context.registry.get(teams.workflow_name(session, delivered.workflow_id))
        if not isinstance(output, workflow.output):
            raise InvalidOutput({"the whole": f"has to be a {workflow.output.__name__}"})
        if to_body(output) == contents.body(session, delivered.output_id):
            raise Refused("these values are what was delivered")
        input = from_body(workflow.input, contents.body(session, delivered.input_id))
        broken = broken_nevers(workflow, input, output)
        if broken.barring:
            raise NeverBroken(broken.barring, barred=True)
        if given_up:
            move_run(session, newest, RunState.SUPERSEDED, at=at, actor=by)
        run_id = runs.add(
            session,
            team=delivered.team_id,
            case=case,
            workflow=delivered.workflow_id,
            revision=delivered.revision,
            input_id=delivered.input_id,
            state=RunState.WAITING,
            plan=context.registry.plan(workflow),
            parent=delivered.id,
            correction=runs.last_correction(session, case, revision=delivered.revision) + 1,
            at=at,
        )
        audit.record(
            session,
            team=delivered.team_id,
            at=at,
            actor=by,
            action="correction.proposed",
            subject=f"run:{run_id}",
            case=case,
            details={"delivered": delivered.id},
        )
        run = runs.get(session, run_id)
        assert run is not None
        proposal = Proposal(output=output, confidence={}, reasons=tuple(reasons), model=by)
        verdict = decide(Facts(correction=True, nevers=broken.sentences))
        kept = proposing.keep(session, context, run, proposal)
        return open_review(session, context, run, workflow, proposal=kept, reasons=verdict.reasons)
