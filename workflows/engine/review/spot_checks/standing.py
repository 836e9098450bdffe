"""Spot checks as they stand: whose turn it is, whether what was drawn still stands, and why somebody comes too late."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, runs
from store.cases.review import spot_checks
from store.cases.review.spot_checks import Looks
from store.governance import teams
from store.states import UNDECIDED, RunState, SpotCheckState
from workflows.engine.case import notices
from workflows.engine.case.lookup import known_workflow
from workflows.engine.case.transitions import move_spot_check
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.names import is_group, names_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import NotBlind, SamePerson, Stale, Unknown
from workflows.engine.review.claims import CLAIM_LASTS
from workflows.engine.review.own_cases import refuse_own_case
from workflows.engine.review.spot_checks.views import End, Grade, Task

GRADE_WITHIN = timedelta(days=1)
"""Time after which a difference that nobody graded waits for somebody else."""


IN_A_ROW = 5
"""Number of a workflow's spot checks after which others come first, where one person answered them all."""
_LAST = 200
"""Most spot checks of all workflows that are looked through for that."""
OTHERS_WITHIN = timedelta(days=1)
"""Time for which a spot check is left to others then."""


def looks_of(context: Context, *, by: str, workflows: Collection[str]) -> Looks:
    """Return the spot checks that may wait for a person. `workflows`: those whose cases they may decide."""
    return Looks(by=by, workflows=workflows, at=context.clock(), lasts=CLAIM_LASTS, grade_within=GRADE_WITHIN)


def in_turn(session: Session, context: Context, looks: Looks) -> Looks:
    """Return the same with the workflows whose next spot checks are left to others at first: the person answered the
    last ones in a row, and several may.
    """
    if not looks.workflows:
        return looks
    last = dict[str, list[str]]()
    for name, by in spot_checks.last_answered(session, team=context.team, limit=_LAST):
        last.setdefault(name, []).append(by)
    theirs = [
        name
        for name in looks.workflows
        if last.get(name, [])[:IN_A_ROW] == [looks.by] * IN_A_ROW and _may_several(context, name)
    ]
    return replace(looks, others_first=theirs, others_within=OTHERS_WITHIN)


def _may_several(context: Context, name: str) -> bool:
    if name not in context.registry:
        return False
    declared = context.registry.get(name).review
    may = {*names_in(declared.reviewers), *names_in(declared.escalate_to)}
    return len(may) > 1 or any(map(is_group, may))


def task_of(check: schema.SpotCheck, *, by: str, at: datetime) -> Task | None:
    """Return what a person is to do about a spot check; None where it is not their turn, or nothing is to be done."""
    match check.state:
        case SpotCheckState.OPEN:
            return Task.ANSWER
        case SpotCheckState.ANSWERED if check.answered_by == by:
            return Task.GRADE
        case SpotCheckState.ANSWERED if check.answered_at is not None and at - check.answered_at >= GRADE_WITHIN:
            return Task.SECOND
        case SpotCheckState.AWAITING_SECOND if check.answered_by != by:
            return Task.SECOND
        case _:
            return None


def known(session: Session, context: Context, check: int) -> schema.SpotCheck:
    """Return a spot check. Raise `Unknown`."""
    row = spot_checks.get(session, check, team=context.team)
    if row is None:
        raise Unknown(f"there is no spot check {check}")
    return row


def held(session: Session, context: Context, check: int) -> schema.SpotCheck:
    """Return a spot check with its case locked until the transaction ends. Raise `Unknown`."""
    cases.hold(session, known(session, context, check).case_id, team=context.team)
    # The row may have changed before its case was held.
    return known(session, context, check)


def workflow_of(session: Session, context: Context, check: schema.SpotCheck) -> AnyWorkflow:
    """Return the workflow of a spot check. Raise `Unknown` where this process does not know it."""
    return known_workflow(context, teams.workflow_name(session, check.workflow_id, team=context.team))


