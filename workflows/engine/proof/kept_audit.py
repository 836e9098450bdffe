"""The audit of the database, as something to verify."""

from collections.abc import Iterator, Sequence
from functools import partial

from store.db.database import Database
from store.governance import seals
from store.governance.seals import FIRST
from workflows.engine.context import Context
from workflows.engine.proof.audit_form import form_of, leaf
from workflows.engine.proof.chain import SealRecord
from workflows.engine.proof.comparison import FoundRow
from workflows.engine.proof.kept import LAST, Unreadable, audit_rows, kept_seals, record_of
from workflows.engine.proof.verification import Sealed, Trust, Wrong, verify
from workflows.engine.proof.views import Finding, FindingKind, Verdict

_MORE = 10_000
"""Most rows that are read beyond those that a seal names: the first one too many is among them."""


def verify_database(context: Context, trust: Trust) -> Verdict:
    """Verify the audit of the database. Raise `store.db.database.Unavailable`."""
    return verify(KeptAudit(context.database, team=context.team), trust)


class KeptAudit:
    """The audit of a team in the database. While it is read, `countersign serve` goes on sealing."""

    def __init__(self, database: Database, *, team: int) -> None:
        """Read nothing yet."""
        self._database = database
        self._team = team
        self._until: int | None = None
        """Number of the last seal when the tail was read: what was in the tail is sealed by those after it. None for no
        limit.
        """

    def tail(self) -> Iterator[FoundRow]:
        """Yield the rows that are not sealed yet."""
        with self._database.read() as session:
            last = seals.last_sealed(session, team=self._team)
        self._until = last.number
        return self.each_row(after=last.row)

    def sealed(self) -> Iterator[Sealed]:
        """Yield the seals in their order, with their rows, up to the last one before the tail. Raise `Wrong`."""
        before = 0
        try:
            for seal in kept_seals(self._database, team=self._team):
                if self._until is not None and seal.number > self._until:
                    return
                yield Sealed(seal=seal, rows=partial(self._rows, seal))
                before = seal.number
        except Unreadable as error:
            raise Wrong(Finding(kind=FindingKind.SEAL_ALTERED, seal=before + 1, said=str(error))) from error

    def _rows(self, seal: SealRecord, after: int) -> Sequence[FoundRow]:
        with self._database.read() as session:
            found = seals.rows_after(session, team=self._team, row=after, until=seal.last_row, limit=seal.count + _MORE)
        return [_found(self._team, raw) for raw in found]

    def each_seal(self) -> Iterator[SealRecord]:
        """Yield the seals once more, up to one that cannot be read."""
        try:
            yield from kept_seals(self._database, team=self._team)
        except Unreadable:
            return

    def each_row(self, *, after: int = FIRST, until: int = LAST) -> Iterator[FoundRow]:
        """Yield the rows once more, sealed or not."""
        for record in audit_rows(self._database, team=self._team, after=after, until=until):
            yield FoundRow(id=record.id, leaf=leaf(form_of(record)), record=record)


def _found(team: int, raw: seals.Raw) -> FoundRow:
    record = record_of(team, raw)
    return FoundRow(id=record.id, leaf=leaf(form_of(record)), record=record)
