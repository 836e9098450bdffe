"""Courses: the question whether a workflow is to expand, hold or stop, and what leads chose."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, func, literal_column, select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import AuditRow, Case, Course, Run, Workflow
from store.states import STOPPED, RunState
from store.subjects import SubjectKind

# Written out as in the index of these rows.
_STOPS: Sequence[ColumnElement[str]] = [literal_column(f"'run.{state}'", String) for state in sorted(STOPPED)]


def ask(
    session: Session, *, team: int, workflow: int, period: str, evidence: Mapping[str, Any], at: datetime
) -> int | None:
    """Ask about a workflow, once for each period; returns the id, or None where that was asked before."""
    return rows.add_new(
        session,
        Course,
        ("team_id", "workflow_id", "period"),
        team_id=team,
        workflow_id=workflow,
        period=period,
        evidence=dict(evidence),
        asked_at=at,
        version=0,
        choice=None,
        chosen_by=None,
        chosen_at=None,
        note=None,
    )


def get(session: Session, course: int, *, team: int) -> Course | None:
    """Return the course with this id, as it is kept now."""
    return rows.get(session, Course, course, team=team, anew=True)


def of_period(session: Session, *, team: int, workflow: int, period: str) -> Course | None:
    """Return what was asked about a workflow for a period; None where nothing was."""
    query = select(Course).where(Course.team_id == team, Course.workflow_id == workflow, Course.period == period)
    return session.scalar(query)


def newest_period(session: Session, *, team: int, workflow: int, until: str) -> str | None:
    """Return the last period, no later than `until`, for which a workflow was asked about.

    What was asked for a later date was asked while a clock was wrong.
    """
    theirs = (Course.team_id == team, Course.workflow_id == workflow, Course.period <= until)
    return session.scalar(select(func.max(Course.period)).where(*theirs))


def choose(
    session: Session, course: int, *, team: int, shown: int, choice: str, by: str, note: str | None, at: datetime
) -> bool:
    """Keep what was chosen; False where somebody changed it since version `shown`."""
    chosen = {"choice": choice, "chosen_by": by, "chosen_at": at, "note": note, "version": shown + 1}
    return rows.change(session, Course, course, where={"team_id": team, "version": shown}, to=chosen)


def newest(session: Session, *, team: int, limit: int) -> list[tuple[Course, str]]:
    """Return the newest courses with the names of their workflows, the newest period first."""
    query = (
        select(Course, Workflow.name)
        .join(Workflow, Workflow.id == Course.workflow_id)
        .where(Course.team_id == team)
        .order_by(Course.period.desc(), Workflow.name)
        .limit(limit)
    )
    return [(course, name) for course, name in session.execute(query)]


def first_cases(session: Session, *, team: int) -> dict[int, datetime]:
    """Return the time of the first case of each workflow, by its id."""
    first = select(func.min(Case.received_at)).where(Case.workflow_id == Workflow.id).scalar_subquery()
    query = select(Workflow.id, first).where(Workflow.team_id == team)
    times: dict[int, datetime | None] = dict(session.execute(query).all())
    return {workflow: at for workflow, at in times.items() if at is not None}


def stopped(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, int]:
    """Count the cases that failed, were parked or came in doubt in a span, by workflow id."""
    query = (
        select(Run.workflow_id, AuditRow.details, Run.case_id)
        .select_from(AuditRow)
        .join(Run, AuditRow.is_about_row(SubjectKind.RUN, Run.id))
        .where(AuditRow.team_id == team, AuditRow.action.in_(_STOPS), AuditRow.at >= since, AuditRow.at < until)
    )
    cases: dict[int, set[int]] = {}
    for workflow, details, case in session.execute(query):
        # A run in doubt only becomes failed by the word of a person who looked: that is no new failure.
        if details.get("from") != RunState.DOUBTFUL:
            cases.setdefault(workflow, set()).add(case)
    return {workflow: len(found) for workflow, found in cases.items()}
