"""Reasons of rejections in people's own words. They may be about a case, so a digest only counts them."""

import json

from store.governance import teams
from store.quality import decided
from workflows.engine.case.kept_content import REMOVED
from workflows.engine.context import Context
from workflows.engine.digests.making import digest_view
from workflows.engine.digests.quality.views import QualityFigures, RejectionsView, RejectionView
from workflows.engine.errors import Unknown

_MOST = 500
"""Most rejections that are looked through."""
_SHOWN = 20
"""Most that are returned."""


def named_in(context: Context, digest: int, row: int) -> str:
    """Return the name of a workflow that a quality review tells of. Raise `Unknown`."""
    view = digest_view(context, digest)
    figures = view.figures
    names = {one.row: one.workflow for one in figures.workflows} if isinstance(figures, QualityFigures) else {}
    if row not in names:
        raise Unknown(f"digest {digest} tells nothing of that workflow")
    return names[row]


def rejections(context: Context, digest: int, row: int) -> RejectionsView:
    """Return the newest rejections of a workflow with a reason in a person's own words. The caller checks the right.

    Raise `Unknown`.
    """
    figures = digest_view(context, digest).figures
    assert isinstance(figures, QualityFigures)
    with context.database.read() as session:
        name = teams.workflow_name(session, row, team=context.team)
        lines = decided.rejections(
            session, team=context.team, since=figures.since, until=figures.until, limit=_MOST, workflow=row
        )
    presets = context.registry.get(name).review.reject_reasons
    said = [(one, json.loads(one.reason) if one.reason is not None else REMOVED) for one in lines]
    own = [(one, reason) for one, reason in said if reason not in presets]
    shown = [RejectionView(case=one.case, key=one.key, reason=reason, at=one.at) for one, reason in own[:_SHOWN]]
    return RejectionsView(workflow=name, rejections=shown, more=len(own) - len(shown))
