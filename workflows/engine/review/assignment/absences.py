"""Absences: a person says until when they are away, and who takes what is assigned to them meanwhile.

While they are away nothing is assigned to them, and they are not reminded. Their delegate gets no right by it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import people
from store.governance import audit
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.review import LONGEST_ID
from workflows.engine.errors import Refused
from workflows.engine.review.assignment.views import AbsenceView, Wrong

LONGEST = timedelta(days=366)
"""Longest absence, and latest begin of one from now."""


class ImpossibleAbsence(Refused):
    """An absence that cannot be."""

    def __init__(self, wrong: Wrong, message: str) -> None:
        """Keep what is wrong with it."""
        self.wrong = wrong
        super().__init__(message)


def be_away(
    context: Context, person: str, *, since: datetime | None, until: datetime, delegate: str | None, by: str
) -> AbsenceView:
    """Keep that a person is away, in place of what was said of them before. `since`: None: from now on.

    Raise `ImpossibleAbsence`.
    """
    at = context.clock()
    begins, until = since.astimezone(UTC) if since is not None else at, until.astimezone(UTC)
    if begins > at + LONGEST:
        raise ImpossibleAbsence(Wrong.SINCE, "an absence begins within a year")
    if until <= max(begins, at):
        raise ImpossibleAbsence(Wrong.UNTIL, "the first day back comes after today, and after the first day away")
    if until > begins + LONGEST:
        raise ImpossibleAbsence(Wrong.UNTIL, "an absence lasts at most a year")
    if delegate == person:
        raise ImpossibleAbsence(Wrong.DELEGATE, "somebody else takes what is theirs")
    if delegate is not None and len(delegate) > LONGEST_ID:
        raise ImpossibleAbsence(Wrong.DELEGATE, f"an id has at most {LONGEST_ID} characters")
    if not 0 < len(person) <= LONGEST_ID:
        raise Refused(f"a person's id has 1 to {LONGEST_ID} characters")
    with context.database.write(urgent=True) as session:
        people.be_away(session, person, team=context.team, away_from=begins, away_until=until, delegate=delegate)
        details = {
            "person": person,
            "since": begins.isoformat(),
            "until": until.isoformat(),
            "delegate": delegate,
        }
        _note(session, context, "person.away", details, at=at, by=by)
    return AbsenceView(person=person, since=begins, until=until, delegate=delegate, has_begun=begins <= at)


def come_back(context: Context, person: str, *, by: str) -> bool:
    """End a person's absence, or call it off; False where they are not away, and said nothing of it."""
    with context.database.write(urgent=True) as session:
        at = context.clock()
        if _absence(people.get(session, person, team=context.team), at=at) is None:
            return False
        people.be_away(session, person, team=context.team, away_from=None, away_until=None, delegate=None)
        _note(session, context, "person.back", {"person": person}, at=at, by=by)
    return True


def absence_of(context: Context, person: str) -> AbsenceView | None:
    """Return a person's absence, also one that is still to come; None where they said nothing, or it is over."""
    with context.database.read() as session:
        return _absence(people.get(session, person, team=context.team), at=context.clock())


def away_now(
    session: Session, *, team: int, at: datetime, among: Collection[str] | None = None
) -> dict[str, AbsenceView]:
    """Return those who are away now: person -> absence. `among`: only these people."""
    found = people.away(session, team=team, at=at, among=among)
    return {row.person: absence for row in found if (absence := _absence(row, at=at)) is not None}


def absences_now(context: Context, among: Collection[str] | None = None) -> Sequence[AbsenceView]:
    """Return the absences of those who are away now. `among`: only of these people."""
    with context.database.read() as session:
        return list(away_now(session, team=context.team, at=context.clock(), among=among).values())


def _absence(row: schema.PersonRow | None, *, at: datetime) -> AbsenceView | None:
    if row is None or row.away_from is None or row.away_until is None or row.away_until <= at:
        return None
    return AbsenceView(
        person=row.person,
        since=row.away_from,
        until=row.away_until,
        delegate=row.delegate,
        has_begun=row.away_from <= at,
    )


def _note(
    session: Session, context: Context, action: str, details: Mapping[str, str | None], *, at: datetime, by: str
) -> None:
    audit.record(
        session,
        team=context.team,
        at=at,
        actor=by,
        action=action,
        subject=SubjectKind.PERSON.unnumbered,
        case=None,
        details=dict(details),
    )
