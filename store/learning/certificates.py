"""Figures of epochs of earned autonomy, as certificates tell them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from store.schema import Epoch, EpochCase, Workflow
from store.states import Level

# An error that somebody reported of what nobody drew has chosen itself: it is no evidence of how many are wrong.
_IS_WORKED_IN = and_(EpochCase.counts, EpochCase.label_id.is_not(None), EpochCase.id <= Epoch.worked_until)
_IS_PASSED_BY = and_(
    EpochCase.counts, ~EpochCase.alone, EpochCase.label_id.is_(None), EpochCase.id <= Epoch.worked_until
)


@dataclass(frozen=True, kw_only=True)
class EpochFigures:
    """Numbers of an epoch's cases."""

    alone: int
    """Cases that went alone, or were announced."""
    looked_at: int
    """Labels of them that were worked in."""
    errors: int
    """Those of them that count as an error."""
    unjudged: int
    """Cases that people were asked about and that were passed by without a label: a lapse, a question to the source."""


@dataclass(frozen=True, kw_only=True)
class FloorSums:
    """Judged cases of an epoch at or above a floor. The weight of each is 1/probability."""

    number: int
    weight: float
    squares: float
    """Sum of the squares of the weights."""
    wrong: float
    """Sum of the weights of the errors."""
    errors: int
    """Number of the errors."""


def of_workflow(session: Session, workflow: int, *, team: int, limit: int) -> list[Epoch]:
    """Return the epochs of a workflow, the newest first."""
    query = select(Epoch).where(Epoch.team_id == team, Epoch.workflow_id == workflow).order_by(Epoch.number.desc())
    return list(session.scalars(query.limit(limit).execution_options(populate_existing=True)))


def figures(session: Session, epochs: Collection[int], *, team: int) -> dict[int, EpochFigures]:
    """Return the numbers of these epochs' cases, of those that have any."""
    query = (
        select(
            EpochCase.epoch_id,
            func.count(case((EpochCase.alone, 1))),
            func.count(case((_IS_WORKED_IN, 1))),
            func.count(case((and_(_IS_WORKED_IN, EpochCase.is_error.is_(True)), 1))),
            func.count(case((_IS_PASSED_BY, 1))),
        )
        .join(Epoch, Epoch.id == EpochCase.epoch_id)
        .where(EpochCase.team_id == team, EpochCase.epoch_id.in_(epochs))
        .group_by(EpochCase.epoch_id)
    )
    found = session.execute(query)
    return {
        epoch: EpochFigures(alone=alone, looked_at=looked_at, errors=errors, unjudged=unjudged)
        for epoch, alone, looked_at, errors, unjudged in found
    }


def sums(session: Session, epoch: int, floors: Sequence[float], *, team: int, limit: int) -> list[FloorSums]:
    """Return what the newest cases that an epoch rests on say of each floor. `limit`: cases that are looked through."""
    if not floors:
        return []
    judged = (
        select(EpochCase.score, EpochCase.probability, EpochCase.is_error)
        .join(Epoch, Epoch.id == EpochCase.epoch_id)
        .where(EpochCase.team_id == team, EpochCase.epoch_id == epoch, _IS_WORKED_IN)
        .order_by(EpochCase.id.desc())
        .limit(limit)
        .subquery()
    )
    weight = 1.0 / judged.c.probability
    columns: list[ColumnElement[Any]] = []
    for floor in floors:
        is_above = judged.c.score >= floor
        columns += [
            func.count(case((is_above, 1))),
            func.coalesce(func.sum(case((is_above, weight))), 0.0),
            func.coalesce(func.sum(case((is_above, weight * weight))), 0.0),
            func.coalesce(func.sum(case((and_(is_above, judged.c.is_error.is_(True)), weight))), 0.0),
            func.count(case((and_(is_above, judged.c.is_error.is_(True)), 1))),
        ]
    found = session.execute(select(*columns)).one()
    return [
        FloorSums(
            number=found[at],
            weight=found[at + 1],
            squares=found[at + 2],
            wrong=found[at + 3],
            errors=found[at + 4],
        )
        for at in range(0, len(found), 5)
    ]


def asked_of(session: Session, workflows: Collection[str], *, team: int) -> list[str]:
    """Return the workflows among these of which people are asked whether more may go alone, by name."""
    is_more = or_(Epoch.floor.is_(None), Epoch.permitted < Epoch.floor, Epoch.level == Level.VETO)
    query = (
        select(Workflow.name)
        .join(Epoch, Epoch.workflow_id == Workflow.id)
        .where(Epoch.team_id == team, Epoch.ended_at.is_(None), Epoch.asked_at.is_not(None))
        .where(Workflow.team_id == team, Workflow.live_id == Epoch.deployment_id, Workflow.name.in_(workflows))
        # Labels that it rested on may have changed since.
        .where(or_(Epoch.level == Level.SHADOW, and_(Epoch.permitted.is_not(None), is_more)))
    )
    return sorted(session.scalars(query))
