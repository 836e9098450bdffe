"""Readings of a case, or those of a person, the newest first."""

from collections.abc import Sequence
from datetime import datetime

from store.governance import audit
from store.governance.audit import AuditLine
from store.subjects import SubjectKind
from workflows.engine.case.reading_ways import Way
from workflows.engine.context import Context
from workflows.engine.read.reading_views import ReadingView


def readings_of_case(context: Context, case: int, *, limit: int) -> Sequence[ReadingView]:
    """Return the readings of a case, the newest first."""
    with context.database.read() as session:
        found = audit.readings_of_case(session, team=context.team, subject=SubjectKind.CASE.of(case), limit=limit)
    return [_view(line) for line in found]


def readings_by(context: Context, person: str, *, since: datetime, limit: int) -> Sequence[ReadingView]:
    """Return the readings of a person since a time, the newest first."""
    with context.database.read() as session:
        found = audit.readings_by(session, team=context.team, actor=person, since=since, limit=limit)
    return [_view(line) for line in found]


def _view(line: AuditLine) -> ReadingView:
    return ReadingView(
        at=line.at,
        by=line.actor,
        way=Way(line.details["way"]),
        case=line.subject.id,
        key=line.key,
        workflow=line.workflow,
    )
