"""Reports that something was wrong."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from store.cases.review.reviews import UNDECIDED
from store.db import rows
from store.schema import Case, Decision, Report, Review, Run
from store.states import RunState

BY_ITSELF = "countersign"
"""The one by whom a report is that Countersign makes itself. No person says it, so it is not counted."""


def add(
    session: Session,
    *,
    team: int,
    about: str,
    case: int | None,
    by: str,
    said: str,
    interaction_id: str | None,
    outcome: str | None,
    at: datetime,
) -> int | None:
    """Add a report; returns its id, or None where this very interaction was added before."""
    values = {"team_id": team, "about": about, "case_id": case, "by": by, "said": said, "at": at, "outcome": outcome}
    if interaction_id is None:
        return rows.add(session, Report, **values)
    return rows.add_new(session, Report, ("team_id", "interaction_id"), interaction_id=interaction_id, **values)


def get(session: Session, report: int, *, team: int) -> Report | None:
    """Return the report with this id."""
    return rows.get(session, Report, report, team=team, anew=True)


def waiting(session: Session, *, team: int, limit: int) -> list[int]:
    """Return the reports that are not taken up yet, oldest first; those that a card shows already come last."""
    query = select(Report.id).where(Report.team_id == team, Report.outcome.is_(None))
    return list(session.scalars(query.order_by(Report.review_id.is_not(None), Report.at, Report.id).limit(limit)))


def waiting_of(session: Session, case: int, *, team: int) -> list[int]:
    """Return the reports about a case that are not taken up yet."""
    query = select(Report.id).where(Report.case_id == case, Report.team_id == team, Report.outcome.is_(None))
    return list(session.scalars(query.order_by(Report.id)))


def show(session: Session, report: int, *, team: int, run: int, review: int) -> bool:
    """Note the card on which a report stands until it is taken up; False where one is noted already."""
    shown = (
        update(Report)
        .where(Report.id == report, Report.team_id == team, Report.outcome.is_(None), Report.review_id.is_(None))
        .values(run_id=run, review_id=review)
        .returning(Report.id)
    )
    return session.scalar(shown, execution_options={"synchronize_session": False}) is not None


def take_up(
    session: Session, report: int, *, team: int, outcome: str, run: int | None = None, review: int | None = None
) -> bool:
    """Note what came of a report; False where somebody else took it up."""
    taken = (
        update(Report)
        .where(Report.id == report, Report.team_id == team, Report.outcome.is_(None))
        .values(outcome=outcome, run_id=run, review_id=review)
        .returning(Report.id)
    )
    return session.scalar(taken, execution_options={"synchronize_session": False}) is not None


_this, _earlier = aliased(Run), aliased(Run)


def up_to(session: Session, run: int, *, team: int) -> list[Report]:
    """Return the reports that the card of a run's review shows, oldest first.

    They are those of the run, and of the runs whose place it took: what is wrong with a case is wrong still after a
    rerun. What was delivered in between, or newer content of the case, ends that.
    """
    of_this = and_(
        _earlier.revision == _this.revision, _earlier.correction == _this.correction, _earlier.id <= _this.id
    )
    query = (
        select(Report)
        .join(_this, _this.case_id == Report.case_id)
        .join(Review, Review.id == Report.review_id)
        .join(_earlier, and_(_earlier.id == Review.run_id, of_this))
        .where(Report.team_id == team, _this.team_id == team, _this.id == run)
    )
    return list(session.scalars(query.order_by(Report.id)))


def newest(session: Session, *, team: int, limit: int) -> list[tuple[Report, str | None]]:
    """Return the newest reports with the keys of their cases, newest first."""
    query = select(Report, Case.key).outerjoin(Case, Case.id == Report.case_id).where(Report.team_id == team)
    return [(report, key) for report, key in session.execute(query.order_by(Report.id.desc()).limit(limit))]


def counts(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, int]:
    """Count the reports about cases between two times, by workflow id."""
    query = (
        select(Case.workflow_id, func.count())
        .select_from(Report)
        .join(Case, Case.id == Report.case_id)
        .where(Report.team_id == team, Report.at >= since, Report.at < until, Report.by != BY_ITSELF)
    )
    return dict(session.execute(query.group_by(Case.workflow_id)).all())


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """The reports about cases in a span, and what came of them so far. Each report is counted in one number at most."""

    reported: int
    corrected: int
    """Reports after which a correction was delivered."""
    right: int
    """Reports of which a person found that nothing was wrong."""
    waiting: int
    """Reports that nobody has decided yet."""


def outcomes(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, Outcomes]:
    """Return what came of the reports about cases between two times, by workflow id."""
    correction, upheld = aliased(Run), aliased(Decision)
    corrected = exists().where(
        correction.case_id == Report.case_id,
        correction.correction > 0,
        correction.state == RunState.DELIVERED,
        correction.changed_at >= Report.at,
    )
    right = exists().where(upheld.review_id == Report.review_id, upheld.kind == "upheld", upheld.revoked_at.is_(None))
    open_review = exists().where(Review.id == Report.review_id, Review.state.in_(UNDECIDED))
    which = case((corrected, "corrected"), (right, "right"), (or_(Report.outcome.is_(None), open_review), "waiting"))
    each = (
        select(Case.workflow_id, which.label("which"))
        .select_from(Report)
        .join(Case, Case.id == Report.case_id)
        .where(Report.team_id == team, Report.at >= since, Report.at < until, Report.by != BY_ITSELF)
        .subquery()
    )
    counted: dict[int, Counter[str | None]] = {}
    query = select(each.c.workflow_id, each.c.which, func.count()).group_by(each.c.workflow_id, each.c.which)
    for workflow, outcome, number in session.execute(query):
        counted.setdefault(workflow, Counter())[outcome] += number
    return {
        workflow: Outcomes(
            reported=found.total(), corrected=found["corrected"], right=found["right"], waiting=found["waiting"]
        )
        for workflow, found in counted.items()
    }


def corrected(session: Session, cases: Collection[int], *, team: int) -> int:
    """Count those of these cases for which a correction was delivered."""
    query = select(func.count(Run.case_id.distinct())).where(
        Run.case_id.in_(cases), Run.team_id == team, Run.correction > 0, Run.state == RunState.DELIVERED
    )
    return session.scalar(query) or 0


def corrected_between(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, int]:
    """Count the cases for which a correction was delivered between two times, by workflow id."""
    query = select(Run.workflow_id, func.count(Run.case_id.distinct())).where(
        Run.team_id == team,
        Run.correction > 0,
        Run.state == RunState.DELIVERED,
        Run.changed_at >= since,
        Run.changed_at < until,
    )
    return dict(session.execute(query.group_by(Run.workflow_id)).all())
