"""Outages and overruns of models: people are told once when one begins, when it ends, and of the highest overrun."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from store.cases import unproposed
from store.db.database import Database
from store.faces import FAILURES
from store.governance import audit
from store.model import outages, overruns
from store.model.overruns import Overran
from store.slack import outbox
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.errors import Unknown
from workflows.engine.propose.views import OpenOutage, OutageView, OverrunView

log = structlog.get_logger()


class KnownOutages:
    """The outages of a team's models, in its database. People are told once, whichever process notices it first."""

    def __init__(self, database: Database, *, team: int, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._team = team
        self._clock = clock

    def began(self, model: str, reason: str) -> None:
        """Note that a model is no longer asked, or for another reason than before, and have people told."""
        with self._database.write() as session:
            at = self._clock()
            outage = outages.begin(session, team=self._team, model=model, reason=reason, at=at)
            if outage is not None:
                self._show(session, outage, at=at)
                log.warning("model.left_alone", model=model, outage=outage)

    def answered(self, session: Session, model: str, *, asked_at: datetime, at: datetime) -> None:
        """Note that a model answers again, where it was no longer asked."""
        outage = outages.end(session, team=self._team, model=model, asked_at=asked_at, at=at)
        if outage is not None:
            self._show(session, outage, at=at)
            log.info("model.answers_again", model=model, outage=outage)

    def overran(self, session: Session, model: str, *, factor: float, request: int, at: datetime) -> None:
        """Note that a request cost more than was estimated; have people told where it is the highest factor so far."""
        noted = overruns.note(session, team=self._team, model=model, factor=factor, request=request, at=at)
        if noted is not None:
            _tell_overrun(session, noted, team=self._team, at=at)

    def _show(self, session: Session, outage: int, *, at: datetime) -> None:
        subject = SubjectKind.OUTAGE.of(outage)
        outbox.want_view(session, team=self._team, kind=outbox.OUTAGE, subject=subject, channel=FAILURES, at=at)


def outage_view(database: Database, *, team: int, outage: int) -> OutageView:
    """Return the view of an outage as it is now. Raise `Unknown`."""
    with database.read() as session:
        row = outages.get(session, outage, team=team)
        if row is None:
            raise Unknown(f"there is no outage {outage}")
        waiting = unproposed.without_proposal(session, team=team, since=row.began_at, until=row.ended_at)
        return OutageView(
            model=row.model, reason=row.reason, began_at=row.began_at, ended_at=row.ended_at, waiting=waiting
        )


def overrun_view(database: Database, *, team: int, overrun: int) -> OverrunView | None:
    """Return the view of a model's overrun; None where it was cleared since."""
    with database.read() as session:
        found = overruns.get(session, overrun, team=team)
    return _overrun(found) if found is not None else None


def open_outages(context: Context) -> Sequence[OpenOutage]:
    """Return the models that are not asked now."""
    with context.database.read() as session:
        found = outages.all_open(session, team=context.team)
    return [OpenOutage(model=row.model, reason=row.reason, since=row.began_at) for row in found]


def overrun_views(context: Context) -> Sequence[OverrunView]:
    """Return all models that took more than was reserved, each at its worst."""
    with context.database.read() as session:
        return [_overrun(found) for found in overruns.all_of(session, team=context.team)]


def _overrun(found: Overran) -> OverrunView:
    return OverrunView(
        model=found.model,
        factor=found.factor,
        cost=found.cost,
        reserved=found.reserved,
        workflow=found.workflow,
        case=found.case,
        at=found.at,
    )


def recount(context: Context, model: str, *, by: str) -> bool:
    """Reserve only the estimate for a model again, after its provider had miscounted. False where that is so
    already.
    """
    with context.database.write() as session:
        forgotten = overruns.forget(session, team=context.team, model=model)
        if forgotten is None:
            return False
        _tell_overrun(session, forgotten, team=context.team, at=context.clock())
        audit.record(
            session,
            team=context.team,
            at=context.clock(),
            actor=by,
            action="model.recounted",
            subject=SubjectKind.MODEL.unnumbered,
            case=None,
            details={"model": model},
        )
        return True


def _tell_overrun(session: Session, overrun: int, *, team: int, at: datetime) -> None:
    subject = SubjectKind.OVERRUN.of(overrun)
    outbox.want_view(session, team=team, kind=outbox.OVERRUN, subject=subject, channel=FAILURES, at=at)
