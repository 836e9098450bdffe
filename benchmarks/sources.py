"""Sources of a year's cases: keys of many of them, and a kept answer for each case, for measurements."""

from datetime import timedelta

from sqlalchemy import String, cast, insert, literal, select
from sqlalchemy.orm import Session

from benchmarks.year import TEAM
from store.db import rows
from store.schema import Case, HandedIn, Origin, Source, SourceKey
from store.states import SourceKind

SOURCES, KEYS = 20, 200
"""Sources, and keys of each."""


def fill_sources(session: Session) -> None:
    """Have each case handed in by a source, with an idempotency key that is the case's number."""
    newest = session.scalars(
        select(Case.received_at).where(Case.team_id == TEAM).order_by(Case.id.desc()).limit(1)
    ).one()
    made = {"settings": {"workflows": None}, "made_by": "cli:ana", "made_at": newest - timedelta(days=300)}
    for number in range(SOURCES):
        name = f"source-{number}"
        source = rows.add(session, Source, team_id=TEAM, kind=SourceKind.API, name=name, **made)
        each = [{"prefix": f"csk_{key}", "hash": f"{number}-{key}"} for key in range(KEYS)]
        same = {"team_id": TEAM, "source_id": source, "made_by": "cli:ana", "made_at": newest}
        rows.add_all(session, SourceKey, each, same)
        theirs = select(Case.id).where(Case.team_id == TEAM, Case.id % SOURCES == number)
        session.execute(
            insert(Origin).from_select(
                ["team_id", "source_id", "case_id"], theirs.with_only_columns(literal(TEAM), literal(source), Case.id)
            )
        )
        answers = theirs.with_only_columns(
            literal(TEAM),
            literal(source),
            cast(Case.id, String),
            literal("r"),
            literal({"inputs": []}, HandedIn.answer.type),
            Case.received_at,
        )
        kept = ["team_id", "source_id", "key_hash", "request_hash", "answer", "at"]
        session.execute(insert(HandedIn).from_select(kept, answers))
