"""Tells people once when a model is left alone, and when it answers again."""

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from store import outages, outbox, unproposed
from store.database import Database
from workflows.engine.errors import Unknown
from workflows.engine.notices import FAILURES
from workflows.engine.outage_views import OutageView
from workflows.engine.states import ReviewState

log = structlog.get_logger()


class KnownOutages:
    """The outages of a team's models, in its database: whichever process notices one first, it is told once."""

    def __init__(self, database: Database, *, team: int, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._team = team
        self._clock = clock

    def began(self, model: str, reason: str) -> None:
        """Note that a model is left alone, or is so for another reason now, and have it said."""
        with self._database.write() as session:
            at = self._clock()
            outage = outages.begin(session, team=self._team, model=model, reason=reason, at=at)
            if outage is not None:
                self._show(session, outage, at=at)
                log.warning("model.left_alone", model=model, outage=outage)

    def answered(self, session: Session, model: str, *, asked_at: datetime, at: datetime) -> None:
        """Note that a model answers again, where it was left alone."""
        outage = outages.end(session, team=self._team, model=model, asked_at=asked_at, at=at)
        if outage is not None:
            self._show(session, outage, at=at)
            log.info("model.answers_again", model=model, outage=outage)

    def _show(self, session: Session, outage: int, *, at: datetime) -> None:
        subject = f"outage:{outage}"
        outbox.want_view(session, team=self._team, kind=outbox.OUTAGE, subject=subject, channel=FAILURES, at=at)


def outage_view(database: Database, *, team: int, outage: int) -> OutageView:
    """What is to be told of an outage now. Raise `Unknown`."""
    with database.read() as session:
        row = outages.get(session, outage)
        if row is None or row.team_id != team:
            raise Unknown(f"there is no outage {outage}")
        waiting = unproposed.without_proposal(
            session, team=team, state=ReviewState.OPEN, since=row.began_at, until=row.ended_at
        )
        return OutageView(
            model=row.model, reason=row.reason, began_at=row.began_at, ended_at=row.ended_at, waiting=waiting
        )
