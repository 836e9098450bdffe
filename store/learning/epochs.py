"""Epochs of earned autonomy, and the cases that are their evidence."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import Decision, Deployment, Epoch, EpochCase, Label, Review, SpotCheck
from store.states import UNDECIDED, Level, ReviewState, SpotCheckState, SpotCheckWhy

WRONG, PROMISE = ("demoted", "withdrawn"), "promise"
"""Codes of the end of an epoch: something was wrong with what went alone; only the promise is another."""
EPOCHS = 5
"""Epochs of a workflow that are looked through for its newest cases, newest first."""


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


@dataclass(frozen=True, kw_only=True)
class StandingLine:
    """The reach of a version as its open epoch has it now, without the evidence."""

    id: int
    number: int
    change: int
    level: Level
    floor: float | None
    probability: float
    least: float
    held: str | None
    wrong: float
    sure: float
    allowed_at: datetime | None


@lru_cache(maxsize=MOST)
def _standing(dialect: Dialect, shared: bool) -> Statement:
    # Each run of a workflow with earned autonomy asks, so it is compiled once, and leaves the evidence where it is.
    columns = (
        Epoch.id,
        Epoch.number,
        Epoch.change,
        Epoch.level,
        Epoch.floor,
        Epoch.probability,
        Epoch.least,
        Epoch.held,
        Epoch.wrong,
        Epoch.sure,
        Epoch.allowed_at,
    )
    query = select(*columns).where(
        Epoch.deployment_id == bindparam("deployment"), Epoch.team_id == bindparam("team"), Epoch.ended_at.is_(None)
    )
    return compiled(query.with_for_update(read=True) if shared else query, dialect)


def standing(session: Session, deployment: int, *, team: int, held: bool = False) -> StandingLine | None:
    """Return what the open epoch of a deployment lets it do; None where there is none.

    `held`: it stays so until the transaction ends. On PostgreSQL many may hold it so at once; a change waits for them,
    and they for a change that is under way.
    """
    dialect = connection_of(session).dialect
    query, values = _standing(dialect, held and dialect.name == "postgresql"), {"deployment": deployment, "team": team}
    # Where an epoch ended while it was waited for, only a second statement sees the one that began in its place.
    found = query.all(session, values) or (query.all(session, values) if held else [])
    if not found:
        return None
    id, number, change, level, floor, probability, least, held_for, wrong, sure, allowed_at = found[0]
    return StandingLine(
        id=id,
        number=number,
        change=change,
        level=level,
        floor=floor,
        probability=probability,
        least=least,
        held=held_for,
        wrong=wrong,
        sure=sure,
        allowed_at=allowed_at,
    )


def open_of(session: Session, deployment: int, *, team: int) -> Epoch | None:
    """Return the open epoch of a deployment; None where there is none."""
    query = select(Epoch).where(Epoch.team_id == team, Epoch.deployment_id == deployment, Epoch.ended_at.is_(None))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def get(session: Session, epoch: int, *, team: int) -> Epoch | None:
    """Return an epoch by the id of its row, as it is now."""
    return rows.get(session, Epoch, epoch, team=team, anew=True)


def held(session: Session, epoch: int, *, team: int) -> Epoch | None:
    """Return an epoch as it is now, and keep others from changing it until the transaction ends.

    What refers to it may be added meanwhile: a run that a person is asked about waits for no label.
    """
    rows.hold(session, Epoch, epoch, team=team)
    return get(session, epoch, team=team)


def open_ones(session: Session, *, team: int) -> list[Epoch]:
    """Return the open epochs of all workflows, oldest first."""
    query = select(Epoch).where(Epoch.team_id == team, Epoch.ended_at.is_(None)).order_by(Epoch.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def open_of_workflow(session: Session, workflow: int, *, team: int) -> list[Epoch]:
    """Return the open epochs of a workflow, oldest first, and keep others from changing them until the commit."""
    query = select(Epoch).where(Epoch.team_id == team, Epoch.workflow_id == workflow, Epoch.ended_at.is_(None))
    query = query.order_by(Epoch.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    # Where one ended while it was waited for, only a second statement sees the one that began in its place.
    session.scalars(query).all()
    return list(session.scalars(query))


def had_one(session: Session, deployment: int, *, team: int) -> bool:
    """Tell whether a deployment ever had an epoch."""
    query = select(Epoch.id).where(Epoch.team_id == team, Epoch.deployment_id == deployment).limit(1)
    return session.scalar(query) is not None


def last_number(session: Session, workflow: int, *, team: int) -> int:
    """Return the highest number of a workflow's epochs; 0 before the first."""
    query = select(func.max(Epoch.number)).where(Epoch.team_id == team, Epoch.workflow_id == workflow)
    return session.scalar(query) or 0


def note(session: Session, epoch: int, *, team: int, **values: object) -> None:
    """Note how far evidence was worked in. Who was shown the epoch need not look again: its change stays."""
    rows.change(session, Epoch, epoch, where={"team_id": team}, to=values)


