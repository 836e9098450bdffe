"""Messages that told of a case whose content was removed: cards are drawn without it, and what was said is taken away.
So are the pictures of its pages, and originals that people have.

What it reaches are our own messages whose place is known. The sender deletes and draws, when it comes to it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.cases import deliveries, runs, target_outages
from store.cases.review import questions, reviews
from store.learning import announcements
from store.slack import messages, outbox
from store.slack.outbox import ANNOUNCED, CARD, CAUSE, DOUBT, NAMES, TARGET, TELLS_OF_CASE
from store.states import ReviewState
from store.subjects import SubjectKind
from workflows.engine.documents.shown import take_back


def withdraw(session: Session, case: int, *, team: int, at: datetime) -> None:
    """Have the messages about a case redrawn or taken away, in the transaction that removes its content.

    Called again, it changes nothing but that what stands is drawn once more.
    """
    reviewed = reviews.of_case_in(session, case, tuple(ReviewState), team=team)
    made = deliveries.of_case(session, case, team=team)
    all_runs = runs.of_case(session, case, team=team)
    views = [
        *((CARD, SubjectKind.REVIEW.of(one.id)) for one in reviewed),
        *((DOUBT, SubjectKind.DELIVERY.of(one.id)) for one in made),
        *((ANNOUNCED, SubjectKind.ANNOUNCEMENT.of(one.id)) for one in announcements.of_case(session, case, team=team)),
        *((CAUSE, SubjectKind.CAUSE.of(one)) for one in sorted({run.cause_id for run in all_runs if run.cause_id})),
    ]
    views += [(TARGET, SubjectKind.TARGET.of(one)) for one in target_outages.told_by(session, case, team=team)]
    for kind, subject in views:
        outbox.want_attempted_again(session, team=team, kind=kind, subject=subject, at=at)
        for channel in sorted(messages.channels_of(session, team=team, subject=subject)):
            outbox.want_view(session, team=team, kind=kind, subject=subject, channel=channel, at=at)
    take_back(session, case, team=team, at=at)
    for of, ids in _subjects(case, all_runs, reviewed, questions.of_case(session, case, team=team)):
        outbox.take_away(session, team=team, kinds=TELLS_OF_CASE, kind=of, ids=ids, at=at)
    if reviewed:
        own = {str(one.id) for one in reviewed}
        since = min(one.opened_at for one in reviewed)
        told = outbox.direct_reminders(session, team=team, since=since)
        # What is being sent just now is not known to name anything yet.
        naming = [row.id for row in told if not row.ts or own & set(row.about.get(NAMES, "").split(","))]
        outbox.take_away_rows(session, naming, team=team, at=at)


def redraw_cause(session: Session, cause: int, *, team: int, at: datetime) -> None:
    """Have the card of a cause drawn anew, wherever it stands."""
    subject = SubjectKind.CAUSE.of(cause)
    for channel in sorted(messages.channels_of(session, team=team, subject=subject)):
        outbox.want_view(session, team=team, kind=CAUSE, subject=subject, channel=channel, at=at)


def out_of_reach(session: Session, case: int, *, team: int) -> int:
    """Count the notes about a case that stand, and that nobody can find: an earlier version sent them."""
    reviewed = reviews.of_case_in(session, case, tuple(ReviewState), team=team)
    asked = questions.of_case(session, case, team=team)
    subjects = _subjects(case, runs.of_case(session, case, team=team), reviewed, asked)
    counted = [outbox.out_of_reach(session, team=team, kinds=TELLS_OF_CASE, kind=of, ids=ids) for of, ids in subjects]
    return sum(counted)


def _subjects(
    case: int,
    all_runs: Sequence[schema.Run],
    reviewed: Sequence[schema.Review],
    asked: Sequence[schema.Question],
) -> list[tuple[SubjectKind, list[int]]]:
    """Return what a note about a case may be about: kind -> ids."""
    return [
        (SubjectKind.CASE, [case]),
        (SubjectKind.RUN, [run.id for run in all_runs]),
        (SubjectKind.REVIEW, [one.id for one in reviewed]),
        (SubjectKind.QUESTION, [one.id for one in asked]),
    ]
