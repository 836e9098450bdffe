"""Causes of failures beside a year of cases, and bulk reruns of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from benchmarks.years.year import TEAM
from store.schema import BulkRerun, Cause, CauseHour, Run
from store.states import BulkState, CauseState, RunState


def fill_causes(session: Session) -> None:
    """Add a thousand causes, most of them of long ago, one of them of all runs that failed and of one in fifty."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    many = [
        {
            "team_id": TEAM,
            "workflow_id": 1,
            "fingerprint": f"{number:032x}",
            "step": f"step {number % 100}",
            "error": "NotDone",
            "message": "…",
            "state": CauseState.RESOLVED if number % 50 else CauseState.OPEN,
            "version": 1,
            "changed_by": "countersign",
            "count": 1,
            "cost": Decimal(0),
            **dict.fromkeys(("changed_at", "opened_at", "first_at", "last_at"), at + timedelta(hours=number)),
        }
        for number in range(1_000)
    ]
    session.execute(insert(Cause), many)
    first = session.scalar(select(func.min(Cause.id)))
    assert first == 1
    hours = [{"team_id": TEAM, "cause_id": 1, "hour": at + timedelta(hours=one), "number": 1} for one in range(200)]
    session.execute(insert(CauseHour), hours)
    session.execute(update(Run).where(or_(Run.state == RunState.FAILED, Run.id % 50 == 0)).values(cause_id=1))
    session.execute(update(Run).where(Run.id % 50 == 0).values(bulk_id=1))
    bulk = {"team_id": TEAM, "since": None, "began_by": "U1", "changed_by": "U1", "why_stopped": None}
    bulk |= dict.fromkeys(("total", "begun", "left_out", "wave", "position"), 1)
    session.execute(
        insert(BulkRerun),
        [
            {**bulk, "cause_id": one, "state": BulkState.DONE if one > 1 else BulkState.WAVES}
            | dict.fromkeys(("began_at", "changed_at"), at)
            for one in range(1, 1_000)
        ],
    )