def change(session: Session, epoch: int, *, team: int, seen: int, **values: object) -> bool:
    """Change the level, floor or hold of an open epoch; False where somebody changed it since. `seen`: its change."""
    return rows.change(
        session, Epoch, epoch, where={"team_id": team, "change": seen}, to={"change": seen + 1, **values}
    )


def has_case(session: Session, epoch: int, case: int, *, team: int) -> bool:
    """Tell whether a run of a case is evidence of an epoch already."""
    known = exists().where(EpochCase.team_id == team, EpochCase.case_id == case, EpochCase.epoch_id == epoch)
    return session.execute(select(known)).scalar_one()


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


def newest_scores(session: Session, workflow: int, *, team: int, like: int, limit: int) -> list[float]:
    """Return the scores of the newest cases of a workflow's newest epochs, newest first.

    `like`: a deployment. Scores that were weighed otherwise than its own are no scores of its kind, and left out.
    """
    query = select(Epoch.id, Deployment.weighing).join(Deployment, Deployment.id == Epoch.deployment_id)
    query = query.where(Epoch.team_id == team, Epoch.workflow_id == workflow)
    weighing = select(Deployment.weighing).where(Deployment.team_id == team, Deployment.id == like)
    own, found = session.scalar(weighing), list[float]()
    for epoch, weighed in session.execute(query.order_by(Epoch.number.desc()).limit(EPOCHS)).all():
        if weighed != own:
            continue
        scores = select(EpochCase.score).where(EpochCase.team_id == team, EpochCase.epoch_id == epoch)
        found += session.scalars(scores.order_by(EpochCase.id.desc()).limit(limit - len(found)))
        if len(found) >= limit:
            break
    return found


def last_end(session: Session, version: Deployment, *, team: int, until: datetime | None) -> datetime | None:
    """Return when what was known of a version last ceased to count: an epoch of its workflow ended because something
    was wrong, or one of the same version because it was not used any more. None where that never was.

    `until`: None: up to now.
    """
    same = and_(Deployment.name == version.name, Epoch.end != PROMISE)
    query = select(func.max(Epoch.ended_at)).join(Deployment, Deployment.id == Epoch.deployment_id)
    query = query.where(Epoch.team_id == team, Epoch.workflow_id == version.workflow_id)
    query = query.where(or_(Epoch.end.in_(WRONG), same))
    return session.scalar(query if until is None else query.where(Epoch.ended_at <= until))


def open_with(session: Session, cases: Collection[int], *, team: int) -> list[int]:
    """Return the open epochs of which any of these cases is evidence, by their ids."""
    query = select(Epoch.id).join(EpochCase, EpochCase.epoch_id == Epoch.id)
    query = query.where(EpochCase.team_id == team, EpochCase.case_id.in_(cases), Epoch.ended_at.is_(None))
    return list(session.scalars(query.distinct().order_by(Epoch.id)))


def of_cases(session: Session, epoch: int, cases: Collection[int], *, team: int) -> list[EpochCase]:
    """Return what is kept in an epoch about these cases, in the order of the cases of the epoch."""
    query = select(EpochCase).where(
        EpochCase.team_id == team, EpochCase.case_id.in_(cases), EpochCase.epoch_id == epoch
    )
    return list(session.scalars(query.order_by(EpochCase.id).execution_options(populate_existing=True)))


def rows_after(session: Session, epoch: int, *, team: int, after: int, limit: int) -> list[EpochCase]:
    """Return what is kept in an epoch about the cases after one, in their order."""
    query = select(EpochCase).where(EpochCase.team_id == team, EpochCase.epoch_id == epoch, EpochCase.id > after)
    query = query.order_by(EpochCase.id).limit(limit)
    return list(session.scalars(query.execution_options(populate_existing=True)))


@dataclass(frozen=True, kw_only=True)
class Word:
    """The last word of people on the proposal of a run."""

    label: int
    is_error: bool


def last_words(session: Session, cases: Collection[int], *, team: int) -> dict[int, Word]:
    """Return the last word on the proposals of the runs of these cases, by run, where there is one."""
    query = select(Label.run_id, Label.id, Label.is_error).where(
        Label.team_id == team, Label.case_id.in_(cases), Label.revoked_at.is_(None), Label.is_error.is_not(None)
    )
    found = session.execute(query.order_by(Label.at, Label.id)).all()
    return {run: Word(label=label, is_error=bool(is_error)) for run, label, is_error in found}


def drawn_of(session: Session, runs: Collection[int], *, team: int) -> set[int]:
    """Return those of these runs that were drawn for a spot check."""
    if not runs:
        return set()
    query = select(SpotCheck.run_id).where(SpotCheck.team_id == team, SpotCheck.run_id.in_(runs))
    return set(session.scalars(query.where(SpotCheck.why == SpotCheckWhy.DRAWN)))


