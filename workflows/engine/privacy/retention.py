"""Retention: content is removed once its case ended as long ago as its workflow says for that class of content.

Each look goes on where the last one stopped, through an index of ended runs, and does a bounded amount in short
transactions. Several processes may look at once: a case is held while its content is removed, and nothing is removed
twice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, removals, retained
from store.cases.retained import EndedRun
from store.governance import audit, legal_holds, teams
from store.subjects import SubjectKind
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.retention import ContentClass, Retention
from workflows.engine.documents.removing import sweep
from workflows.engine.privacy import volume_tests
from workflows.engine.privacy.erasing import remove
from workflows.engine.privacy.kinds import OF_CASES, kinds_of
from workflows.engine.privacy.views import Looked, RetentionLine, Why

log = structlog.get_logger()

REMOVED = "case.content_removed"
"""The audit's word for content of a case that was kept long enough."""
PAGE = 500
"""Ended runs that are read at a time."""
PAGES = 40
"""Pages of one workflow and class that one look reads: what is left is done at the next one."""
TOGETHER = 5
"""Cases whose content is removed in one transaction on SQLite, so that nobody waits for long."""
_PUT_OFF = 500
"""Cases that were put off and are looked at again in one look, those of the longest ago first."""
_LATE = timedelta(hours=6)
"""Time for which a case without content is looked at again: a worker that lost its run may write of it still."""
_MOST_LATE = 100
_DEFAULT = Retention()


def retention_of(context: Context, workflow: str) -> Retention:
    """Return the declared retention of a workflow; the default for one that is not known here."""
    return context.registry.get(workflow).retention if workflow in context.registry else _DEFAULT


def look(context: Context, *, pages: int = PAGES) -> Looked:
    """Remove what is due, as far as one look goes. `pages`: as `PAGES`."""
    looked = Looked()
    with context.database.read() as session:
        rows = teams.workflows(session, team=context.team)
        ids = [row.id for row in rows]
        held = legal_holds.held(session, team=context.team, kind=SubjectKind.WORKFLOW, ids=ids)
    again = _put_off(context)
    for row in rows:
        if row.id in held:
            continue  # it goes on from here once the hold is lifted
        for of in OF_CASES:
            _look_at(context, row, of, looked, pages=pages)
    _remove_due(context, again, looked)
    _remove_late(context, looked)
    volume_tests.look(context, held=held)
    # With those that were let go just now.
    swept = sweep(context)
    looked.documents = swept.documents
    looked.is_more_left = looked.is_more_left or swept.is_more_left
    if looked.cases:
        log.info("retention.removed", cases=looked.cases, put_off=looked.put_off)
    return looked


def lines(context: Context) -> Sequence[RetentionLine]:
    """Return how long each class of each workflow's content is kept, and how much there is. It reads all cases."""
    found = []
    with context.database.read() as session:
        rows = teams.workflows(session, team=context.team)
        ids = [row.id for row in rows]
        held = legal_holds.held(session, team=context.team, kind=SubjectKind.WORKFLOW, ids=ids)
        for row in rows:
            retention = retention_of(context, row.name)
            for of in OF_CASES:
                counted = retained.retained(
                    session,
                    team=context.team,
                    workflow=row.id,
                    kinds=kinds_of([of]),
                    steps=of is ContentClass.STEPS,
                    before=_before(context, retention, of),
                )
                found.append(
                    RetentionLine(
                        workflow=row.name,
                        content=of,
                        days=retention.days(of),
                        cases=counted.cases,
                        oldest=counted.oldest,
                        due=counted.due,
                        is_declared=row.name in context.registry,
                        is_held=row.id in held,
                    )
                )
    return found


