"""The sealer: makes seals of audit rows within seconds, beside the work and never in its transactions.

Each serving process has one. A look reads and hashes in reading transactions, and adds a seal by one insert; where two
processes make the same seal, the unique number keeps one of them. A process that ends anywhere leaves either a whole
seal or none, and the next look goes on after the last.

A row is sealed once every row with a lower id is visible or never will be. On SQLite that is so for each row that can
be seen. On PostgreSQL a look notes the newest row that can be seen, and then draws a transaction's id: whoever drew
a lower number for a row has a lower one. Once all transactions below it are over, nothing can appear below that row.
"""

import time
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store.db import failpoints, snapshots
from store.db.failpoints import Failpoint
from store.governance import audit, seals
from store.governance.seals import FIRST, SealHead
from workflows.engine.context import Context
from workflows.engine.proof.audit_form import form_of, leaf
from workflows.engine.proof.chain import MOST_ROWS, NOTHING_BEFORE, SealRecord, head_of, packed_ids
from workflows.engine.proof.kept import moment, record_of
from workflows.engine.proof.keys import SigningKey
from workflows.engine.proof.merkle import root_of

_PAUSE = 0.1
"""Seconds between two looks, where somebody waits for the seals."""
AT_ONCE = 8
"""Most seals of one look, so that a database with a year of rows is sealed beside the work and not before it."""


@dataclass(frozen=True, kw_only=True)
class _Horizon:
    """The newest row that could be seen, and the transactions that may still add older ones."""

    row: int
    transaction: int | None
    """The first transaction after all that may; None where one writes at a time."""


class Sealer:
    """The sealer of a process."""

    def __init__(self, context: Context, key: SigningKey | None) -> None:
        """Seal the rows of the context's team. `key`: signs the heads; None: they are not signed."""
        self._context = context
        self._key = key
        self._key_id = key.public.id if key is not None else None
        self._horizon: _Horizon | None = None
        self._settled = FIRST
        """Row up to which every row is visible, or never will be."""

    def look(self, *, at_most: int = AT_ONCE) -> int:
        """Make the seals that are due, at most so many; returns their number. Raise `store.db.database.Unavailable`."""
        try:
            made = 0
            while made < at_most:
                rows = self._seal()
                made += 1 if rows else 0
                if rows < MOST_ROWS:
                    # What came meanwhile is for the next look: a seal for every few rows would be all overhead.
                    break
        except Exception:
            # A server that was lost may come back without what it had promised: nothing is known of it any more.
            self._horizon, self._settled = None, FIRST
            raise
        return made

    def seal_all(self, *, patience: float) -> int:
        """Seal all rows that there are; returns the number of seals made. `patience`: seconds to wait for transactions
        that are open. Raise `store.db.database.Unavailable`.
        """
        team, made, until = self._context.team, 0, time.monotonic() + patience
        with self._context.database.read() as session:
            wanted = audit.last_id(session, team=team)
        while True:
            made += self.look()
            with self._context.database.read() as session:
                if seals.last_row(session, team=team) >= wanted:
                    return made
            if self._horizon is not None:
                if time.monotonic() >= until:
                    return made
                time.sleep(_PAUSE)

    def _seal(self) -> int:
        """Make the next seal; returns the number of its rows, 0 where none are due or another process was faster."""
        context = self._context
        with context.database.read() as session:
            last = seals.newest(session, team=context.team)
            after = last.last_row if last is not None else FIRST
            self._settle(session, after)
        # A snapshot of its own: what ended since the horizon was noted is in this one.
        with context.database.read() as session:
            self._look_whether_settled(session)
            if self._settled <= after:
                return 0
            found = seals.rows_after(session, team=context.team, row=after, until=self._settled, limit=MOST_ROWS)
        if not found:
            return 0
        rows = [record_of(context.team, raw) for raw in found]
        leaves = [leaf(form_of(row)) for row in rows]
        return len(rows) if self._add(last, [row.id for row in rows], leaves) else 0

    def _settle(self, session: Session, after: int) -> None:
        """Note a horizon where there are rows beyond what is settled. The row is read before the transaction."""
        if self._horizon is None:
            row = audit.last_id(session, team=self._context.team)
            if row > max(after, self._settled):
                self._horizon = _Horizon(row=row, transaction=snapshots.next_transaction(session))

    def _look_whether_settled(self, session: Session) -> None:
        if self._horizon is not None and snapshots.are_over(session, self._horizon.transaction):
            self._settled, self._horizon = self._horizon.row, None

    def _add(self, last: SealHead | None, ids: list[int], leaves: list[bytes]) -> bool:
        context, at = self._context, self._context.clock()
        seal = SealRecord(
            team=context.team,
            number=last.number + 1 if last is not None else 1,
            previous=last.head if last is not None else NOTHING_BEFORE,
            count=len(ids),
            last_row=ids[-1],
            root=root_of(leaves).hex(),
            sealed_at=moment(at),
            row_ids=ids,
            leaves=leaves,
            head="",
            key_id=self._key_id,
            signature=None,
        )
        head = head_of(seal)
        failpoints.before(Failpoint.SEAL, str(seal.number))
        with context.database.write() as session:
            added = seals.add(
                session,
                team=seal.team,
                number=seal.number,
                previous=seal.previous,
                count=seal.count,
                last_row=seal.last_row,
                row_ids=packed_ids(ids),
                leaves=b"".join(leaves),
                root=seal.root,
                sealed_at=at,
                head=head,
                key_id=self._key_id,
                signature=self._key.sign(head) if self._key is not None else None,
            )
        failpoints.after(Failpoint.SEAL, str(seal.number))
        return added
