"""Restores: the database may be a backup, which does not know what happened after it was made.

Countersign cannot see that by itself; an operator tells it before the service starts. From then on, an older case is
not delivered to a target without idempotency keys: its delivery is in doubt, and a person looks. With a key, the target
applies it once.
"""

from dataclasses import dataclass
from datetime import datetime

from store.cases import runs
from store.db.database import Database
from store.governance import audit, teams
from store.slack import outbox
from store.states import NOT_ENDED
from store.subjects import SubjectKind
from workflows.engine.case.team import team_of
from workflows.engine.context import Clock, Context
from workflows.engine.declare.registry import Registry


@dataclass(frozen=True, kw_only=True)
class Restored:
    """The state of the backup."""

    made_at: datetime | None
    """Time of the last event in it; None for an empty database."""
    unfinished: int
    """Cases in it that have not come to an end."""


def restored(context: Context, *, by: str) -> Restored:
    """Note that the database is a backup. Call it only while no worker runs."""
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
        counts = runs.counts(session, team=team, states=NOT_ENDED)
    return Restored(made_at=made_at, unfinished=sum(counts.values()))


def restored_all(database: Database, *, by: str, clock: Clock) -> Restored:
    """Note for all teams of a database that it is a backup. Call it only while no worker runs."""
    with database.read() as session:
        known = [team.id for team in teams.all_teams(session)] or [team_of(database, at=clock()).id]
    found = [restored(Context(database=database, registry=Registry(), clock=clock, team=team), by=by) for team in known]
    times = [one.made_at for one in found if one.made_at is not None]
    return Restored(made_at=max(times, default=None), unfinished=sum(one.unfinished for one in found))