def _look_at(context: Context, row: schema.Workflow, of: ContentClass, looked: Looked, *, pages: int) -> None:
    """Remove what is due of one class of a workflow's content, page by page."""
    before = _before(context, retention_of(context, row.name), of)
    if before is None:
        return
    with context.database.read() as session:
        after = retained.progress(session, team=context.team, workflow=row.id, kind=of)
    for _ in range(pages):
        with context.database.read() as session:
            page = retained.ended(session, team=context.team, after=after, before=before, limit=PAGE)
        if not page:
            return
        theirs = {one.case for one in page if one.workflow == row.id and one.case is not None}
        _remove_due(context, theirs, looked)
        after = _note(context, row.id, of, page[-1])
    looked.is_more_left = True


def _note(context: Context, workflow: int, of: ContentClass, last: EndedRun) -> tuple[datetime, int]:
    with context.database.write() as session:
        retained.note_progress(
            session, team=context.team, workflow=workflow, kind=of, ended_at=last.ended_at, run=last.run
        )
    return last.ended_at, last.run


def _put_off(context: Context) -> Sequence[int]:
    with context.database.read() as session:
        return retained.were_put_off(session, team=context.team, before=context.clock(), limit=_PUT_OFF)


def _remove_due(context: Context, due: Collection[int], looked: Looked) -> None:
    """Remove what is due of these cases, a few in one transaction."""
    in_order = sorted(due)
    # Two transactions on PostgreSQL that hold several cases in different orders would block each other.
    together = TOGETHER if context.database.file is not None else 1
    for first in range(0, len(in_order), together):
        with context.database.write() as session:
            for case in in_order[first : first + together]:
                _remove(session, context, case, looked)


def _remove(session: Session, context: Context, case: int, looked: Looked) -> None:
    """Remove what is due of a case. Where it stays for a reason, note that it is to be looked at again."""
    team, at = context.team, context.clock()
    cases.hold(session, case, team=team)
    row, found = cases.get(session, case, team=team), retained.standing(session, case, team=team)
    if row is None or found is None:
        retained.no_longer_put_off(session, case, team=team)
        return
    is_held = legal_holds.on(session, team=team, case=case, workflow=row.workflow_id) is not None
    if found.ended_at is None or is_held:
        retained.put_off(session, case, team=team, at=at)
        looked.put_off += 1
        return
    name = teams.workflow_name(session, row.workflow_id, team=team)
    due = _due(context, retention_of(context, name), ended_at=found.ended_at)
    removed = remove(session, context, row, workflow=name, at=at, classes=due) if due else {}
    # What is not due yet is found by the end of its last run.
    retained.no_longer_put_off(session, case, team=team)
    if removed:
        _record(session, context, case, removed)
        looked.cases += 1
        for of, number in removed.items():
            looked.removed[of] = looked.removed.get(of, 0) + number


def _remove_late(context: Context, looked: Looked) -> None:
    """Remove what somebody wrote of a case after its content was removed: a worker that lost its run."""
    since = context.clock() - _LATE
    with context.database.read() as session:
        late = removals.written_late(session, team=context.team, since=since, limit=_MOST_LATE)
    for case in late:
        with context.database.write() as session:
            cases.hold(session, case, team=context.team)
            row = cases.get(session, case, team=context.team)
            assert row is not None
            name = teams.workflow_name(session, row.workflow_id, team=context.team)
            removed = remove(session, context, row, workflow=name, at=context.clock())
            _record(session, context, case, removed)
        looked.cases += 1


def _before(context: Context, retention: Retention, of: ContentClass) -> datetime | None:
    """Return the time before which a case has to have ended; None where there is no limit."""
    days = retention.days(of)
    return None if days is None else context.clock() - timedelta(days=days)


def _due(context: Context, retention: Retention, *, ended_at: datetime) -> Collection[ContentClass]:
    before = {of: _before(context, retention, of) for of in OF_CASES}
    return [of for of, time in before.items() if time is not None and ended_at < time]


def _record(session: Session, context: Context, case: int, removed: Mapping[ContentClass, int]) -> None:
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=SYSTEM,
        action=REMOVED,
        subject=SubjectKind.CASE.of(case),
        case=case,
        details={"why": Why.RETENTION, **{of.value: number for of, number in removed.items()}},
    )
