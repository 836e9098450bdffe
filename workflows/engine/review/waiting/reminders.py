"""Reminders of reviews that nobody has decided: in the thread of the card, and by direct message.

A direct message goes to whoever a review is assigned to or who is on it, else to the people whom the workflow names
and, for a user group, to its regulars; to nobody who is away. A person gets at most one in `APART`. It tells of all
reviews that wait for them and that they may decide when it is sent. Every process looks; each reminder is made once.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases
from store.cases.review import deadlines, reminders, reviews
from store.governance import teams
from store.states import ReviewState
from workflows.engine.case import notices
from workflows.engine.case.transitions import move_review
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.assignment.absences import away_now
from workflows.engine.review.assignment.assignments import assignee_of
from workflows.engine.review.claims import is_in_hand
from workflows.engine.review.own_cases import barred
from workflows.engine.review.standing import DECIDABLE, standing
from workflows.engine.review.views import ReminderView
from workflows.engine.review.waiting.due_reviews import AT_ONCE, Due, each_due
from workflows.engine.review.waiting.escalations import asked_of
from workflows.engine.review.waiting.regulars import Regulars, people_in, regulars_in

MayDecide = Callable[[str, str, int | None], bool]
"""Function that tells whether a person may decide a workflow's reviews, or be the second person at this place. It may
ask whoever knows, and raise where that is not known now.
"""
APART = timedelta(hours=1)
"""Shortest time between two direct messages to a person."""
_MOST = 1_000
"""Most reviews that a direct message counts."""
_SHOWN = 5
"""Reviews that it names."""


def sweep(context: Context) -> int:
    """Remind people of what waits for them, and return the number of reviews that they are reminded of.

    Raise `store.db.database.Unavailable`.
    """

    def find(session: Session, after: int) -> Sequence[schema.Review]:
        return deadlines.to_remind_of(session, team=context.team, at=context.clock(), limit=AT_ONCE, after=after)

    done = each_due(context, find, _remind)
    _write_to_people(context)
    return done


def nobody_may(person: str, workflow: str, second: int | None) -> bool:
    """Let nobody decide anything: for a place that does not know people's rights."""
    return False


def reminder_view(context: Context, person: str, *, may: MayDecide) -> ReminderView:
    """Return what waits for a person, of what they were reminded of. `may`: asked now, outside any transaction.

    Whoever lost the right since they were to be reminded is told of nothing.
    """
    at = context.clock()
    with context.database.read() as session:
        regulars = regulars_in(session, context)
        named = _named_in(context, person, regulars)
        found = reminders.waiting(session, team=context.team, person=person, workflows=named, limit=_MOST)
        theirs = [
            (row, teams.workflow_name(session, row.workflow_id, team=context.team))
            for row in found
            if person in _concerned(session, context, row, at=at, regulars=regulars)
        ]
    asked = {(name, row.second): False for row, name in theirs}
    for name, second in asked:
        asked[name, second] = may(person, name, second)
    theirs = [(row, name) for row, name in theirs if asked[name, row.second]]
    first = theirs[0][0].answer_by if theirs else None
    return ReminderView(number=len(theirs), first=first, at=at, reviews=[row.id for row, _ in theirs[:_SHOWN]])


def _remind(context: Context, due: Due, workflow: AnyWorkflow) -> bool:
    """Remind people of a review; False where somebody else was faster, or it is decided."""
    try:
        with context.database.write() as session:
            cases.hold(session, due.case, team=context.team)
            row, at = reviews.get(session, due.review, team=context.team, anew=True), context.clock()
            if row is None or row.remind_at is None or row.remind_at > at:
                return False
            meant, number = row.remind_at, row.reminders + 1
            following = workflow.remind_at(meant, after=number)
            # What was missed while no process ran is not made up for.
            while following is not None and following <= at:
                number += 1
                following = workflow.remind_at(following, after=number)
            if not move_review(
                session,
                row,
                row.state,
                at=at,
                actor=SYSTEM,
                action="review.reminded",
                details={"number": number},
                reminders=number,
                remind_at=following,
            ):
                return False
            notices.reminded(session, row, due=meant, at=at)
            for person in _concerned(session, context, row, at=at, regulars=regulars_in(session, context)):
                reminders.want_direct(session, team=context.team, person=person, at=at)
            return True
    except IntegrityError:
        # Another process has made the note for this very time.
        return False


def _write_to_people(context: Context) -> None:
    """Have those told who are to be reminded, and were not within the last hour."""
    with context.database.read() as session:
        found = reminders.wanted_direct(session, team=context.team, at=context.clock(), lasts=APART)
    for one in found:
        with context.database.write() as session:
            wanted, at = reminders.direct(session, one.id, team=context.team), context.clock()
            if wanted is None or wanted.wanted_at is None:
                continue
            since = wanted.sent_at
            if since is not None and abs(at - since) < APART:
                reminders.take_direct(session, wanted, wanted_at=since + APART)
            elif reminders.take_direct(session, wanted, wanted_at=None):
                notices.direct_reminder(session, team=context.team, person=wanted.person, at=at)


def _concerned(
    session: Session, context: Context, row: schema.Review, *, at: datetime, regulars: Regulars
) -> Sequence[str]:
    """Return those whom a review waits for and who are not away, as far as they are known by name."""
    assignee = assignee_of(row)
    if assignee is not None:
        found = _present(session, row, [assignee, *asked_of(row)], at=at)
        if assignee in found:
            return found
    return _present(session, row, _named(session, context, row, at=at, regulars=regulars), at=at)


def _present(session: Session, row: schema.Review, among: Sequence[str], *, at: datetime) -> Sequence[str]:
    """Return those of these people who are not away."""
    away = away_now(session, team=row.team_id, at=at, among=among) if among else {}
    return [one for one in dict.fromkeys(among) if one not in away]


def _named(
    session: Session, context: Context, row: schema.Review, *, at: datetime, regulars: Regulars
) -> Sequence[str]:
    """Return those whom a review waits for where it is assigned to nobody."""
    name = teams.workflow_name(session, row.workflow_id, team=row.team_id)
    if row.state not in DECIDABLE or name not in context.registry:
        return []
    workflow = context.registry.get(name)
    if row.state == ReviewState.OPEN:
        if row.claimed_by is not None and is_in_hand(row.claimed_at, at=at):
            return list(dict.fromkeys((row.claimed_by, *asked_of(row))))
        named = dict.fromkeys((*people_in(workflow.review.reviewers, name, regulars), *asked_of(row)))
        own = barred(session, workflow, row.run_id, team=row.team_id)
        return [one for one in named if one not in own]
    seconds = workflow.review.seconds
    by = seconds[row.second].by if row.second is not None and row.second < len(seconds) else None
    asked = people_in(by or workflow.review.reviewers, name, regulars)
    before = {one.by for one in standing(reviews.decisions(session, row.id, team=row.team_id))}
    passed_over = before | barred(session, workflow, row.run_id, team=row.team_id)
    return [one for one in asked if one not in passed_over]


def _named_in(context: Context, person: str, regulars: Regulars) -> list[str]:
    """Return the workflows in which a person is named or stands for a group, as a reviewer or a second person."""
    return [
        workflow.name
        for workflow in context.registry
        if any(
            person in people_in(names, workflow.name, regulars)
            for names in (
                workflow.review.reviewers,
                workflow.review.escalate_to,
                *(one.by for one in workflow.review.seconds),
            )
        )
    ]
