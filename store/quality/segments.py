"""Segments: the groups that cases are in, and what became of the cases of each. Sample cases are in none of it.

A case is in the groups that were found when the last of its runs, up to the one in question, proposed something. Spans
and workflows are as in `numbers`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from store.db import rows
from store.quality import decided, numbers
from store.quality.numbers import LookedAt
from store.schema import CaseSegment, Decision, Proposal, Review, Run, SegmentGroup
from store.states import Resolution

_Columns = TypeVarTuple("_Columns")
_ABOUT_PROPOSALS = ("approved", decided.EDITED, decided.REJECTED)
_Column = ColumnElement[int] | InstrumentedAttribute[int]


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of a workflow's segment."""

    id: int
    workflow: int
    segment: str
    value: str
    """Empty: the group of cases for which the author's function gave none."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """The proposals of a group that people decided."""

    number: int
    edited: int


def with_group(
    session: Session, segment: str, value: str, *, team: int, workflow: int, at_most: int, otherwise: str
) -> dict[str, int]:
    """Return the groups of a segment with their ids, after adding one that is not there yet.

    Where there are `at_most` already, the group `otherwise` takes its place.
    """
    known = _ids(session, segment, team=team, workflow=workflow)
    missing = value if len(known) < at_most or value in known else otherwise
    if missing in known:
        return known
    values = {"team_id": team, "workflow_id": workflow, "name": segment, "value": missing}
    rows.add_new(session, SegmentGroup, ("workflow_id", "name", "value"), **values)
    return _ids(session, segment, team=team, workflow=workflow)


def _ids(session: Session, segment: str, *, team: int, workflow: int) -> dict[str, int]:
    theirs = (SegmentGroup.team_id == team, SegmentGroup.workflow_id == workflow, SegmentGroup.name == segment)
    return dict(session.execute(select(SegmentGroup.value, SegmentGroup.id).where(*theirs)).all())


def keep(session: Session, groups: Sequence[int], *, team: int, case: int, run: int) -> None:
    """Keep the groups that a case is in by one of its runs, with one statement; with none where there are none."""
    rows.add_all(
        session, CaseSegment, [{"group_id": one} for one in groups], {"team_id": team, "case_id": case, "run_id": run}
    )


def groups(session: Session, *, team: int, workflows: Collection[int]) -> list[Group]:
    """Return all groups of these workflows, by id."""
    query = select(SegmentGroup).where(SegmentGroup.team_id == team, SegmentGroup.workflow_id.in_(workflows))
    return [
        Group(id=row.id, workflow=row.workflow_id, segment=row.name, value=row.value)
        for row in session.scalars(query.order_by(SegmentGroup.id))
    ]


def resolved(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> Mapping[tuple[int, Resolution], int]:
    """Count the cases that were resolved in a span, by group and way: each by its last end, as in `numbers.ended`."""
    run = numbers.last_ends(team, workflows, days)
    query = select(CaseSegment.group_id, run.resolution, func.count()).select_from(run.rows).where(run.is_last)
    query = _in_groups(query, run.case_id, run.id, team=team).group_by(CaseSegment.group_id, run.resolution)
    return {(group, resolution): cases for group, resolution, cases in session.execute(query) if resolution is not None}


def resolved_in_all(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> dict[int, int]:
    """Count the cases that were resolved in a span, by workflow, in a group or in none."""
    run = numbers.last_ends(team, workflows, days)
    query = select(run.workflow_id, func.count()).where(run.is_last, run.resolution.is_not(None))
    return dict(session.execute(query.group_by(run.workflow_id)).all())


def corrected(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> Mapping[int, int]:
    """Count the cases for which a correction was delivered in a span, by group."""
    run = numbers.last_ends(team, workflows, days, corrections=True)
    query = select(CaseSegment.group_id, func.count()).select_from(run.rows).where(run.is_last)
    return dict(session.execute(_in_groups(query, run.case_id, run.id, team=team).group_by(CaseSegment.group_id)).all())


def proposals_decided(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> Mapping[int, Decided]:
    """Count the proposals that people approved, edited or rejected in a span, by group. Only what stands counts."""
    edited = func.count().filter(Decision.kind == decided.EDITED)
    query = decided.standing(
        select(CaseSegment.group_id, func.count(), edited), team=team, since=days[0], until=days[-1]
    ).where(
        Decision.kind.in_(_ABOUT_PROPOSALS), Proposal.id.is_not(None), ~Review.blind, Review.workflow_id.in_(workflows)
    )
    query = _in_groups(query, Review.case_id, Review.run_id, team=team).group_by(CaseSegment.group_id)
    return {group: Decided(number=number, edited=changed) for group, number, changed in session.execute(query)}


def looks(
    session: Session, *, team: int, workflows: Collection[int], days: Sequence[datetime]
) -> Mapping[int, LookedAt]:
    """Return what spot checks found of what went alone and was delivered in a span, by group."""
    query = numbers.looked_at(CaseSegment.group_id, team, workflows, days)
    query = _in_groups(query, Run.case_id, Run.id, team=team)
    return {
        group: LookedAt(number=number, weight=total, squares=squares, wrong=wrong)
        for group, number, total, squares, wrong in session.execute(query.group_by(CaseSegment.group_id))
    }


def _in_groups(query: Select[*_Columns], case: _Column, run: _Column, *, team: int) -> Select[*_Columns]:
    """Return a query with a row for each group that a case is in. `run`: the run in question."""
    earlier = aliased(CaseSegment)
    newest = select(func.max(earlier.run_id)).where(earlier.case_id == case, earlier.run_id <= run).scalar_subquery()
    return query.join(
        CaseSegment, and_(CaseSegment.case_id == case, CaseSegment.run_id == newest, CaseSegment.team_id == team)
    )
