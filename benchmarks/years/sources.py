"""Sources of a year's cases, for measurements: keys of many of them, a kept answer and a follow-up for each case."""

from datetime import timedelta

from sqlalchemy import String, case, cast, insert, literal, select
from sqlalchemy.orm import Session

from benchmarks.years.year import TEAM
from store.db import rows
from store.schema import Case, FollowUp, HandedIn, Origin, Run, Source, SourceKey
from store.states import FollowUpState, RunState, SourceKind

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
    _fill_follow_ups(session)


def _fill_follow_ups(session: Session) -> None:
    """Have the case before each delivered one be made from it; one in a thousand is due still."""
    state = case(
        (Run.case_id % 1_000 == 0, literal(FollowUpState.DUE, FollowUp.state.type)),
        else_=literal(FollowUpState.MADE, FollowUp.state.type),
    )
    made = case((Run.case_id % 1_000 == 0, None), else_=Run.case_id - 1)
    delivered = select(
        literal(TEAM), Run.case_id, Run.id, literal("other"), state, literal(0), Run.changed_at, Run.changed_at, made
    ).where(Run.team_id == TEAM, Run.state == RunState.DELIVERED, Run.case_id > 1)
    columns = ["team_id", "case_id", "run_id", "workflow", "state", "attempts", "due_at", "changed_at", "made_case_id"]
    session.execute(insert(FollowUp).from_select(columns, delivered))
