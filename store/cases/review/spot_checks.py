"""Spot checks: drawn, looked at and graded, and the figures that follow from them.

A move is a conditional update: the second of two movers changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from store.db import rows
from store.db.lookups import is_found
from store.governance.audit import READ
from store.schema import AuditRow, Case, Decision, Review, Run, SpotCheck, Workflow
from store.states import UNDECIDED, Resolution, RunState, SpotCheckState, SpotCheckWhy
from store.subjects import SubjectKind
from store.types import literally

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])

SEEN = "spot_check.seen"
"""The audit's word for a person who was shown the case, with what was delivered, before anybody had answered."""
PASSED_ON = "spot_check.passed_on"
"""The audit's word for a person who left a spot check to others."""
DUE = "due"
"""Said of a correction that is to be opened."""
_ASKED = "asked"
"""Kind of a decision that decides nothing yet."""
_OVER = (RunState.CLOSED, RunState.SUPERSEDED)
"""States of a run after which what it resolved is not delivered."""
# Written out as in the indexes of these rows.
_IS_UNDECIDED = SpotCheck.state.in_([literally(state) for state in UNDECIDED])
_HAS_ENDED = Run.state.in_([literally(state) for state in (RunState.CLOSED, RunState.DELIVERED)])


@dataclass(frozen=True, kw_only=True)
class SpotCheckLine:
    """A spot check in a list."""

    check: SpotCheck
    key: str
    """Of its case."""
    workflow: str


@dataclass(frozen=True, kw_only=True)
class Undecided:
    """The spot checks that somebody has to look at."""

    number: int
    due_at: datetime | None
    """Time by which the first is due of those that were drawn; None where there are none."""
    packed: int = 0
    """Number of those that nobody drew: they went alone before that was taken back."""


@dataclass(frozen=True, kw_only=True)
class SpotCheckCounts:
    """Numbers of what went alone and was delivered in a span of time, and of its spot checks so far."""

    alone: int
    """Number of runs that went alone, and for which a draw was made."""
    probabilities: float
    """Sum of the probabilities with which these were drawn: the number of spot checks to be expected."""
    drawn: int
    looked_at: int
    """Number of those with an outcome."""
    same: int
    minor: int
    major: int
    critical: int
    errors: int
    """Number of those that count as an error."""
    open: int
    """Number of those that somebody has to look at."""
    superseded: int
    """Number of those that ended without an outcome."""
    corrected: int
    """Number of those that ended so because a correction was delivered before anybody looked."""
    looked_at_weight: float
    """Sum of 1/probability over those that were looked at: the number of cases for which they stand."""
    errors_weight: float
    """Sum of 1/probability over the errors. Divided by `looked_at_weight`, it estimates the share of errors in all that
    went alone, also where the probability changed in between.
    """


def add(
    session: Session,
    *,
    team: int,
    run: int,
    case: int,
    workflow: int,
    probability: float,
    at: datetime,
    due_at: datetime,
) -> int:
    """Add the spot check of a run that was drawn, and return its id."""
    return rows.add(
        session,
        SpotCheck,
        team_id=team,
        run_id=run,
        case_id=case,
        workflow_id=workflow,
        why=SpotCheckWhy.DRAWN,
        probability=probability,
        state=SpotCheckState.OPEN,
        version=1,
        drawn_at=at,
        due_at=due_at,
    )


def get(session: Session, check: int, *, team: int) -> SpotCheck | None:
    """Return the spot check with this id, as it is kept now."""
    return rows.get(session, SpotCheck, check, team=team, anew=True)


def of_case(session: Session, case: int, *, team: int) -> list[SpotCheck]:
    """Return the spot checks of a case, oldest first."""
    query = select(SpotCheck).where(SpotCheck.case_id == case, SpotCheck.team_id == team)
    return list(session.scalars(query.order_by(SpotCheck.id)))


def move(session: Session, check: SpotCheck, to: SpotCheckState, *, shown: int, **changes: Any) -> bool:
    """Move a spot check from the state in which it was read, and raise its version; False where it is no longer in that
    state, or at the version that was shown.
    """
    where = {"team_id": check.team_id, "state": check.state, "version": shown}
    return rows.change(session, SpotCheck, check.id, where=where, to={"state": to, "version": shown + 1, **changes})


