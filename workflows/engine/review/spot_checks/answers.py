"""The blind answer of a spot check: kept, and compared with what was delivered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlalchemy.orm import Session

from store import schema
from store.cases import contents, runs
from store.states import SpotCheckState
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.transitions import move_spot_check
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.sameness import differing
from workflows.engine.errors import Refused, Repeated, Stale
from workflows.engine.review.scrutiny import as_entered
from workflows.engine.review.spot_checks.comparison import differences
from workflows.engine.review.spot_checks.standing import (
    held,
    known,
    refuse_late,
    refuse_unfit,
    show,
    what_happened,
    workflow_of,
)
from workflows.engine.review.spot_checks.views import Difference, End, Grade, Task

_LONGEST = timedelta(hours=8)
"""A form that was open for longer says nothing of the time that an answer took."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A blind answer that was kept."""

    version: int
    """Version of the spot check now."""
    differences: Sequence[Difference]
    """Fields in which it differs from what was delivered, which is `one` of them; none where it is decided."""


def answer(context: Context, check: int, shown: int, output: BaseModel, *, by: str) -> Answered:
    """Keep a person's answer to a case that went alone, and compare it with what was delivered.

    Answers that are the same to the business decide the spot check. `shown`: the version that the person saw. The
    nevers are not asked: nothing is delivered. Raise `Unknown`, `Stale`, `Repeated` for an answer that is there
    already, `NotBlind`, `OwnCase`, or `InvalidOutput` for values of another form.
    """
    workflow, delivered = _admitted(context, check, shown, by=by)
    # The author's validators, and the rule of what is the same, run outside the transaction.
    entered = as_entered(workflow, output)
    is_same = not differing(workflow, json.loads(delivered), json.loads(entered.body))
    with context.database.write(urgent=True) as session:
        row, at = held(session, context, check), context.clock()
        _refuse(session, context, workflow, row, shown, by=by)
        # What was delivered is never changed, but it may have been removed meanwhile.
        found = [] if is_same else differences(workflow, _delivered(session, context, row), entered.body)
        kept = contents.keep(session, team=row.team_id, case=row.case_id, kind="output", body=entered.body)
        changes = {"answer_id": kept, "answered_by": by, "answered_at": at, "seconds": _seconds(row, by=by, at=at)}
        to, action = SpotCheckState.ANSWERED, "spot_check.answered"
        if not found:
            to, action = SpotCheckState.DECIDED, "spot_check.decided"
            changes |= {"outcome": Grade.SAME, "is_error": False, "end": End.EQUAL, "ended_at": at}
        details = {"answer": kept, "differences": len(found)}
        if not move_spot_check(
            session, row, to, at=at, actor=by, action=action, shown=shown, details=details, **changes
        ):
            raise Stale(what_happened(row, None))
        if not found:
            show(session, context, row)
    return Answered(version=shown + 1, differences=found)


def _admitted(context: Context, check: int, shown: int, *, by: str) -> tuple[AnyWorkflow, str]:
    """Return the workflow of a spot check that the person may answer, with what was delivered, as JSON."""
    with context.database.read() as session:
        row = known(session, context, check)
        workflow = workflow_of(session, context, row)
        _refuse(session, context, workflow, row, shown, by=by)
        return workflow, _delivered(session, context, row)


def _delivered(session: Session, context: Context, row: schema.SpotCheck) -> str:
    run = runs.get(session, row.run_id, team=context.team)
    if run is None or run.output_id is None:
        raise Refused("what was delivered is not there any more")
    return kept_body(session, run.output_id, team=context.team)


def _refuse(
    session: Session, context: Context, workflow: AnyWorkflow, row: schema.SpotCheck, shown: int, *, by: str
) -> None:
    if row.version == shown + 1 and row.answered_by == by:
        raise Repeated("this arrived before, and is kept")
    refuse_late(session, row, shown)
    refuse_unfit(session, context, workflow, row, Task.ANSWER, by=by)


def _seconds(row: schema.SpotCheck, *, by: str, at: datetime) -> float | None:
    if row.opened_by != by or row.opened_at is None or not timedelta() <= at - row.opened_at <= _LONGEST:
        return None
    return (at - row.opened_at).total_seconds()
