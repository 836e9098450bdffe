"""The state of the sealing: the newest head, and the rows that are not sealed yet."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store.governance import seals
from store.governance.seals import SealHead
from workflows.engine.context import Context
from workflows.engine.proof.views import COUNTED, HeadView, SealStatus

LATE = timedelta(minutes=1)
"""Age of a row that is not sealed from which on something is wrong: a sealer looks every few seconds."""


def seal_status(context: Context) -> SealStatus:
    """Return the state of the sealing. Raise `store.db.database.Unavailable`."""
    with context.database.read() as session:
        return status_in(session, team=context.team, at=context.clock())


def sealed_rows(context: Context) -> int:
    """Count all rows that were ever sealed. It reads every seal."""
    with context.database.read() as session:
        return seals.sealed_rows(session, team=context.team)


def status_in(session: Session, *, team: int, at: datetime) -> SealStatus:
    """Return the state of the sealing, within a reading transaction."""
    newest = seals.newest(session, team=team)
    left = seals.unsealed(session, team=team, at_most=COUNTED)
    return SealStatus(
        newest=head_view(newest) if newest is not None else None,
        unsealed=left.number,
        oldest=max(at - left.oldest, timedelta(0)) if left.oldest is not None else None,
    )


def head_view(seal: SealHead) -> HeadView:
    """Return the head of a seal."""
    return HeadView(
        number=seal.number, head=seal.head, last_row=seal.last_row, sealed_at=seal.sealed_at, key_id=seal.key_id
    )