def refuse_late(session: Session, check: schema.SpotCheck, shown: int | None) -> None:
    """Raise `Stale` where a spot check is not as it was shown, or what it is about no longer stands."""
    why = why_passed(session, check) if check.state in UNDECIDED else None
    if check.state not in UNDECIDED or why is not None or shown not in (None, check.version):
        raise Stale(what_happened(check, why))


def refuse_unfit(
    session: Session, context: Context, workflow: AnyWorkflow, check: schema.SpotCheck, task: Task, *, by: str
) -> None:
    """Raise `SamePerson`, `OwnCase` or `NotBlind` where a person may not do what is to be done about a spot check."""
    now = task_of(check, by=by, at=context.clock())
    if now is None:
        raise SamePerson("you answered this spot check; now another person looks at the difference")
    if now is not task:
        raise Stale(what_happened(check, None))
    refuse_own_case(session, workflow, check.run_id, team=context.team, person=by)
    if spot_checks.knows(session, check, by=by):
        raise NotBlind("you know what was delivered for this case, or left it to others: somebody else looks at it")


def why_passed(session: Session, check: schema.SpotCheck) -> End | None:
    """Return why what a spot check is about no longer stands; None while it does.

    What went out is looked at also where newer content of the case came since: whoever got something wrong is the first
    to write again, so without these the share of errors looks smaller than it is.
    """
    of_case = runs.of_case(session, check.case_id, team=check.team_id)
    drawn = next(run for run in of_case if run.id == check.run_id)
    later = [run for run in of_case if run.id > drawn.id]
    if drawn.state in (RunState.CLOSED, RunState.SUPERSEDED):
        return End.REVISION if any(run.revision > drawn.revision for run in later) else End.RERUN
    delivered = [run for run in later if run.revision == drawn.revision and run.state == RunState.DELIVERED]
    if any(run.correction > drawn.correction for run in delivered):
        return End.CORRECTION
    return End.RERUN if delivered else None


def supersede(session: Session, context: Context, check: schema.SpotCheck, why: End) -> bool:
    """End a spot check without an outcome; False where it changed meanwhile."""
    at = context.clock()
    if not move_spot_check(
        session,
        check,
        SpotCheckState.SUPERSEDED,
        at=at,
        actor=SYSTEM,
        action="spot_check.superseded",
        shown=check.version,
        details={"why": why},
        end=why,
        ended_at=at,
    ):
        return False
    show(session, context, check)
    return True


def show(session: Session, context: Context, check: schema.SpotCheck) -> None:
    """Have the number of spot checks shown anew in the channel of a workflow."""
    name = teams.workflow_name(session, check.workflow_id, team=context.team)
    channel = context.registry.get(name).review.post_to if name in context.registry else None
    if channel is not None:
        notices.spot_checks(session, channel, team=context.team, at=context.clock())


def what_happened(check: schema.SpotCheck, why: End | None) -> str:
    """Return why somebody comes too late, in words for that person. `why`: what it is about no longer stands."""
    if why is not None or check.state == SpotCheckState.SUPERSEDED:
        return f"{_PASSED[why or End(check.end or End.RERUN)]}; nothing was recorded"
    if check.state == SpotCheckState.DECIDED:
        who = check.second_by or check.answered_by
        outcome = Grade(check.outcome or Grade.SAME)
        return f"{who} has looked at it since, and it is decided ({outcome}); nothing was recorded"
    if check.answered_by is None:
        return "this spot check changed since it was shown; look at it again"
    return f"{check.answered_by} has answered it since; nothing was recorded"


_PASSED = {
    End.REVISION: "newer content of this case came before this went out, so there is nothing to look at",
    End.CORRECTION: "this case was corrected meanwhile, so there is nothing left to look at",
    End.RERUN: "this case was run again meanwhile, so there is nothing left to look at",
    End.STOPPED: "this case did not go out by itself after all: a person decides it",
    End.GONE: "its workflow is not there any more, so there is nothing left to look at",
    End.FORGOTTEN: "the content of this case was removed, so there is nothing left to look at",
}
