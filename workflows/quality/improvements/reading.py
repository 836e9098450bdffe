"""Improvements as somebody looks at them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.governance import teams
from store.learning import improvements
from store.states import ImprovementState
from workflows.engine.context import Context
from workflows.engine.errors import Unknown
from workflows.quality.improvements.conditions import Condition
from workflows.quality.improvements.views import ImprovementKind, ImprovementsView, ImprovementView

MOST = 200
"""Improvements of a workflow that are listed."""
SHOWN, SHOWN_TAKEN = 5, 3
"""Those that are shown together with their buttons, and those that somebody took."""


def view_of(context: Context, improvement: int) -> ImprovementView:
    """Return an improvement. Raise `Unknown`."""
    with context.database.read() as session:
        row = improvements.get(session, improvement, team=context.team)
        if row is None:
            raise Unknown(f"there is no improvement {improvement}")
        return _views(session, [row], teams.workflow_name(session, row.workflow_id, team=context.team))[0]


def numbered(context: Context, workflow: str, number: int) -> ImprovementView:
    """Return an improvement of a workflow. Raise `Unknown`, where it is one of another workflow too."""
    try:
        view = view_of(context, number)
    except Unknown:
        view = None
    if view is None or view.workflow != workflow:
        raise Unknown(f"{workflow} has no improvement {number}; see countersign improvements list {workflow}")
    return view


def listed(
    context: Context, workflow: str, *, state: ImprovementState = ImprovementState.DRAFT, limit: int = MOST
) -> list[ImprovementView]:
    """Return the improvements of a workflow in a state, newest first."""
    with context.database.read() as session:
        row = teams.find_workflow(session, team=context.team, name=workflow)
        if row is None:
            return []
        found = improvements.of_workflow(session, team=context.team, workflow=row, states=(state,), limit=limit)
        return _views(session, found, workflow)


def waiting(context: Context, workflow: str) -> ImprovementsView:
    """Return the improvements of a workflow with which somebody has to do something still."""
    drafts = listed(context, workflow)
    return ImprovementsView(
        workflow=workflow,
        waiting=drafts[:SHOWN],
        more=max(0, len(drafts) - SHOWN),
        taken=listed(context, workflow, state=ImprovementState.TAKEN, limit=SHOWN_TAKEN),
        generation=context.restores.number,
    )


def found_note(context: Context, workflow: int, about: Mapping[str, str]) -> ImprovementsView | None:
    """Return the news for an owner; None where none of those that were found waits any more.

    `about`: the facts of the note. Raise `Unknown`.
    """
    with context.database.read() as session:
        name = teams.workflow_name(session, workflow, team=context.team)
    view, found = waiting(context, context.registry.get(name).name), set(map(int, about["improvements"].split(",")))
    return view if any(one.id in found for one in view.waiting) else None


def _views(session: Session, rows: Sequence[schema.Improvement], workflow: str) -> list[ImprovementView]:
    if not rows:
        return []
    team = rows[0].team_id
    drafts = [row for row in rows if row.kind == ImprovementKind.EXAMPLES]
    cases = {case for row in drafts for case in row.cases}
    candidates = improvements.candidates_of(session, cases, team=team) if cases else {}
    carried = improvements.carriers(session, [row.id for row in rows], team=team)
    return [_view(row, workflow, candidates, carried.get(row.id)) for row in rows]


def _view(
    row: schema.Improvement, workflow: str, candidates: Mapping[int, int], carried_by: int | None
) -> ImprovementView:
    facts: dict[str, Any] = row.facts  # Any: plain values, as `finding` keeps them
    own = set(row.cases)
    return ImprovementView(
        id=row.id,
        workflow=workflow,
        kind=ImprovementKind(row.kind),
        state=row.state,
        change=row.change,
        conditions=[Condition(**one) for one in facts["conditions"]],
        output=facts["output"],
        reason=facts.get("reason"),
        became=facts["became"],
        errors=facts["errors"],
        of=facts["of"],
        elsewhere_errors=facts["elsewhere_errors"],
        elsewhere=facts["elsewhere"],
        cases=row.cases,
        examples=[candidate for candidate, case in candidates.items() if case in own],
        found_at=row.found_at,
        draft=row.text,
        carried_by=carried_by,
    )
