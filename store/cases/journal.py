"""The journal: one row for each attempt at a step."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from store.cases import contents
from store.db import rows
from store.schema import ModelRequest, Run, Step
from store.states import StepState


@dataclass(frozen=True, kw_only=True)
class StepLine:
    """A row of the journal with its content."""

    id: int
    position: int
    name: str
    nth: int
    attempt: int
    state: StepState
    input_hash: str
    body: str | None
    """Input of the step with its output or its error, as JSON; None where that was removed."""
    error: str | None
    started_at: datetime
    milliseconds: float
    cost: Decimal
    recalled_from: int | None


def add(session: Session, *, team: int, **row: Any) -> None:
    """Add a row to the journal. Its unique key refuses a second row for the same attempt, now or at the commit."""
    rows.append(session, Step, team_id=team, **row)


# Every run is read with this query, most of them twice: it is built once, and returns columns instead of objects.
_OF_RUN = (
    select(
        Step.id,
        Step.position,
        Step.name,
        Step.nth,
        Step.attempt,
        Step.state,
        Step.input_hash,
        Step.body,
        Step.error,
        Step.started_at,
        Step.milliseconds,
        Step.cost,
        Step.recalled_from,
    )
    .where(Step.run_id == bindparam("run"), Step.team_id == bindparam("team"))
    .order_by(Step.position, Step.attempt)
)


def of_run(session: Session, run: int, *, team: int) -> list[StepLine]:
    """Return a run's journal, in the order of its calls and of the attempts at each call."""
    found = session.connection().execute(_OF_RUN, {"run": run, "team": team})
    return [StepLine(**{**line, "body": contents.kept(line["body"])}) for line in found.mappings()]


def last_written(session: Session, of: Collection[int], *, team: int) -> dict[int, datetime]:
    """Return the time at which the last step of each of these runs was written, by run."""
    newest = select(func.max(Step.id)).where(Step.run_id.in_(of), Step.team_id == team).group_by(Step.run_id)
    found = session.execute(select(Step.run_id, Step.started_at, Step.milliseconds).where(Step.id.in_(newest)))
    return {run: started_at + timedelta(milliseconds=took) for run, started_at, took in found}


def cost_of_cases(session: Session, cases: Sequence[int], *, team: int) -> Decimal:
    """Return the cost of all runs of these cases in US dollars: requests to models, and steps that made no request."""
    asked = select(ModelRequest.id).where(ModelRequest.run_id == Step.run_id).exists()
    theirs = select(func.sum(Step.cost)).join(Run, Run.id == Step.run_id).where(Run.case_id.in_(cases), ~asked)
    steps = theirs.where(Run.team_id == team)
    spent = select(func.sum(func.coalesce(ModelRequest.cost, ModelRequest.reserved)))
    requests = spent.where(ModelRequest.case_id.in_(cases), ModelRequest.team_id == team)
    return (session.scalar(steps) or Decimal(0)) + (session.scalar(requests) or Decimal(0))


def recall(session: Session, lines: Sequence[StepLine], *, team: int, run: int, at: datetime) -> None:
    """Copy the steps of another run into a run, without their time and cost, which were spent once."""
    rows.add_all(
        session,
        Step,
        [
            {
                "team_id": team,
                "run_id": run,
                "position": line.position,
                "name": line.name,
                "nth": line.nth,
                "attempt": line.attempt,
                "state": line.state,
                "input_hash": line.input_hash,
                "body": contents.REMOVED if line.body is None else line.body,
                "error": line.error,
                "started_at": at,
                "milliseconds": 0.0,
                "cost": Decimal(0),
                "recalled_from": line.id,
            }
            for line in lines
        ],
    )
