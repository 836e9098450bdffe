"""Files of a case that a face was given, and that are taken back.

What is taken back is wanted here, in the transaction that causes it; the face's sender does it, as often as it takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store.cases import cases
from store.documents import shown_files
from store.documents.shown_files import Refused
from workflows.engine.context import Context

UNDER_WAY = timedelta(minutes=15)
"""Longest time that an upload takes. One that began earlier, and was not finished, was cut off."""
AT_ONCE = 20
"""Most files that are taken back in one go."""
_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=1)
"""Shortest and longest time between two attempts to take a file back."""


@dataclass(frozen=True, kw_only=True)
class Going:
    """A file that is to be taken back."""

    row: int
    file: str
    """The face's id of it."""
    attempts: int
    """Number of attempts that failed."""


def take_back(session: Session, case: int, *, team: int, at: datetime) -> int:
    """Have all pictures and originals of a case taken back, since its content is removed; returns how many."""
    return shown_files.take_back(session, case, team=team, at=at)


def begin(
    context: Context,
    case: int,
    *,
    sha256: str,
    file: str,
    page: int | None = None,
    fields: Sequence[str] = (),
    review: int | None = None,
    channel: str | None = None,
    by: str | None = None,
    lasts: timedelta | None = None,
) -> int | None:
    """Note a file before its bytes are sent; returns its row, or None where the case's content was removed.

    `lasts`: the time after which it is taken back. The others are the columns of the table.
    """
    with context.database.write() as session:
        cases.hold(session, case, team=context.team)
        found = cases.get(session, case, team=context.team)
        if found is None or found.erased_at is not None:
            return None
        at = context.clock()
        return shown_files.add(
            session,
            team=context.team,
            case=case,
            sha256=sha256,
            file=file,
            at=at,
            page=page,
            fields=fields,
            review=review,
            channel=channel,
            by=by,
            until=at + lasts if lasts is not None else None,
        )


def finish(context: Context, row: int) -> None:
    """Note that a face has all of a file."""
    with context.database.write() as session:
        shown_files.note_uploaded(session, row, team=context.team, at=context.clock())


def going(context: Context) -> Sequence[Going]:
    """Return files to take back now, at most `AT_ONCE`."""
    at = context.clock()
    with context.database.read() as session:
        found = shown_files.to_take_back(session, team=context.team, at=at, begun_before=at - UNDER_WAY, limit=AT_ONCE)
        return [Going(row=one.id, file=one.file, attempts=one.attempts) for one in found]


def gone(context: Context, row: int) -> None:
    """Note that a face has a file no more."""
    with context.database.write() as session:
        shown_files.note_removed(session, row, team=context.team, at=context.clock())


def not_gone(context: Context, file: Going, *, error: str, wait: timedelta | None = None) -> None:
    """Note that a face did not give a file back; it is asked again later. `wait`: the time that it asked for."""
    usual = min(_FIRST * 2 ** min(file.attempts, 10), _LONGEST)
    with context.database.write() as session:
        until = context.clock() + (wait or usual)
        shown_files.note_refused(session, file.row, team=context.team, error=error, until=until)


def not_given_back(context: Context) -> Sequence[Refused]:
    """Count the files that a face was asked for in vain, by its code for the reason."""
    with context.database.read() as session:
        return shown_files.not_given_back(session, team=context.team)
