"""Transactions that are over, for a reader that goes along rows in the order of their numbers.

On PostgreSQL a row gets its number before its transaction is committed, so a row with a lower number may appear after
one with a higher number. SQLite has one transaction at a time that writes, so there is nothing to wait for.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from store.db.statements import connection_of

_NEXT = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
_OLDEST = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def next_transaction(session: Session) -> int | None:
    """Return the number of the first transaction that has written nothing yet; None where one writes at a time."""
    if connection_of(session).dialect.name == "sqlite":
        return None
    number: int = session.scalars(_NEXT).one()
    return number


def are_over(session: Session, before: int | None) -> bool:
    """Tell whether all transactions before this one have ended, so that their rows can be seen."""
    return before is None or session.scalars(_OLDEST).one() >= before
