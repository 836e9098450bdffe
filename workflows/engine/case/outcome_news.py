"""News for the source of a case that a run of it ended or stopped. What is told is read when it is sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.faces import WEBHOOK
from store.slack import outbox
from store.sources import origins
from store.states import RunState, SourceKind
from store.subjects import SubjectKind

OUTCOME = outbox.OUTCOME
"""The kind of the note; it is about the run, and knows the state in which the run is then."""
TOLD = frozenset({RunState.DELIVERED, RunState.CLOSED, RunState.FAILED, RunState.PARKED, RunState.DOUBTFUL})
"""States of a run of which a source is told."""


def tell(session: Session, run: schema.Run, to: RunState, *, at: datetime) -> None:
    """Have the source of a run's case told that the run has come to a state, where that is one of which it is told."""
    if to not in TOLD:
        return
    origin = origins.of_case(session, run.case_id, team=run.team_id)
    if origin is None or (channel := _channel(origin)) is None:
        return
    outbox.add_note(
        session,
        team=run.team_id,
        kind=OUTCOME,
        subject=SubjectKind.RUN.of(run.id),
        channel=channel,
        at=at,
        occasion=f"{to} {at.isoformat()}",
        about={"state": to},
    )


def _channel(origin: origins.OriginLine) -> str | None:
    match origin.kind:
        case SourceKind.API:
            return f"{WEBHOOK}:{origin.source}"
        case SourceKind.SLACK if origin.place is not None:
            return origin.place.partition("/")[0]
        case _:
            return None
