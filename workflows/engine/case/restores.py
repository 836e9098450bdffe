"""What follows where the database is a backup: things may have happened since it was made, of which it knows nothing.

Countersign cannot tell that by itself; an operator says so before anything is served. From then on, what is older is
not delivered to a target that knows no keys: it is in doubt, and a person looks. Elsewhere the key makes it once.
"""

from dataclasses import dataclass
from datetime import datetime

from store.cases import runs
from store.governance import audit, teams
from store.slack import outbox
from store.states import ENDED
from store.subjects import SubjectKind
from workflows.engine.context import Context


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What the backup holds."""

    made_at: datetime | None
    """When the last thing happened that it knows of; None for an empty database."""
    unfinished: int
    """Cases that have not come to an end in it."""


def restored(context: Context, *, by: str) -> Restored:
    """Note that the database is a backup. Only while nobody works on it."""
    with context.database.write() as session:
        at, team = context.clock(), context.team
        made_at = audit.newest(session, team=team)
        if made_at is not None:
            outbox.mark_unsure(session, team=team, since=made_at)
            outbox.want_all_again(session, team=team)
        teams.mark_restored(session, team=team, at=at)
        audit.record(
            session,
            team=team,
            at=at,
            actor=by,
            action="database.restored",
            subject=SubjectKind.TEAM.of(team),
            case=None,
        )
        counts = runs.counts(session, team=team)
    return Restored(
        made_at=made_at, unfinished=sum(number for (_, state), number in counts.items() if state not in ENDED)
    )
