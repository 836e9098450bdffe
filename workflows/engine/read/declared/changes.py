"""Changes of terms: what a workflow began to do otherwise, when, and who signed it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store import schema
from store.governance import teams
from store.governance import terms as kept
from workflows.engine.context import Context
from workflows.engine.declare.charter import SHORT
from workflows.engine.declare.review import LAPSES
from workflows.engine.errors import Unknown
from workflows.engine.read.declared.change_views import ChangesView, PartChange, TermsChange
from workflows.engine.read.declared.charters import signature_of

LIMIT = 20
"""Changes that are shown at once."""


def changes_view(context: Context, workflow: str | None, *, limit: int = LIMIT) -> ChangesView:
    """Return the newest changes of a workflow's terms, or of all. Raise `Unknown` for a name that nothing has."""
    team = context.team
    with context.database.read() as session:
        if workflow is not None and teams.find_workflow(session, team=team, name=workflow) is None:
            context.registry.get(workflow)
        found = kept.of_workflows(session, team=team, workflow=workflow, limit=limit)
        before = _before(session, [row for _, row in found], team=team)
        newest = {name: row.id for name, row in reversed(found)}
        shown = [
            _change(context, name, row, before.get(row.id), is_newest=newest[name] == row.id) for name, row in found
        ]
        return ChangesView(workflow=workflow, shown=shown, all=kept.count(session, team=team, workflow=workflow))


def terms_note(context: Context, terms: int) -> TermsChange:
    """Return what the terms of this row changed. Raise `Unknown`."""
    with context.database.read() as session:
        row = kept.get(session, terms, team=context.team)
        if row is None:
            raise Unknown(f"there are no terms {terms}")
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
        newest = kept.newest(session, team=context.team, workflow=name)
        before = _before(session, [row], team=context.team).get(row.id)
        return _change(context, name, row, before, is_newest=newest is None or newest.id == row.id)


def named_by_terms(context: Context, terms: int) -> str:
    """Return the workflow whose terms stand in this row. Raise `Unknown`."""
    return terms_note(context, terms).workflow


def _before(session: Session, terms: Sequence[schema.TermsRow], *, team: int) -> dict[int, schema.TermsRow]:
    """Return the terms before each of these, by the id of its row."""
    places = {(row.workflow_id, row.number): row for row in kept.before(session, terms, team=team)}
    found = {row.id: places.get((row.workflow_id, row.number - 1)) for row in terms}
    return {row: before for row, before in found.items() if before is not None}


def _change(
    context: Context, name: str, row: schema.TermsRow, before: schema.TermsRow | None, *, is_newest: bool
) -> TermsChange:
    old = before.parts if before is not None else {}
    parts = [*row.parts, *(part for part in old if part not in row.parts)] if before is not None else []
    changes = [
        PartChange(name=part, old=old.get(part), new=row.parts.get(part))
        for part in parts
        if old.get(part) != row.parts.get(part)
    ]
    known = context.registry.get(name) if name in context.registry else None
    return TermsChange(
        workflow=name,
        owner=known.owner if known is not None else None,
        goes_alone=any(row.parts.get(one) is not None for one in ("floor", "promise"))
        or row.parts.get("on expiry") in LAPSES,
        number=row.number,
        version=row.version[:SHORT],
        at=row.seen_at,
        is_first=before is None,
        is_newest=is_newest,
        changes=changes,
        widens=[str(part) for part in row.widens],
        signature=signature_of(row),
    )