def note_opened(session: Session, check: int, *, team: int, by: str, at: datetime) -> None:
    """Note that a person opened the form of a spot check now, in place of whoever did before."""
    rows.change(session, SpotCheck, check, where={"team_id": team}, to={"opened_by": by, "opened_at": at})


def note_left(session: Session, check: int, *, team: int, by: str) -> None:
    """Note that a person has the form of a spot check open no longer."""
    to = {"opened_by": None, "opened_at": None}
    rows.change(session, SpotCheck, check, where={"team_id": team, "opened_by": by}, to=to)


def note_correction(session: Session, check: int, *, team: int, became: str, review: int | None) -> bool:
    """Note what became of the correction that follows from a spot check; False where it is noted already."""
    to = {"correction": became, "review_id": review}
    return rows.change(session, SpotCheck, check, where={"team_id": team, "correction": DUE}, to=to)


def to_correct(session: Session, *, team: int, limit: int) -> list[int]:
    """Return the spot checks from which a correction follows that is not opened yet, oldest first."""
    query = select(SpotCheck.id).where(SpotCheck.team_id == team, SpotCheck.correction == literal_column("'due'"))
    return list(session.scalars(query.order_by(SpotCheck.id).limit(limit)))


@dataclass(frozen=True, kw_only=True)
class Looks:
    """The spot checks that may wait for a person, never one whose case they know, or that they left to others."""

    by: str
    workflows: Collection[str]
    """Names of the workflows whose cases the person may decide."""
    at: datetime
    """Now."""
    lasts: timedelta
    """Time for which a spot check that somebody else has open is not shown."""
    grade_within: timedelta
    """Time after which a difference that nobody graded waits for anybody but the one who answered."""
    others_first: Collection[str] = ()
    """Names of those of the workflows of which drawn ones are left to others at first."""
    others_within: timedelta = timedelta()
    """Time after the draw for which they are."""


def following(
    session: Session, looks: Looks, *, team: int, limit: int, without: Collection[int] = ()
) -> list[SpotCheck]:
    """Return the spot checks that wait for a person: their own that they have not graded first, then by their time.

    `without`: not these.
    """
    query = select(SpotCheck).where(*_waits(looks, team=team))
    if without:
        query = query.where(SpotCheck.id.not_in(without))
    return list(session.scalars(_joined(query).order_by(*_order(looks)).limit(limit)))


