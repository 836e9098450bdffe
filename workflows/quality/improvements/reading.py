"""Improvements as somebody looks at them."""

from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.governance import teams
from store.learning import improvements
from store.states import ImprovementState
from workflows.engine.context import Context
from workflows.engine.errors import Unknown
from workflows.quality.improvements.conditions import Condition
from workflows.quality.improvements.views import ImprovementKind, ImprovementView

MOST = 200
"""Improvements of a workflow that are listed."""


def view_of(context: Context, improvement: int) -> ImprovementView:
    """Return an improvement. Raise `Unknown`."""
    with context.database.read() as session:
        row = improvements.get(session, improvement, team=context.team)
        if row is None:
            raise Unknown(f"there is no improvement {improvement}")
        return _view(session, row, teams.workflow_name(session, row.workflow_id, team=context.team))


def listed(
    context: Context, workflow: str, *, state: ImprovementState = ImprovementState.DRAFT
) -> list[ImprovementView]:
    """Return the improvements of a workflow in a state, newest first."""
    with context.database.read() as session:
        row = teams.find_workflow(session, team=context.team, name=workflow)
        if row is None:
            return []
        found = improvements.of_workflow(session, team=context.team, workflow=row, states=(state,), limit=MOST)
        return [_view(session, one, workflow) for one in found]


def _view(session: Session, row: schema.Improvement, workflow: str) -> ImprovementView:
    facts: dict[str, Any] = row.facts  # Any: plain values, as `finding` keeps them
    return ImprovementView(
        id=row.id,
        workflow=workflow,
        kind=ImprovementKind(row.kind),
        state=row.state,
        change=row.change,
        conditions=[Condition(**one) for one in facts["conditions"]],
        output=facts["output"],
        became=facts["became"],
        errors=facts["errors"],
        of=facts["of"],
        elsewhere_errors=facts["elsewhere_errors"],
        elsewhere=facts["elsewhere"],
        cases=row.cases,
        examples=improvements.candidates_of(session, row.cases, team=row.team_id),
        found_at=row.found_at,
    )
