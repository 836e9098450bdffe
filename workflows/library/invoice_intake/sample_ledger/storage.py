"""The file of the ledger: it keeps the changes, and nothing that could contradict them."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from workflows.library.sample_server.file import File, KeyReused

from .bookings import Booking, Change, Invoice, Receipt, Rejection, body_hash, body_of, content_of
from .suppliers import key_of

SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS changes (
    number    INTEGER PRIMARY KEY,
    key       TEXT NOT NULL UNIQUE,
    invoice   TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    at        TEXT NOT NULL,
    receipt   TEXT NOT NULL GENERATED ALWAYS AS (printf('LG-%06d', number)) STORED,
    body      TEXT NOT NULL,
    booked_as TEXT
);
CREATE INDEX IF NOT EXISTS changes_of_an_invoice ON changes (invoice);
CREATE INDEX IF NOT EXISTS changes_by_what_was_booked ON changes (booked_as);
COMMIT;
"""

_LATEST = "number = (SELECT max(number) FROM changes AS later WHERE later.invoice = changes.invoice)"


class Ledger:
    """The invoices of one ledger, kept in one SQLite file, which is made if it does not exist.

    Raise `sqlite3.DatabaseError` if the file is something else, `sqlite3.OperationalError` if it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._file = File(path, SCHEMA)

    def apply(self, invoice: str, content: Booking | Rejection, *, key: str, at: datetime) -> Receipt:
        """Apply a change to an invoice, or recall the receipt if this key applied the very same one before.

        Raise `KeyReused` if the key belongs to another invoice or another content, `sqlite3.OperationalError` if the
        file stays locked or cannot be written. In both cases nothing is applied.
        """
        booked_as = _mark(content.supplier, content.number) if isinstance(content, Booking) else None
        with self._file.writing() as connection:
            inserted = connection.execute(
                "INSERT INTO changes (key, invoice, body_hash, at, body, booked_as) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (key) DO NOTHING",
                (key, invoice, body_hash(content), at.astimezone(UTC).isoformat(), body_of(content), booked_as),
            )
            kept = connection.execute(
                "SELECT receipt, invoice, body_hash FROM changes WHERE key = ?", (key,)
            ).fetchone()
            if (kept["invoice"], kept["body_hash"]) != (invoice, body_hash(content)):
                raise KeyReused
            return Receipt(receipt=kept["receipt"], invoice=invoice, replayed=inserted.rowcount == 0)

    def booked(self, supplier: str, number: str, *, but: str) -> str | None:
        """Return the receipt under which a supplier's invoice is booked. `but`: an invoice that does not count."""
        with self._file.reading() as connection:
            found = connection.execute(
                f"SELECT receipt FROM changes WHERE booked_as = ? AND invoice <> ? AND {_LATEST}",  # noqa: S608  # ours
                (_mark(supplier, number), but),
            ).fetchone()
            return None if found is None else str(found["receipt"])

    def alike(self, supplier: str, *, date: str, total: str, but: str) -> str | None:
        """Return the receipt of another invoice of a supplier that is booked with this date and total."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT receipt, body FROM changes WHERE booked_as >= ? AND booked_as < ? AND invoice <> ?"  # noqa: S608  # ours
                f" AND {_LATEST} ORDER BY number",
                (f"{key_of(supplier)}/", f"{key_of(supplier)}0", but),
            )
            for row in rows:
                content = content_of(row["body"])
                if isinstance(content, Booking) and content.date == date and Decimal(content.total) == Decimal(total):
                    return str(row["receipt"])
            return None

    def invoice(self, invoice: str) -> Invoice | None:
        """Return one invoice; None if nothing ever happened to it."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT * FROM changes WHERE invoice = ? ORDER BY number DESC", (invoice,))
            return next(iter(_invoices(rows)), None)

    def invoices(self, limit: int) -> list[Invoice]:
        """Return at most `limit` invoices, the one that changed last first."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT changes.*, last FROM changes JOIN"
                " (SELECT invoice AS which, max(number) AS last FROM changes"
                "  GROUP BY invoice ORDER BY last DESC LIMIT ?)"
                " ON invoice = which ORDER BY last DESC, number DESC",
                (limit,),
            )
            return _invoices(rows)


def _mark(supplier: str, number: str) -> str:
    return f"{key_of(supplier)}/{key_of(number)}"


def _invoices(rows: Iterable[sqlite3.Row]) -> list[Invoice]:
    """Return the invoices of rows that are grouped by invoice."""
    return [
        Invoice(invoice=invoice, history=tuple(map(_change, changes)))
        for invoice, changes in groupby(rows, key=lambda row: str(row["invoice"]))
    ]


def _change(row: sqlite3.Row) -> Change:
    return Change(
        receipt=row["receipt"], key=row["key"], at=datetime.fromisoformat(row["at"]), content=content_of(row["body"])
    )
