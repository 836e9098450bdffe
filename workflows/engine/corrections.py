"""Corrects a delivered case: reported by anyone, decided by a person, delivered under a key of its own.

A correction is a run whose proposal comes from a person instead of a model; everything after that is the usual way.
"""

from collections.abc import Sequence

from pydantic import BaseModel

from store import cases, contents, runs, teams
from workflows.engine import proposing
from workflows.engine.canonical import canonical
from workflows.engine.checks import broken_nevers
from workflows.engine.context import Context
from workflows.engine.errors import InvalidOutput, Refused, Unknown
from workflows.engine.policy import Facts, decide
from workflows.engine.proposal import Proposal
from workflows.engine.reviews import open_review
from workflows.engine.states import RunState


def correct(context: Context, case: int, output: BaseModel, *, by: str, reasons: Sequence[str] = ()) -> int:
    """Propose other values for a delivered case, for a person to decide; returns the review's id.

    Raise `Unknown`, `InvalidOutput` for values of another form, or `Refused` where the case is not delivered, another
    correction of it is open, or nothing would change.
    """
    with context.database.write(urgent=True) as session:
        known = cases.get(session, case)
        if known is None:
            raise Unknown(f"there is no case {case}")
        all_runs = runs.of_case(session, case)
        if all_runs[-1].state not in (RunState.DELIVERED, RunState.CLOSED):
            raise Refused(f"only a delivered case is corrected; this one is {all_runs[-1].state}")
        delivered = next((run for run in reversed(all_runs) if run.state == RunState.DELIVERED), None)
        if delivered is None or delivered.output_id is None:
            raise Refused("nothing was delivered that could be corrected")
        workflow = context.registry.get(teams.workflow_name(session, delivered.workflow_id))
        if not isinstance(output, workflow.output):
            raise InvalidOutput({"the whole": f"has to be a {workflow.output.__name__}"})
        if canonical(output) == contents.body(session, delivered.output_id):
            raise Refused("these values are what was delivered")
        run_id = runs.add(
            session,
            team=delivered.team_id,
            case=case,
            workflow=delivered.workflow_id,
            revision=delivered.revision,
            input_id=delivered.input_id,
            state=RunState.WAITING,
            parent=delivered.id,
            correction=runs.last_correction(session, case, revision=delivered.revision) + 1,
            at=context.clock(),
        )
        run = runs.get(session, run_id)
        assert run is not None
        proposal = Proposal(output=output, confidence={}, reasons=tuple(reasons), model=by)
        input = workflow.input.model_validate_json(contents.body(session, run.input_id))
        verdict = decide(Facts(correction=True, nevers=broken_nevers(workflow, input, output).sentences))
        kept = proposing.keep(session, context, run, proposal)
        return open_review(session, context, run, workflow, proposal=kept, reasons=verdict.reasons)
