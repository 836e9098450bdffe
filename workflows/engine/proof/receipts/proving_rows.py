"""The audit rows on which receipts rest, kept beside while an export is read: its receipts come after its rows.

They go into a database of SQLite's own that has no name: it is in memory as long as it is small, on disk beyond that,
and gone with its connection. So what is held in memory does not grow with the export.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from workflows.engine.proof.receipts.rows import APPLIED, ProvingRow

_AT_ONCE = 5_000
"""Rows that are written together."""
_ASKED = 500
"""Rows of one question."""
_GREATEST = 2**63 - 1
_TABLE = """
CREATE TABLE kept (
    id INTEGER PRIMARY KEY, case_id INTEGER, at TEXT, actor TEXT, action TEXT, details TEXT, named INTEGER DEFAULT 0
)
"""


@dataclass(kw_only=True)
class ProvingRows:
    """Rows by their number."""

    first: int | None = None
    """Number of the first sealed row of the export; None before there is one."""
    last: int = -1
    """Number of its last sealed row."""
    _new: list[tuple[object, ...]] = field(default_factory=list)
    _kept: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect("", isolation_level=None))

    def __post_init__(self) -> None:
        """Make the table. It is never read after a crash, so nothing of it needs a journal."""
        self._kept.execute("PRAGMA journal_mode = OFF")
        self._kept.execute(_TABLE)

    def close(self) -> None:
        """Forget all."""
        self._kept.close()

    def covers(self, id: int) -> bool:
        """Tell whether a row with this number would be among the sealed ones."""
        return self.first is not None and self.first <= id <= self.last

    def sealed(self, id: int) -> None:
        """Note the number of a sealed row."""
        self.first = id if self.first is None else self.first
        self.last = max(self.last, id)

    def add(self, row: ProvingRow) -> None:
        """Keep a row. One that comes twice is kept as it came first: the way along the rows names it."""
        if abs(row.id) > _GREATEST or abs(row.case) > _GREATEST:
            return
        self._new.append((row.id, row.case, row.at, row.actor, row.action, json.dumps(row.details)))
        if len(self._new) >= _AT_ONCE:
            self._write()

    def _write(self) -> None:
        # Texts from a file may hold half a character, which SQLite does not take; no row of ours does.
        rows = [row for row in self._new if all(not isinstance(one, str) or _is_text(one) for one in row)]
        self._new.clear()
        self._kept.execute("BEGIN")
        self._kept.executemany(
            "INSERT OR IGNORE INTO kept (id, case_id, at, actor, action, details) VALUES (?, ?, ?, ?, ?, ?)", rows
        )
        self._kept.execute("COMMIT")

    def of(self, ids: Collection[int], *, case: int) -> Mapping[int, ProvingRow]:
        """Return those of these rows that are there, and note those of this case as named by its receipt."""
        if self._new:
            self._write()
        wanted, found = sorted(id for id in ids if abs(id) <= _GREATEST), dict[int, ProvingRow]()
        for place in range(0, len(wanted), _ASKED):
            some = wanted[place : place + _ASKED]
            marks = ",".join("?" * len(some))
            query = f"SELECT id, case_id, at, actor, action, details FROM kept WHERE id IN ({marks})"  # noqa: S608  # marks alone
            for id, of, at, actor, action, details in self._kept.execute(query, some):
                row = ProvingRow(id=id, case=of, at=at, actor=actor, action=action, details=json.loads(details))
                found[id] = row
        applied = [(id,) for id, row in found.items() if row.case == case and row.action == APPLIED]
        self._kept.executemany("UPDATE kept SET named = 1 WHERE id = ?", applied)
        return found

    def unnamed(self) -> tuple[int, int] | None:
        """Return case and number of the first row of a delivery that no receipt named; None where there is none."""
        if self._new:
            self._write()
        query = "SELECT case_id, id FROM kept WHERE action = ? AND named = 0 ORDER BY case_id, id LIMIT 1"
        found: tuple[int, int] | None = self._kept.execute(query, (APPLIED,)).fetchone()
        return found


def _is_text(said: str) -> bool:
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True