def note_label(
    session: Session, row: int, *, team: int, label: int | None, is_error: bool | None, at: datetime | None
) -> None:
    """Note the label of a case of an epoch that is worked in from now on; None: none is."""
    rows.change(
        session,
        EpochCase,
        row,
        where={"team_id": team},
        to={"label_id": label, "is_error": is_error, "worked_at": at},
    )


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case of an epoch."""

    id: int
    run: int
    score: float
    alone: bool
    probability: float
    least: float
    counts: bool
    label: int | None
    is_error: bool | None
    at: datetime


def cases_after(session: Session, epoch: int, *, team: int, after: int, limit: int) -> list[CaseLine]:
    """Return the cases of an epoch after one, in their order."""
    return _lines(session, epoch, EpochCase.id > after, team=team, limit=limit)


def worked_in(session: Session, epoch: int, *, team: int, until: int) -> list[CaseLine]:
    """Return the cases of an epoch up to one whose label is in its certificate, in their order."""
    is_in = and_(EpochCase.id <= until, EpochCase.counts, EpochCase.label_id.is_not(None))
    return _lines(session, epoch, is_in, team=team, limit=None)


def _lines(
    session: Session, epoch: int, condition: ColumnElement[bool], *, team: int, limit: int | None
) -> list[CaseLine]:
    row = EpochCase
    columns = (
        row.id,
        row.run_id,
        row.score,
        row.alone,
        row.probability,
        row.least,
        row.counts,
        row.label_id,
        row.is_error,
        row.at,
    )
    query = select(*columns).where(row.team_id == team, row.epoch_id == epoch, condition).order_by(row.id)
    return [
        CaseLine(
            id=id,
            run=run,
            score=score,
            alone=alone,
            probability=probability,
            least=least,
            counts=counts,
            label=label,
            is_error=is_error,
            at=at,
        )
        for id, run, score, alone, probability, least, counts, label, is_error, at in session.execute(
            query.limit(limit)
        )
    ]


@dataclass(frozen=True, kw_only=True)
class CheckOfEpoch:
    """A spot check of a case that went alone in an epoch."""

    id: int
    """Its case's row in the epoch."""
    case: int
    is_error: bool


def checks_of(session: Session, epoch: int, *, team: int) -> list[CheckOfEpoch]:
    """Return the spot checks of an epoch that were worked in, in the order in which their labels came."""
    row = EpochCase
    query = select(row.id, row.case_id, row.is_error).where(
        row.team_id == team, row.epoch_id == epoch, row.alone, row.label_id.is_not(None)
    )
    return [
        CheckOfEpoch(id=id, case=case, is_error=bool(is_error))
        for id, case, is_error in session.execute(query.order_by(row.label_id))
    ]


def waiting(session: Session, runs: Collection[int], *, team: int, decided: int) -> set[int]:
    """Return those of these runs of which a label may still come.

    `decided`: decisions up to this one have their labels.
    """
    if not runs:
        return set()
    people = select(Review.run_id).where(Review.team_id == team, Review.run_id.in_(runs))
    still_open = people.where(Review.state.in_((ReviewState.OPEN, ReviewState.AWAITING_SECOND)))
    # In a query of its own: in one with the other, PostgreSQL would read all decisions.
    later = people.join(Decision, Decision.review_id == Review.id).where(Decision.id > decided)
    # One that was corrected before anybody looked has the label of its correction; one that is decided, its own.
    is_due = or_(
        SpotCheck.state.in_((*UNDECIDED, SpotCheckState.DECIDED)),
        and_(SpotCheck.state == SpotCheckState.SUPERSEDED, SpotCheck.end.in_(("correction", "stopped"))),
    )
    drawn = SpotCheck.why == SpotCheckWhy.DRAWN
    checks = select(SpotCheck.run_id).where(SpotCheck.team_id == team, SpotCheck.run_id.in_(runs), drawn, is_due)
    return {run for query in (still_open, later, checks) for run in session.scalars(query)}


def newest_cases(session: Session, epochs: Collection[int], *, team: int) -> dict[int, int]:
    """Return the newest case of each of these epochs that has any, by epoch."""
    row, newest = EpochCase, dict[int, int]()
    for epoch in epochs:
        query = select(row.id).where(row.team_id == team, row.epoch_id == epoch).order_by(row.id.desc()).limit(1)
        if (found := session.scalar(query)) is not None:
            newest[epoch] = found
    return newest


def share_from(session: Session, epoch: int, *, team: int, newest: int, floor: float) -> float | None:
    """Return the share of the newest cases of an epoch with at least this score, 0 to 1; None without any case."""
    row = EpochCase
    scores = select(row.score).where(row.team_id == team, row.epoch_id == epoch).order_by(row.id.desc()).limit(newest)
    found = list(session.scalars(scores))
    return sum(score >= floor for score in found) / len(found) if found else None


def worst_alone(session: Session, epoch: int, *, team: int, after: int, limit: int) -> list[int]:
    """Return the runs of an epoch that went alone after a case, lowest score first."""
    row = EpochCase
    query = select(row.run_id).where(row.team_id == team, row.epoch_id == epoch, row.id > after, row.alone)
    return list(session.scalars(query.order_by(row.score, row.id.desc()).limit(limit)))


def count_alone(session: Session, epoch: int, *, team: int, after: int) -> int:
    """Count the cases of an epoch that went alone after one of its cases."""
    row = EpochCase
    query = select(func.count()).where(row.team_id == team, row.epoch_id == epoch, row.id > after, row.alone)
    return session.scalar(query) or 0
