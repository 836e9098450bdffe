"""The figures of the daily message with the head of the sealed audit."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from workflows.engine.digests.scope import Scope
from workflows.engine.digests.seals.views import SealFigures
from workflows.engine.proof.seal_status import status_in

Cell = str | int | float | datetime | None


def gather(session: Session, scope: Scope) -> SealFigures:
    """Return the state of the sealing."""
    return SealFigures(status=status_in(session, team=scope.team, at=scope.at))


def records(figures: SealFigures) -> Sequence[Mapping[str, Cell]]:
    """Return the state as a table of one line."""
    status, newest = figures.status, figures.status.newest
    return [
        {
            "seal": newest.number if newest is not None else 0,
            "head": newest.head if newest is not None else None,
            "last_row": newest.last_row if newest is not None else None,
            "sealed_at": newest.sealed_at if newest is not None else None,
            "key": newest.key_id if newest is not None else None,
            "unsealed": status.unsealed,
            "oldest_unsealed_seconds": status.oldest.total_seconds() if status.oldest is not None else None,
        }
    ]
