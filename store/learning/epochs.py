"""Epochs of earned autonomy, and the cases that are their evidence."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Epoch, EpochCase
from store.states import Level


def begin(
    session: Session,
    *,
    team: int,
    workflow: int,
    deployment: int,
    number: int,
    wrong: float,
    sure: float,
    level: Level,
    probability: float,
    state: dict[str, Any],
    at: datetime,
) -> int:
    """Begin an epoch of a deployment; returns its id. `number`: within the workflow."""
    return rows.add(
        session,
        Epoch,
        team_id=team,
        workflow_id=workflow,
        deployment_id=deployment,
        number=number,
        wrong=wrong,
        sure=sure,
        level=level,
        probability=probability,
        least=1.0,
        change=1,
        state=state,
        looked_at=0,
        worked_until=0,
        seen_until=0,
        began_at=at,
    )


def open_of(session: Session, deployment: int, *, team: int, held: bool = False) -> Epoch | None:
    """Return the open epoch of a deployment; None where there is none. `held`: nobody changes it until the commit."""
    query = select(Epoch).where(Epoch.team_id == team, Epoch.deployment_id == deployment, Epoch.ended_at.is_(None))
    if held:
        query = query.with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def change(session: Session, epoch: int, *, team: int, seen: int, **values: object) -> bool:
    """Change the level, floor or hold of an open epoch; False where somebody changed it since. `seen`: its change."""
    return rows.change(
        session, Epoch, epoch, where={"team_id": team, "change": seen}, to={"change": seen + 1, **values}
    )


def add_case(
    session: Session,
    *,
    team: int,
    epoch: int,
    case: int,
    run: int,
    score: float,
    alone: bool,
    floor: float | None,
    probability: float,
    least: float,
    counts: bool,
    at: datetime,
) -> int:
    """Keep what was settled about a run before anybody can judge it; returns its id."""
    return rows.add(
        session,
        EpochCase,
        team_id=team,
        epoch_id=epoch,
        case_id=case,
        run_id=run,
        score=score,
        alone=alone,
        floor=floor,
        probability=probability,
        least=least,
        counts=counts,
        at=at,
    )
