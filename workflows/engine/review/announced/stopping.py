"""The end of an announcement without its delivery: a person stops it, or it may not go out any more.

The case becomes an ordinary review with the proposal in it. A person stops what looks wrong, so what is decided then is
no fair evidence of how good the rest is: it counts only where the draw had picked the case before anybody saw it, and
then in place of the spot check. docs/decisions/0100 has the reasons.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, deliveries, runs
from store.cases.review import reviews, spot_checks
from store.governance import teams
from store.learning import announcements as kept
from store.states import UNDECIDED, AnnouncementState, RunState, SpotCheckWhy
from workflows.engine.case.lookup import known_workflow
from workflows.engine.case.transitions import UNRESOLVED, move_run
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver import announcements
from workflows.engine.errors import Refused, Repeated, Stale, Unknown
from workflows.engine.propose.proposer import KeptProposal
from workflows.engine.propose.standing import standing_of
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.opening import open_review
from workflows.engine.review.spot_checks.standing import supersede
from workflows.engine.review.spot_checks.views import End


def stop(context: Context, announcement: int, *, by: str) -> int:
    """Stop an announced case before it goes out, and return the review that is opened in place of its delivery.

    Raise `Unknown`, `Repeated`, or `Stale` where it ended meanwhile or is being delivered.
    """
    deployed = _deployed(context, announcement)
    with context.database.write(urgent=True) as session:
        known = kept.get(session, announcement, team=context.team)
        assert known is not None
        cases.hold(session, known.case_id, team=context.team)
        row = kept.get(session, announcement, team=context.team)
        assert row is not None
        run = runs.get(session, row.run_id, team=context.team)
        assert run is not None
        _refuse_late(row, run, by=by)
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
        proposal = kept_proposal(session, run, deployed=deployed)
        if not move_run(session, run, RunState.WAITING, at=context.clock(), actor=by, **UNRESOLVED):
            raise Stale(_TOO_LATE)
        reasons = [Reason(code=Code.STOPPED, by=by)]
        return to_people(session, context, run, workflow, proposal, reasons, to=AnnouncementState.STOPPED, by=by)


def to_people(
    session: Session,
    context: Context,
    run: schema.Run,
    workflow: AnyWorkflow,
    proposal: KeptProposal,
    reasons: Sequence[Reason],
    *,
    to: AnnouncementState = AnnouncementState.WITHDRAWN,
    by: str = SYSTEM,
) -> int:
    """Have people decide a run that was announced, and return its review. The caller moved it to wait for them.

    `proposal`: as `kept_proposal` read it before the move. `by`: the person who stopped it, or `SYSTEM`.
    """
    take_back(session, context, run, workflow, to=to, by=by)
    salt = cases.salt_of(session, run.case_id, team=run.team_id)
    standing = standing_of(session, run.deployment_id, team=run.team_id)
    return open_review(
        session, context, run, workflow, proposal=proposal, reasons=reasons, salt=salt, standing=standing
    )


def take_back(
    session: Session,
    context: Context,
    run: schema.Run,
    workflow: AnyWorkflow,
    *,
    to: AnnouncementState = AnnouncementState.WITHDRAWN,
    by: str = SYSTEM,
) -> bool:
    """End the announcement of a run that is not delivered; False where none was open.

    Its delivery is intended no more, and what was drawn of it is not looked at blind: a person looks at it anyway.
    """
    if not announcements.end(session, run, workflow, to, at=context.clock(), by=by):
        return False
    deliveries.withdraw(session, run.id, team=context.team, parent=run.parent_id)
    checks = spot_checks.of_case(session, run.case_id, team=context.team)
    check = next((check for check in checks if check.run_id == run.id), None)
    is_drawn = check is not None and check.why is SpotCheckWhy.DRAWN
    kept.not_alone(session, run.id, team=context.team, counts=is_drawn)
    if check is not None and check.state in UNDECIDED:
        supersede(session, context, check, End.STOPPED)
    return True


def kept_proposal(session: Session, run: schema.Run, *, deployed: str | None) -> KeptProposal:
    """Return the proposal of a run that is resolved alone, as it was kept. Raise `Refused` where it was removed.

    `deployed`: number and name of the version that proposed; None where files did.
    """
    row = reviews.proposal_of(session, run.id, team=run.team_id)
    body = contents.body(session, row.content_id, team=run.team_id) if row is not None else None
    output = contents.body(session, run.output_id, team=run.team_id) if run.output_id is not None else None
    if row is None or body is None or output is None:
        raise Refused("what was to be delivered is not there any more")
    return KeptProposal(
        id=row.id,
        output=output,
        body=body,
        model=row.model,
        prompt_version=row.prompt_version,
        lowest=row.confidence,
        handed_id=run.handed_id,
        deployed=deployed,
    )


def _deployed(context: Context, announcement: int) -> str | None:
    """Return number and name of the version that proposed an announced case. Raise `Unknown`."""
    with context.database.read() as session:
        row = kept.get(session, announcement, team=context.team)
        run = runs.get(session, row.run_id, team=context.team) if row is not None else None
        if row is None or run is None:
            raise Unknown(f"there is no announcement {announcement}")
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
    # What is deployed never changes, so that a process reads it once.
    return context.version_of(workflow, run.deployment_id).deployed if run.deployment_id is not None else None


def _refuse_late(row: schema.Announcement, run: schema.Run, *, by: str) -> None:
    if row.state is AnnouncementState.STOPPED:
        if row.stopped_by == by:
            raise Repeated("this arrived before, and is done")
        raise Stale(f"{row.stopped_by} has stopped it already")
    if row.state is AnnouncementState.WITHDRAWN:
        raise Stale("it did not go out: it may not go out by itself any more, or newer content came")
    if row.state is AnnouncementState.LAPSED or not announcements.is_in_time(run):
        raise Stale(_TOO_LATE)


_TOO_LATE = "it is too late to stop it: its time was over, and it is delivered; if it is wrong, correct it"
