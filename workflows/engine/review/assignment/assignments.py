"""Assignments: who is to decide a review. It is said on the card and bars nobody else from deciding."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import people, reminders
from store.governance import teams
from store.states import ReviewState
from workflows.engine.case import notices
from workflows.engine.case.lookup import known_workflow
from workflows.engine.case.transitions import move_review
from workflows.engine.context import Context
from workflows.engine.declare.names import is_group, names_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import OwnCase, Refused, Stale
from workflows.engine.review.assignment.absences import away_now
from workflows.engine.review.assignment.views import AbsenceView, AssignmentView, WhyAssigned
from workflows.engine.review.lateness import still_open
from workflows.engine.review.own_cases import barred


class Reassigned(Refused):
    """Somebody else changed the assignee since the person looked."""


class Absent(Refused):
    """The person to whom a review would be assigned is away."""

    def __init__(self, absence: AbsenceView) -> None:
        """Keep the absence."""
        self.absence = absence
        super().__init__(f"{absence.person} is away until {absence.until:%Y-%m-%d %H:%M} UTC")


def assign(
    context: Context, review: int, shown: int | None, to: str | None, *, by: str, seen: int | None = None
) -> bool:
    """Assign a review to a person, or to nobody. The caller has found out that this person may decide it.

    `shown`: the version that was shown; None: whichever it is at. `seen`: the number of its assignments that was shown;
    None: however many. False where it is assigned so already. Raise `Unknown`, `Stale` where it is no longer open at
    that version, `Reassigned`, `OwnCase` where the workflow does not let this person decide it, or `Absent`.
    """
    with context.database.write(urgent=True) as session:
        row = still_open(session, review, shown, team=context.team)
        if seen is not None and row.assignments != seen:
            raise Reassigned("somebody assigned it a moment ago")
        if row.assignee == to and (to is not None or row.assign_at is None):
            return False
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
        at = context.clock()
        if to is not None:
            if to in barred(session, workflow, row.run_id, team=row.team_id):
                raise OwnCase(f"{to} handed this case in, or asked for it again; {workflow.name} has others decide it")
            absence = away_now(session, team=context.team, at=at, among=[to]).get(to)
            if absence is not None:
                raise Absent(absence)
        if not record(session, workflow, row, to, by=by, at=at, why=WhyAssigned.BY_HAND):
            raise Stale("it is no longer open")
    return True


def record(
    session: Session,
    workflow: AnyWorkflow,
    row: schema.Review,
    to: str | None,
    *,
    by: str,
    at: datetime,
    why: WhyAssigned,
    until: datetime | None = None,
    assign_at: datetime | None = None,
) -> bool:
    """Record who is to decide a review, and have its card, its thread and that person told. The case has to be held.

    `until`: the time until which the one before is away. `assign_at`: when somebody is to be assigned by itself. False
    where the review changed.
    """
    number, was = row.assignments + 1, row.assignee
    if not move_review(
        session,
        row,
        row.state,
        at=at,
        actor=by,
        action="review.assigned",
        shown=row.version,
        details={"to": to, "was": was, "why": why},
        assignee=to,
        assigned_by=by,
        assignments=number,
        assign_at=assign_at,
    ):
        return False
    notices.card(session, row, workflow.review, at=at)
    if why is not WhyAssigned.LEAST_BUSY or was is not None:
        # Whoever gets it first by itself is told directly: a note in every thread would be one too many.
        about = {"to": to or "", "by": by, "why": str(why), "until": until.isoformat() if until is not None else ""}
        notices.assigned(session, row, workflow.review, number=number, about=about, at=at)
    if to is not None:
        people.note_assigned(session, to, team=row.team_id, at=at)
        if to != by:
            reminders.want_direct(session, team=row.team_id, person=to, at=at)
    return True


def might_decide(workflow: AnyWorkflow, person: str) -> bool:
    """Tell whether a person may decide a workflow's reviews, as far as its declaration tells it.

    Where a user group may, the upkeep takes from whoever is not in it what is assigned to them.
    """
    may = (*names_in(workflow.review.reviewers), *names_in(workflow.review.escalate_to))
    return any(is_group(one) or one == person for one in may)


def assignee_of(row: schema.Review) -> str | None:
    """Return the person who is to decide a review; None where that is anybody, or it is not simply open."""
    return row.assignee if row.state == ReviewState.OPEN else None


def assignment_of(about: Mapping[str, str]) -> AssignmentView:
    """Return a change of an assignee, as a note of it keeps it."""
    until = about["until"]
    return AssignmentView(
        to=about["to"] or None,
        by=about["by"],
        why=WhyAssigned(about["why"]),
        until=datetime.fromisoformat(until) if until else None,
    )
