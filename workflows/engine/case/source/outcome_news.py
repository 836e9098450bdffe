"""News for the source of a case: a run of it ended or stopped, or a person asks. What is told is read when it is sent.

A source that is a program is told where it has an address for that; else it asks, and nothing is written.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.faces import WEBHOOK
from store.slack import outbox
from store.sources import origins
from store.states import RunState, SourceKind
from store.subjects import Subject, SubjectKind

OUTCOME = outbox.OUTCOME
"""The kind of the note; it is about the run, and knows the state in which the run is then."""
QUESTION = outbox.QUESTION
"""The kind of the note that a person asks; it is about the question, and knows the place where the source is told."""
TOLD = frozenset({RunState.DELIVERED, RunState.CLOSED, RunState.FAILED, RunState.PARKED, RunState.DOUBTFUL})
"""States of a run of which a source is told."""
_OF_CORRECTIONS = frozenset({RunState.DELIVERED, RunState.DOUBTFUL})
"""Those of a correction: after the others, what was delivered before stands as it did."""


def tell(session: Session, run: schema.Run, to: RunState, *, at: datetime) -> None:
    """Have the source of a run's case told that the run has come to a state, where that is one of which it is told."""
    if to not in (_OF_CORRECTIONS if run.correction else TOLD):
        return
    origin = origins.of_case(session, run.case_id, team=run.team_id)
    if origin is not None:
        _tell(session, origin, OUTCOME, SubjectKind.RUN.of(run.id), team=run.team_id, at=at, state=to)


def can_be_asked(origin: origins.OriginLine) -> bool:
    """Tell whether a question reaches a source by itself: it is sent there, or the source looks for it."""
    return origin.kind is SourceKind.API or _channel(origin) is not None


def ask(session: Session, question: schema.Question, origin: origins.OriginLine, *, at: datetime) -> None:
    """Have the source of a case told of a person's question, where it is sent news at all."""
    place = {} if origin.place is None else {"place": origin.place}
    _tell(session, origin, QUESTION, SubjectKind.QUESTION.of(question.id), team=question.team_id, at=at, **place)


def _tell(
    session: Session,
    origin: origins.OriginLine,
    kind: str,
    subject: Subject,
    *,
    team: int,
    at: datetime,
    **about: str,
) -> None:
    channel = _channel(origin)
    if channel is None:
        return
    outbox.add_note(
        session,
        team=team,
        kind=kind,
        subject=subject,
        channel=channel,
        at=at,
        # A run comes to each of these states once.
        occasion=about.get("state", ""),
        about={**about, **_thread(origin)},
    )


def _thread(origin: origins.OriginLine) -> dict[str, str]:
    """Return the message in whose thread the news is said; nothing where there is none."""
    thread = (origin.place or "").partition("/")[2] if origin.kind is SourceKind.SLACK else ""
    return {outbox.THREAD: thread} if thread else {}


def _channel(origin: origins.OriginLine) -> str | None:
    match origin.kind:
        case SourceKind.API if _is_sent(origin):
            return f"{WEBHOOK}:{origin.source}"
        case SourceKind.SLACK if origin.place is not None:
            return origin.place.partition("/")[0]
        case _:
            return None


def _is_sent(origin: origins.OriginLine) -> bool:
    """Tell whether a program has an address to which news are sent, and did not say that it is gone."""
    return bool(origin.settings.get("webhook")) and not origin.settings.get("webhook_gone_at")
