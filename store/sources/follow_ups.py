"""Follow-ups: cases of other workflows that are made once a run is delivered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Case, FollowUp, Workflow
from store.states import FollowUpState
from store.types import literally

_IS_DUE = FollowUp.state == literally(FollowUpState.DUE)
_IS_FAILED = FollowUp.state == literally(FollowUpState.FAILED)


def add(session: Session, *, team: int, case: int, run: int, workflow: str, at: datetime) -> int | None:
    """Add a follow-up that is due now; returns its id, or None where the run has it already."""
    return rows.add_new(
        session,
        FollowUp,
        ("run_id", "workflow"),
        team_id=team,
        case_id=case,
        run_id=run,
        workflow=workflow,
        state=FollowUpState.DUE,
        attempts=0,
        due_at=at,
        changed_at=at,
    )


def get(session: Session, follow_up: int, *, team: int, anew: bool = False) -> FollowUp | None:
    """Return the follow-up with this id. `anew`: as it is kept now."""
    return rows.get(session, FollowUp, follow_up, team=team, anew=anew)


def due(session: Session, *, team: int, workflows: Collection[str], at: datetime, limit: int) -> list[int]:
    """Return the follow-ups of these workflows' cases that are due, the earliest first."""
    query = (
        select(FollowUp.id)
        .join(Case, Case.id == FollowUp.case_id)
        .join(Workflow, Workflow.id == Case.workflow_id)
        .where(FollowUp.team_id == team, FollowUp.due_at <= at, _IS_DUE, Workflow.name.in_(workflows))
    )
    return list(session.scalars(query.order_by(FollowUp.due_at, FollowUp.id).limit(limit)))


def move(session: Session, follow_up: FollowUp, to: FollowUpState, *, at: datetime, **changes: Any) -> bool:
    """Move a follow-up from the state and the attempts with which it was read; False where it has others now."""
    where = {"team_id": follow_up.team_id, "state": follow_up.state, "attempts": follow_up.attempts}
    return rows.change(session, FollowUp, follow_up.id, where=where, to={"state": to, "changed_at": at, **changes})


def of_case(session: Session, case: int, *, team: int, workflow: str | None = None) -> list[FollowUp]:
    """Return what follows a case, oldest first. `workflow`: only that of this workflow."""
    query = select(FollowUp).where(FollowUp.case_id == case, FollowUp.team_id == team)
    if workflow is not None:
        query = query.where(FollowUp.workflow == workflow)
    return list(session.scalars(query.order_by(FollowUp.id)))


def earlier(session: Session, follow_up: FollowUp) -> list[FollowUp]:
    """Return what was made for the same workflow of earlier outcomes of the case, oldest first."""
    of_it = of_case(session, follow_up.case_id, team=follow_up.team_id, workflow=follow_up.workflow)
    return [one for one in of_it if one.id < follow_up.id and one.made_case_id is not None]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A case that was made from another one."""

    parent: int
    child: int
    run: int
    """The parent's run whose delivery it was last made from."""
    at: datetime


def made_from(session: Session, cases: Collection[int], *, team: int, limit: int) -> list[Link]:
    """Return what these cases were made from, the newest delivery of each case that they were made from."""
    return _links(session, FollowUp.made_case_id.in_(cases), team=team, limit=limit)


def made_of(session: Session, cases: Collection[int], *, team: int, limit: int) -> list[Link]:
    """Return the cases that were made from these, oldest first."""
    return _links(session, FollowUp.case_id.in_(cases), team=team, limit=limit)


def _links(session: Session, of_them: Any, *, team: int, limit: int) -> list[Link]:  # Any: a condition
    newest = func.max(FollowUp.run_id)
    query = (
        select(FollowUp.case_id, FollowUp.made_case_id, newest, func.max(FollowUp.changed_at))
        .where(FollowUp.team_id == team, FollowUp.made_case_id.is_not(None), of_them)
        .group_by(FollowUp.case_id, FollowUp.made_case_id)
        .order_by(FollowUp.made_case_id, FollowUp.case_id)
        .limit(limit)
    )
    found = session.execute(query)
    return [Link(parent=parent, child=child, run=run, at=at) for parent, child, run, at in found if child is not None]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The follow-ups of a workflow's cases that are not made."""

    workflow: str
    """The workflow whose answers they are made from."""
    due: int
    failed: int
    oldest: datetime | None
    """Time since when the oldest of those that are due is due; None where none is."""


def standing(session: Session, *, team: int) -> list[Standing]:
    """Return the follow-ups that are due or failed, by the workflow that they follow."""
    found: dict[str, Standing] = {}
    for state, is_in_it in ((FollowUpState.DUE, _IS_DUE), (FollowUpState.FAILED, _IS_FAILED)):
        query = (
            select(Workflow.name, func.count(), func.min(FollowUp.due_at))
            .select_from(FollowUp)
            .join(Case, Case.id == FollowUp.case_id)
            .join(Workflow, Workflow.id == Case.workflow_id)
            .where(FollowUp.team_id == team, is_in_it)
            .group_by(Workflow.name)
        )
        for name, number, oldest in session.execute(query):
            before = found.get(name) or Standing(workflow=name, due=0, failed=0, oldest=None)
            is_due = state is FollowUpState.DUE
            found[name] = Standing(
                workflow=name,
                due=number if is_due else before.due,
                failed=before.failed if is_due else number,
                oldest=oldest if is_due else before.oldest,
            )
    return [found[name] for name in sorted(found)]


def failed_for(session: Session, cause: int, *, team: int, limit: int) -> list[FollowUp]:
    """Return the oldest follow-ups that stand failed for a cause."""
    query = select(FollowUp).where(FollowUp.team_id == team, FollowUp.cause_id == cause, _IS_FAILED)
    return list(session.scalars(query.order_by(FollowUp.id).limit(limit)))


def count_failed(session: Session, cause: int, *, team: int) -> int:
    """Count the follow-ups that stand failed for a cause."""
    query = select(func.count()).where(FollowUp.team_id == team, FollowUp.cause_id == cause, _IS_FAILED)
    return session.scalar(query) or 0
