"""Backups: when the last one that the database knows of was made, so that somebody notices when none is any more.

`countersign backup` notes its own. What other tools make, a server's base backup or a copy of its disk, is noted by
whoever runs them. A backup does not know of itself: the note comes after it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from store.governance import audit
from store.subjects import SubjectKind
from workflows.engine.context import Context

_ACTION = "database.backed_up"


def note_backup(context: Context, *, at: datetime, by: str) -> None:
    """Note that a backup was made. `at`: the time that its content is of."""
    team = context.team
    with context.database.write() as session:
        audit.record(session, team=team, at=at, actor=by, action=_ACTION, subject=SubjectKind.TEAM.of(team), case=None)


def last_backup(context: Context) -> datetime | None:
    """Return the time of the last backup that is known; None where none is."""
    with context.database.read() as session:
        return last_backup_in(session, team=context.team)


def last_backup_in(session: Session, *, team: int) -> datetime | None:
    """Return the same, within a reading transaction."""
    row = audit.last(session, team=team, subject=SubjectKind.TEAM.of(team), action=_ACTION)
    return row.at if row is not None else None
