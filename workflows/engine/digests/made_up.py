"""The note that the cases of some days are made up, for a demonstration: each digest that they may be in says so."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from store.governance import audit
from store.slack import outbox
from store.subjects import SubjectKind
from workflows.engine.context import Context

MADE_UP = "demo.made_up"
"""The action of the note in the audit; it is about the team, and knows the days."""
_LOOKS_BACK = timedelta(days=35)
"""Time before its own days that a digest may compare them with."""


def note(context: Context, *, since: date, until: date, by: str) -> None:
    """Note that all cases of some days are made up, and take back what was to be shown of them: nobody was there."""
    with context.database.write() as session:
        audit.record(
            session,
            team=context.team,
            at=context.clock(),
            actor=by,
            action=MADE_UP,
            subject=SubjectKind.TEAM.of(context.team),
            case=None,
            details={"since": since.isoformat(), "until": until.isoformat()},
        )
        outbox.withdraw_unsent(session, team=context.team)


def made_up_until(session: Session, *, team: int, first: date, last: date) -> date | None:
    """Return the last day whose cases are made up; None where a digest from `first` to `last` shows none of them."""
    noted = audit.last(session, team=team, subject=SubjectKind.TEAM.of(team), action=MADE_UP)
    if noted is None:
        return None
    since, until = (date.fromisoformat(str(noted.details[name])) for name in ("since", "until"))
    return until if since <= last and until >= first - _LOOKS_BACK else None
