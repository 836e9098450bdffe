"""Writes an export of the audit for some days: what an auditor asks for, to be verified without us.

It holds one seal at a time, and the number of each case. Nothing of a case's content is in an audit row, so nothing of
it is here.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from store.governance import audit, seals, teams
from store.governance.seals import FIRST
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.proof.audit_form import AuditRecord, form_of
from workflows.engine.proof.chain import SealRecord
from workflows.engine.proof.export_form import FORMAT, VERSION, Kind, line_of, row_line, seal_line
from workflows.engine.proof.kept import audit_rows, kept_seals, moment
from workflows.engine.proof.keys import PublicKey
from workflows.engine.proof.receipts.receipt import receipt_lines

Write = Callable[[bytes], object]
"""Writes a line."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """The extent of an export."""

    seals: int
    rows: int
    """Sealed rows; those of the seals at both ends that are of other days, too."""
    unsealed: int
    receipts: int


def export_audit(
    context: Context, write: Write, *, since: datetime, until: datetime, key: PublicKey | None, by: str
) -> Exported:
    """Write the audit from a time up to another, a line at a time, and record who exported it.

    A seal is whole or not there: all its rows are written where one of them is of these days. `key`: the public half of
    the key that signs now. Raise `workflows.engine.proof.kept.Unreadable` for a seal that holds what no seal has.
    """
    export = _Export(context, write, since=moment(since), until=moment(until))
    with context.database.write() as session:
        audit.record(
            session,
            team=context.team,
            at=context.clock(),
            actor=by,
            action="audit.exported",
            subject=SubjectKind.TEAM.of(context.team),
            case=None,
            details={"from": moment(since), "to": moment(until)},
        )
    with context.database.read() as session:
        restores = teams.restores(session, team=context.team)
        first = seals.first_since(session, team=context.team, at=since)
        name, last = teams.name_of(session, team=context.team), seals.last_row(session, team=context.team)
    export.line(
        Kind.HEADER,
        format=FORMAT,
        v=VERSION,
        team={"id": context.team, "name": name},
        since=moment(since),
        until=moment(until),
        made_at=moment(context.clock()),
        made_by=by,
        program=f"countersign {version('countersign-bot')}",
        public_key=key.text if key is not None else None,
        key_id=key.id if key is not None else None,
        first_seal=first,
        restored_at=moment(restores.at) if restores.at is not None else None,
    )
    if first is not None:
        export.sealed(first)
    export.unsealed(after=last)
    export.receipts()
    return export.end()


class _Export:
    """An export that is being written."""

    def __init__(self, context: Context, write: Write, *, since: str, until: str) -> None:
        self._context = context
        self._write = write
        self._since = since
        self._until = until
        self._lines = self._seals = self._rows = self._unsealed = self._receipts = 0
        self._actions: Counter[str] = Counter()
        self._cases: set[int] = set()
        """The cases that a row is about."""
        self._last_row = FIRST

    def line(self, kind: Kind, **values: object) -> None:
        """Write a line."""
        self._put(line_of(kind, **values))

    def _put(self, line: bytes) -> None:
        self._write(line + b"\n")
        self._lines += 1

    def sealed(self, first: int) -> None:
        """Write the seals from a number on, up to the first one whose rows are all later."""
        for seal in kept_seals(self._context.database, team=self._context.team, after=first - 1):
            rows = self._rows_of(seal)
            if rows and min(row.at for row in rows) >= self._until:
                return
            self._put(seal_line(seal))
            self._seals += 1
            for row in rows:
                self._row(row, seal.number)
            self._rows += len(rows)

    def _rows_of(self, seal: SealRecord) -> Sequence[AuditRecord]:
        """Return what stands in the place of a seal's rows, the rows that are too many with them."""
        after = self._last_row if self._seals else FIRST if seal.number == 1 else seal.row_ids[0] - 1
        found = list(audit_rows(self._context.database, team=self._context.team, after=after, until=seal.last_row))
        self._last_row = seal.last_row
        return found

    def _row(self, row: AuditRecord, seal: int | None) -> None:
        self._put(row_line(form_of(row), seal))
        if isinstance(row.case, int):
            self._cases.add(row.case)
        if self._since <= row.at < self._until:
            self._actions[str(row.action)] += 1

    def unsealed(self, *, after: int) -> None:
        """Write the rows of these days that are not sealed yet."""
        for row in audit_rows(self._context.database, team=self._context.team, after=max(after, self._last_row)):
            if self._since <= row.at < self._until:
                self._row(row, None)
                self._unsealed += 1
                self._last_row = row.id

    def receipts(self) -> None:
        """Write the receipts of all cases that a row is about."""
        for receipt in receipt_lines(self._context, sorted(self._cases)):
            self.line(Kind.RECEIPT, receipt=dict(receipt))
            self._receipts += 1

    def end(self) -> Exported:
        """Write the summary in words, and the end."""
        total = sum(self._actions.values())
        self.line(Kind.SUMMARY, text=f"{total:,} acts from {self._since} up to {self._until}")
        for action, number in sorted(self._actions.items()):
            self.line(Kind.SUMMARY, text=f"{number:,} times {action}")
        numbers = {"seals": self._seals, "rows": self._rows, "unsealed": self._unsealed, "receipts": self._receipts}
        self.line(Kind.END, lines=self._lines, **numbers)
        return Exported(**numbers)
