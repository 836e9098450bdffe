"""The file of the help desk, with its tickets and their changes."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from workflows.library.sample_server.file import File, KeyReused

from .changes import Change, Priority, Question, Queue, Receipt, Rejection, Status, Ticket, Triage, body_hash

SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS changes (
    number    INTEGER PRIMARY KEY,
    key       TEXT NOT NULL UNIQUE,
    ticket    INTEGER NOT NULL,
    body_hash TEXT NOT NULL,
    at        TEXT NOT NULL,
    receipt   TEXT NOT NULL GENERATED ALWAYS AS (printf('HD-%06d', number)) STORED,
    queue     TEXT,
    priority  TEXT,
    reply     TEXT,
    reason    TEXT,
    CHECK ((reason IS NULL) = (queue IS NOT NULL AND priority IS NOT NULL AND reply IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS changes_of_a_ticket ON changes (ticket);
CREATE TABLE IF NOT EXISTS tickets (
    ticket      INTEGER PRIMARY KEY,
    status      TEXT NOT NULL,
    queue       TEXT,
    priority    TEXT,
    reply       TEXT,
    reason      TEXT,
    last_change INTEGER NOT NULL UNIQUE REFERENCES changes (number)
);
CREATE TABLE IF NOT EXISTS questions (
    number  INTEGER PRIMARY KEY,
    key     TEXT NOT NULL UNIQUE,
    ticket  INTEGER NOT NULL,
    at      TEXT NOT NULL,
    receipt TEXT NOT NULL GENERATED ALWAYS AS (printf('HD-Q%05d', number)) STORED,
    text    TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS questions_of_a_ticket ON questions (ticket);
COMMIT;
"""


