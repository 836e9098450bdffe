"""The share of its cases that a workflow looks at: read, and set by who answers for it."""

import math

from sqlalchemy.orm import Session

from store.cases import scope_shares, workflow_pauses
from store.governance import audit
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.propose.narrow_launch import ShareView, share_in_force

SHARE_CHANGED = "workflow.share_changed"
"""The audit's word for another share."""


def share_view(context: Context, workflow: str) -> ShareView:
    """Return the share of a workflow. Raise `Unknown`."""
    context.registry.get(workflow)
    with context.database.read() as session:
        return share_in(session, context, workflow)


def share_in(session: Session, context: Context, workflow: str) -> ShareView:
    """Return the share of a workflow that is known here."""
    declared = context.registry.get(workflow).scope_share
    kept = scope_shares.of_name(session, workflow, team=context.team)
    share = share_in_force(declared, chosen=kept.chosen if kept is not None else None)
    return ShareView(workflow=workflow, row=kept.row if kept is not None else None, share=share, declared=declared)


def workflow_of_row(context: Context, row: int) -> str:
    """Return the name of a workflow by its row. Raise `Unknown`."""
    with context.database.read() as session:
        kept = scope_shares.of_row(session, row, team=context.team)
    if kept is None:
        raise Unknown("there is no such workflow")
    return kept.workflow


def choose_share(context: Context, workflow: str, share: float, *, by: str, shown: int | None = None) -> ShareView:
    """Have a workflow look at another share of its cases, larger or smaller; 1 for all. It holds from the next case on.

    `shown`: version of the share that the person saw; None for any. Raise `Unknown`, `Refused` for no share, or `Stale`
    where it is another one by now.
    """
    if not (math.isfinite(share) and 0 < share <= 1):
        raise Refused(f"a share of the cases is above 0 and at most 1 (100%), not {share:g}")
    declared = context.registry.get(workflow).scope_share
    with context.database.write(urgent=True) as session:
        row = workflow_pauses.row_of(session, team=context.team, name=workflow, at=context.clock())
        kept = scope_shares.of_row(session, row, team=context.team)
        assert kept is not None
        before = share_in_force(declared, chosen=kept.chosen)
        view = ShareView(workflow=workflow, row=row, share=before, declared=declared)
        if shown is not None and view.version != shown:
            raise Stale(f"{workflow} looks at {view.version / 100:g}% of its cases by now")
        now = share_in_force(declared, chosen=share)
        if now == before:
            return view
        if not scope_shares.choose(session, row, team=context.team, seen=kept.chosen, share=share):
            raise Stale(f"somebody has just changed how many cases {workflow} looks at")
        audit.record(
            session,
            team=context.team,
            at=context.clock(),
            actor=by,
            action=SHARE_CHANGED,
            subject=SubjectKind.WORKFLOW.of(row),
            case=None,
            details={"from": f"{1 if before is None else before:g}", "to": f"{share:g}"},
        )
    return ShareView(workflow=workflow, row=row, share=now, declared=declared, before=before, changed=True)