def lines(session: Session, looks: Looks, *, team: int, limit: int) -> list[SpotCheckLine]:
    """Return the spot checks that wait for a person, in the order of `following`."""
    query = _joined(select(SpotCheck, Case.key, Workflow.name)).join(Case, Case.id == SpotCheck.case_id)
    found = session.execute(query.where(*_waits(looks, team=team)).order_by(*_order(looks)).limit(limit))
    return [SpotCheckLine(check=check, key=key, workflow=name) for check, key, name in found]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Numbers of the spot checks that wait for a person."""

    number: int
    packed: int
    """Number of those that nobody drew: they went alone before that was taken back."""


def count(session: Session, looks: Looks, *, team: int, at_most: int) -> Counted:
    """Count the spot checks that wait for a person, no further than `at_most`."""
    some = _joined(select(SpotCheck.why)).where(*_waits(looks, team=team)).limit(at_most).subquery()
    packed = func.count(case((some.c.why == SpotCheckWhy.PACK, 1)))
    number, of_packs = session.execute(select(func.count(), packed).select_from(some)).one()
    return Counted(number=number, packed=of_packs)


def undecided(session: Session, *, team: int, workflows: Collection[str]) -> Undecided:
    """Return how many spot checks of these workflows somebody has to look at, and by when."""
    packed, due = (
        _number(SpotCheck.why == SpotCheckWhy.PACK),
        case((SpotCheck.why != SpotCheckWhy.PACK, SpotCheck.due_at)),
    )
    query = _joined(select(func.count(), func.min(due), packed)).where(
        SpotCheck.team_id == team,
        _IS_UNDECIDED,
        Workflow.name.in_(workflows),
        Run.state == RunState.DELIVERED,
        not_(_is_passed()),
    )
    number, due_at, packed_ones = session.execute(query).one()
    return Undecided(number=number, due_at=due_at, packed=packed_ones)


def passed(session: Session, *, team: int, limit: int) -> list[SpotCheck]:
    """Return spot checks that somebody has to look at, although what they are about no longer stands."""
    query = _joined(select(SpotCheck)).where(SpotCheck.team_id == team, _IS_UNDECIDED, _is_passed())
    return list(session.scalars(query.order_by(SpotCheck.due_at, SpotCheck.id).limit(limit)))


def overdue(session: Session, *, team: int, before: datetime, limit: int, drawn: bool = False) -> list[SpotCheckLine]:
    """Return the spot checks that somebody has to look at and that were due before a time, most urgent first.

    `drawn`: only those that were drawn.
    """
    query = (
        _joined(select(SpotCheck, Case.key, Workflow.name))
        .join(Case, Case.id == SpotCheck.case_id)
        .where(SpotCheck.team_id == team, _IS_UNDECIDED, SpotCheck.due_at < before)
        .order_by(SpotCheck.due_at, SpotCheck.id)
    )
    if drawn:
        query = query.where(SpotCheck.why == SpotCheckWhy.DRAWN)
    found = session.execute(query.limit(limit))
    return [SpotCheckLine(check=check, key=key, workflow=name) for check, key, name in found]


def late(session: Session, workflow: int, *, team: int, at: datetime, limit: int) -> list[datetime]:
    """Return when the drawn spot checks of a workflow were drawn that are overdue and still stand, oldest first."""
    query = _joined(select(SpotCheck.drawn_at)).where(
        SpotCheck.team_id == team,
        _IS_UNDECIDED,
        SpotCheck.due_at < at,
        SpotCheck.workflow_id == workflow,
        SpotCheck.why == SpotCheckWhy.DRAWN,
        Run.state == RunState.DELIVERED,
        not_(_is_passed()),
    )
    return list(session.scalars(query.order_by(SpotCheck.drawn_at, SpotCheck.id).limit(limit)))


def last_answered(session: Session, *, team: int, limit: int) -> list[tuple[str, str]]:
    """Return the workflows of the last spot checks that were decided, each with who answered it blind, newest first."""
    query = (
        select(Workflow.name, SpotCheck.answered_by)
        .join(Workflow, Workflow.id == SpotCheck.workflow_id)
        .where(
            SpotCheck.team_id == team,
            SpotCheck.state == literally(SpotCheckState.DECIDED),
            SpotCheck.ended_at.is_not(None),
        )
        .order_by(SpotCheck.ended_at.desc())
        .limit(limit)
    )
    return [(name, by or "") for name, by in session.execute(query)]


def knows(session: Session, check: SpotCheck, *, by: str) -> bool:
    """Tell whether a person does not look at a spot check: they decided something about this content of its case, were
    shown what was delivered, or left it to others.
    """
    query = select(SpotCheck.id).where(SpotCheck.id == check.id, SpotCheck.team_id == check.team_id, _knows(by))
    return session.scalar(query) is not None


def counts(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, SpotCheckCounts]:
    """Return the figures of what went alone and was delivered between two times, by workflow id.

    All of them are about the same runs, so that they can be set against each other. Their spot checks may have been
    looked at later. Spot checks that nobody drew count in none. Runs with a proposal that was handed in are left out:
    see `numbers.looked_at`.
    """
    is_of = {state: SpotCheck.state == state for state in SpotCheckState}
    is_undecided = or_(*(is_of[state] for state in UNDECIDED))
    is_looked_at, is_error = is_of[SpotCheckState.DECIDED], SpotCheck.is_error.is_(True)
    columns: dict[str, ColumnElement[Any]] = {
        "alone": func.count(),
        "probabilities": func.sum(Run.spot_check_probability),
        "drawn": func.count(SpotCheck.id),
        "looked_at": _number(is_looked_at),
        **{grade: _number(SpotCheck.outcome == grade) for grade in ("same", "minor", "major", "critical")},
        "errors": _number(is_error),
        "open": _number(is_undecided),
        "superseded": _number(is_of[SpotCheckState.SUPERSEDED]),
        "corrected": _number(and_(is_of[SpotCheckState.SUPERSEDED], SpotCheck.end == "correction")),
        "looked_at_weight": _weight(is_looked_at),
        "errors_weight": _weight(is_error),
    }
    query = (
        select(Run.workflow_id, *(column.label(name) for name, column in columns.items()))
        .outerjoin(SpotCheck, and_(SpotCheck.run_id == Run.id, SpotCheck.why == SpotCheckWhy.DRAWN))
        .where(
            Run.team_id == team,
            _HAS_ENDED,
            Run.state == RunState.DELIVERED,
            Run.resolution == Resolution.ALONE,
            Run.spot_check_probability.is_not(None),
            Run.handed_id.is_(None),
            Run.changed_at >= since,
            Run.changed_at < until,
        )
        .group_by(Run.workflow_id)
    )
    return {
        workflow: SpotCheckCounts(**dict(zip(columns, figures, strict=True)))
        for workflow, *figures in session.execute(query)
    }


def _number(condition: ColumnElement[Any]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _weight(condition: ColumnElement[Any]) -> ColumnElement[float]:
    return func.coalesce(func.sum(case((condition, 1.0 / SpotCheck.probability))), 0.0)


def _joined(query: _Query) -> _Query:
    joined = query.select_from(SpotCheck).join(Run, Run.id == SpotCheck.run_id)
    return joined.join(Workflow, Workflow.id == SpotCheck.workflow_id)


_later = aliased(Run)


def _is_passed() -> ColumnElement[bool]:
    """Return the condition that what a spot check is about no longer stands: it did not go out, or something else was
    delivered for the same content.
    """
    other = exists().where(
        _later.case_id == Run.case_id,
        _later.id > Run.id,
        _later.revision == Run.revision,
        _later.state == RunState.DELIVERED,
    )
    return or_(Run.state.in_(_OVER), other)


def _waits(looks: Looks, *, team: int) -> Sequence[ColumnElement[bool]]:
    """Return the conditions that a spot check waits for a person."""
    theirs, first = SpotCheck.answered_by == looks.by, SpotCheck.state == SpotCheckState.ANSWERED
    is_free = or_(
        SpotCheck.opened_by.is_(None), SpotCheck.opened_by == looks.by, SpotCheck.opened_at <= looks.at - looks.lasts
    )
    turn = or_(
        and_(SpotCheck.state == SpotCheckState.OPEN, is_free),
        and_(first, theirs),
        and_(first, not_(theirs), SpotCheck.answered_at <= looks.at - looks.grade_within, is_free),
        and_(SpotCheck.state == SpotCheckState.AWAITING_SECOND, not_(theirs), is_free),
    )
    return (
        SpotCheck.team_id == team,
        _IS_UNDECIDED,
        Workflow.name.in_(looks.workflows),
        Run.state == RunState.DELIVERED,
        turn,
        *([not_(_is_for_others(looks))] if looks.others_first else []),
        not_(_is_passed()),
        not_(_knows(looks.by)),
    )


def _is_for_others(looks: Looks) -> ColumnElement[bool]:
    return and_(
        SpotCheck.state == SpotCheckState.OPEN,
        SpotCheck.why == SpotCheckWhy.DRAWN,
        Workflow.name.in_(looks.others_first),
        SpotCheck.drawn_at > looks.at - looks.others_within,
        func.coalesce(SpotCheck.opened_by, "") != looks.by,
    )


_drawn, _judged = aliased(Run), aliased(Run)


def _knows(by: str) -> ColumnElement[bool]:
    # A case has few decisions and a person very many: the index of the person's is kept from being taken.
    decided = is_found(
        Review.case_id == SpotCheck.case_id,
        Decision.review_id == Review.id,
        # Whoever decides newer content is not shown what went out for this one.
        _drawn.id == SpotCheck.run_id,
        _judged.id == Review.run_id,
        _judged.revision == _drawn.revision,
        func.coalesce(Decision.by, "") == by,
        Decision.kind != _ASKED,
    )
    seen = exists().where(
        AuditRow.is_about_row(SubjectKind.SPOT_CHECK, SpotCheck.id),
        AuditRow.action.in_((SEEN, PASSED_ON)),
        AuditRow.actor == by,
    )
    # What nobody drew could be read before it became a spot check.
    read = exists().where(
        SpotCheck.why != SpotCheckWhy.DRAWN,
        AuditRow.is_about_row(SubjectKind.CASE, SpotCheck.case_id),
        func.coalesce(AuditRow.action, "") == READ,
        AuditRow.actor == by,
        AuditRow.at < SpotCheck.drawn_at,
    )
    return or_(decided, seen, read)


def _order(looks: Looks) -> tuple[SQLColumnExpression[Any], ...]:
    own = and_(SpotCheck.state == SpotCheckState.ANSWERED, SpotCheck.answered_by == looks.by)
    return (case((own, 0), else_=1), SpotCheck.due_at, SpotCheck.id)