class HelpDesk:
    """The tickets of one help desk, kept in one SQLite file, which is made if it does not exist.

    Raise `sqlite3.DatabaseError` if the file is something else, `sqlite3.OperationalError` if it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._file = File(path, SCHEMA)

    def apply(self, ticket: int, content: Triage | Rejection, *, key: str, at: datetime) -> Receipt:
        """Apply a change to a ticket, or recall the receipt if this key applied the very same one before.

        Raise `KeyReused` if the key belongs to another ticket or another content, `sqlite3.OperationalError` if the
        file stays locked for `BUSY_SECONDS` or cannot be written. In both cases nothing is applied.
        """
        with self._file.writing() as connection:
            applied = _insert_change(connection, ticket, content, key=key, at=at)
            kept = connection.execute(
                "SELECT number, receipt, ticket, body_hash FROM changes WHERE key = ?", (key,)
            ).fetchone()
            if (kept["ticket"], kept["body_hash"]) != (ticket, body_hash(content)):
                raise KeyReused
            if applied:
                _update_ticket(connection, ticket, content, number=kept["number"])
            return Receipt(receipt=kept["receipt"], ticket=ticket, replayed=not applied)

    def ask(self, ticket: int, text: str, *, key: str, at: datetime) -> Receipt:
        """Send the customer of a ticket a question, or recall the receipt if this key sent the very same one before.

        Raise `KeyReused` or `sqlite3.OperationalError` like `apply`.
        """
        with self._file.writing() as connection:
            sent = connection.execute(
                "INSERT INTO questions (key, ticket, at, text) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                (key, ticket, at.astimezone(UTC).isoformat(), text),
            )
            kept = connection.execute("SELECT receipt, ticket, text FROM questions WHERE key = ?", (key,)).fetchone()
            if (kept["ticket"], kept["text"]) != (ticket, text):
                raise KeyReused
            return Receipt(receipt=kept["receipt"], ticket=ticket, replayed=sent.rowcount == 0)

    def questions(self, *, limit: int, ticket: int | None = None) -> list[Question]:
        """Return at most `limit` questions to customers, newest first; `ticket`: of this ticket only."""
        with self._file.reading() as connection:
            found = connection.execute(
                "SELECT * FROM questions WHERE ticket = coalesce(?, ticket) ORDER BY number DESC LIMIT ?",
                (ticket, limit),
            )
            return [
                Question(
                    receipt=row["receipt"],
                    key=row["key"],
                    at=datetime.fromisoformat(row["at"]),
                    ticket=row["ticket"],
                    text=row["text"],
                )
                for row in found
            ]

    def ticket(self, ticket: int) -> Ticket | None:
        """Return one ticket; None if nothing ever happened to it."""
        with self._file.reading() as connection:
            tickets = connection.execute("SELECT * FROM tickets WHERE ticket = ?", (ticket,)).fetchall()
            changes = connection.execute("SELECT * FROM changes WHERE ticket = ? ORDER BY number DESC", (ticket,))
            return next(_with_history(tickets, changes), None)

    def tickets(self, limit: int) -> list[Ticket]:
        """Return at most `limit` tickets, the one that changed last first."""
        with self._file.reading() as connection:
            tickets = connection.execute("SELECT * FROM tickets ORDER BY last_change DESC LIMIT ?", (limit,)).fetchall()
            changes = connection.execute(
                "SELECT * FROM changes"
                " WHERE ticket IN (SELECT ticket FROM tickets ORDER BY last_change DESC LIMIT ?)"
                " ORDER BY ticket, number DESC",
                (limit,),
            )
            return list(_with_history(tickets, changes))


def _insert_change(
    connection: sqlite3.Connection, ticket: int, content: Triage | Rejection, *, key: str, at: datetime
) -> bool:
    """Insert a change, and tell whether its key was new."""
    queue, priority, reply, reason = _columns(content)
    inserted = connection.execute(
        "INSERT INTO changes (key, ticket, body_hash, at, queue, priority, reply, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        (key, ticket, body_hash(content), at.astimezone(UTC).isoformat(), queue, priority, reply, reason),
    )
    return inserted.rowcount == 1


def _update_ticket(connection: sqlite3.Connection, ticket: int, content: Triage | Rejection, *, number: int) -> None:
    # A rejection brings no queue, priority or reply: those of an earlier triage still hold.
    queue, priority, reply, reason = _columns(content)
    status = Status.TRIAGED if isinstance(content, Triage) else Status.LEFT_TO_PEOPLE
    connection.execute(
        "INSERT INTO tickets (ticket, status, queue, priority, reply, reason, last_change)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ticket) DO UPDATE SET status = excluded.status,"
        " queue = coalesce(excluded.queue, queue), priority = coalesce(excluded.priority, priority),"
        " reply = coalesce(excluded.reply, reply), reason = excluded.reason, last_change = excluded.last_change",
        (ticket, status, queue, priority, reply, reason, number),
    )


def _columns(content: Triage | Rejection) -> tuple[str | None, str | None, str | None, str | None]:
    if isinstance(content, Triage):
        return content.queue, content.priority, content.reply, None
    return None, None, None, content.reason


def _with_history(tickets: Iterable[sqlite3.Row], changes: Iterable[sqlite3.Row]) -> Iterator[Ticket]:
    """Yield the tickets in their own order. The changes come grouped by ticket."""
    histories = {ticket: tuple(map(_change, rows)) for ticket, rows in groupby(changes, key=lambda row: row["ticket"])}
    for row in tickets:
        yield Ticket(
            ticket=row["ticket"],
            status=Status(row["status"]),
            queue=Queue(row["queue"]) if row["queue"] else None,
            priority=Priority(row["priority"]) if row["priority"] else None,
            reply=row["reply"],
            reason=row["reason"],
            history=histories[row["ticket"]],
        )


def _change(row: sqlite3.Row) -> Change:
    content = (
        Triage(queue=Queue(row["queue"]), priority=Priority(row["priority"]), reply=row["reply"])
        if row["reason"] is None
        else Rejection(reason=row["reason"])
    )
    return Change(receipt=row["receipt"], key=row["key"], at=datetime.fromisoformat(row["at"]), content=content)
