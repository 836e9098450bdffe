"""Transactions that are over, for a reader that goes along rows in the order of their numbers.

On PostgreSQL a row gets its number before its transaction is committed, so a row with a lower number may appear after
one with a higher number. SQLite has one transaction at a time that writes, so there is nothing to wait for.

Three things make it certain that nothing is missed. A row of the audit draws its number only after its transaction has
drawn an id (the default of its column says so). Whoever reads a number asks for the next transaction afterwards, so
each transaction that drew a lower number has a lower id. And that next id is drawn, not read: the xmax of a snapshot is
the one after the last transaction that ended, and one that is still open may be above it.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from store.db.statements import connection_of

_NEXT = text("SELECT pg_current_xact_id()::text::bigint")
_OLDEST = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def next_transaction(session: Session) -> int | None:
    """Return an id that is greater than that of each transaction that has one; None where one writes at a time.

    It is drawn for this transaction, which writes nothing else for that.
    """
    if connection_of(session).dialect.name == "sqlite":
        return None
    number: int = session.scalars(_NEXT).one()
    return number


def are_over(session: Session, before: int | None) -> bool:
    """Tell whether all transactions before this one had ended when this session's snapshot was taken.

    All that they committed is in it then. Those of other databases of the server count, and prepared ones.
    """
    return before is None or session.scalars(_OLDEST).one() >= before
