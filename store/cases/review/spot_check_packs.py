"""Packs of spot checks: what went alone before autonomy was taken back, worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, exists, func, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Run, SpotCheck, SpotCheckPack
from store.states import UNDECIDED, RunState, SpotCheckState, SpotCheckWhy
from store.types import literally

_STANDS = (RunState.DELIVERING, RunState.DELIVERED)
_IS_UNDECIDED = SpotCheck.state.in_([literally(state) for state in UNDECIDED])


@dataclass(frozen=True, kw_only=True)
class PackCounts:
    """Numbers of a pack's spot checks."""

    number: int
    left: int
    """Number of those that somebody has to look at."""
    looked_at: int
    """Number of those with an outcome."""
    wrong: int
    to_correct: int
    """Number of those from which a correction follows."""


def undrawn(session: Session, runs: Sequence[int], *, team: int, workflow: int) -> Mapping[int, int]:
    """Return those of these runs of a workflow that went alone, stand, and have no spot check: run -> its case."""
    has_check = exists().where(SpotCheck.run_id == Run.id)
    query = select(Run.id, Run.case_id).where(
        Run.team_id == team,
        Run.workflow_id == workflow,
        Run.id.in_(runs),
        Run.state.in_(_STANDS),
        Run.spot_check_probability.is_not(None),
        ~has_check,
    )
    return dict(session.execute(query).all())


def add(session: Session, of: Sequence[tuple[int, int]], *, team: int, workflow: int, at: datetime) -> dict[int, int]:
    """Add a pack of these runs, each with its case, in their order; returns run -> its spot check.

    They are due at once: so they come before what is drawn from now on, and after what is overdue.
    """
    pack = rows.add(session, SpotCheckPack, team_id=team, workflow_id=workflow, number=len(of), made_at=at)
    same = {
        "team_id": team,
        "workflow_id": workflow,
        "why": SpotCheckWhy.PACK,
        "pack_id": pack,
        "probability": 1.0,
        "state": SpotCheckState.OPEN,
        "version": 1,
        "drawn_at": at,
        "due_at": at,
    }
    new = [{"run_id": run, "case_id": case} for run, case in of]
    return rows.add_all_new(session, SpotCheck, new, same, by="run_id")


def get(session: Session, pack: int, *, team: int) -> SpotCheckPack | None:
    """Return a pack by its id."""
    return rows.get(session, SpotCheckPack, pack, team=team)


def counts(session: Session, pack: int, *, team: int) -> PackCounts:
    """Return how far people have come with a pack, and what they found."""
    query = select(
        func.count(),
        func.count(case((_IS_UNDECIDED, 1))),
        func.count(case((SpotCheck.state == SpotCheckState.DECIDED, 1))),
        func.count(case((SpotCheck.is_error.is_(True), 1))),
        func.count(SpotCheck.correction),
    ).where(SpotCheck.team_id == team, SpotCheck.pack_id == pack)
    number, left, looked_at, wrong, to_correct = session.execute(query).one()
    return PackCounts(number=number, left=left, looked_at=looked_at, wrong=wrong, to_correct=to_correct)


def done(session: Session, *, team: int, limit: int) -> list[SpotCheckPack]:
    """Return packs that nobody has to look at any more, and of which nobody was told yet, oldest first."""
    is_left = exists().where(SpotCheck.pack_id == SpotCheckPack.id, _IS_UNDECIDED)
    query = select(SpotCheckPack).where(SpotCheckPack.team_id == team, SpotCheckPack.told_at.is_(None), ~is_left)
    return list(session.scalars(query.order_by(SpotCheckPack.id).limit(limit)))


def note_told(session: Session, pack: int, *, team: int, at: datetime) -> bool:
    """Note that people are told of a pack; False where they are already."""
    row = SpotCheckPack
    changed = update(row).where(row.id == pack, row.team_id == team, row.told_at.is_(None)).values(told_at=at)
    return session.execute(changed.returning(row.id)).first() is not None
