"""Audits to tamper with: many rows, made fast, sealed as the service seals them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from store.db import rows
from store.db.database import Database
from store.governance import teams
from store.schema import AuditRow
from tests.waiting import LONGEST
from tests.world import Clock
from workflows.engine.context import Context
from workflows.engine.declare.registry import Registry
from workflows.engine.proof.audit_export import export_audit
from workflows.engine.proof.keys import SigningKey
from workflows.engine.proof.sealer import Sealer

KEY = SigningKey(raw=bytes(range(32)))
OTHER_KEY = SigningKey(raw=bytes(range(1, 33)))
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_CHUNK = 5_000


def context_of(database: Database, clock: Clock | None = None) -> Context:
    """Return a context on a database without a case."""
    if clock is None:
        clock = Clock()
        clock.move(timedelta(days=10))
    with database.write() as session:
        team = teams.add_local_team(session, at=clock())
    return Context(database=database, registry=Registry(), clock=clock, team=team)


def fill(context: Context, number: int, *, first: int = 1, but: Collection[int] = ()) -> None:
    """Add audit rows with the ids from `first` on, a second apart. `but`: ids that stay free."""
    ids = [id for id in range(first, first + number) if id not in but]
    for place in range(0, len(ids), _CHUNK):
        with context.database.write() as session:
            rows.add_all(
                session,
                AuditRow,
                [
                    {
                        "id": id,
                        "at": NOON + timedelta(seconds=id),
                        "action": ("run.running", "run.waiting", "review.approved")[id % 3],
                        "subject_id": id,
                        "details": {"from": "ready", "version": id % 7, "key": f"ticket-{id}"},
                    }
                    for id in ids[place : place + _CHUNK]
                ],
                {"team_id": context.team, "actor": "U0MARIA", "subject_kind": "run", "case_id": None},
            )
    if context.database.dialect == "postgresql":
        with context.database.write() as session:
            session.execute(text("SELECT setval('audit_id_seq', (SELECT max(id) FROM audit))"))


def seal_all(context: Context, key: SigningKey | None = KEY) -> None:
    """Seal all rows."""
    # PostgreSQL's own upkeep may have a transaction open for a moment.
    Sealer(context, key).seal_all(patience=LONGEST)


def exported(context: Context, file: Path) -> Path:
    """Write an export of everything into a file."""
    span = {"since": NOON - timedelta(days=1), "until": NOON + timedelta(days=30)}
    later = replace(context, clock=lambda: context.clock() + timedelta(hours=1))
    with file.open("wb") as out:
        export_audit(later, out.write, **span, key=KEY.public, by="tester")
    return file


@dataclass(frozen=True, kw_only=True)
class Tampering:
    """Something that somebody does to the rows."""

    name: str
    does: Callable[[Session], object]
    kind: str
    row: int
    other: int | None = None


def sql(*statements: str) -> Callable[[Session], object]:
    """Return what runs these statements."""
    return lambda session: [session.execute(text(one)) for one in statements]


_COLUMNS = "team_id, at, actor, action, subject_kind, subject_id, case_id, details"


def copied(row: int, to: int) -> str:
    """Return the statement that copies a row to another id."""
    return f"INSERT INTO audit (id, {_COLUMNS}) SELECT {to}, {_COLUMNS} FROM audit WHERE id = {row}"


def tamperings(rows: int, *, free: int) -> list[Tampering]:
    """Return each tampering of A35 with what has to be named. `free`: an id without a row among the sealed ones."""
    middle, late = rows // 2, rows - rows // 10
    return [
        Tampering(
            name="an actor is another one",
            does=sql(f"UPDATE audit SET actor = 'U0EVE' WHERE id = {middle}"),
            kind="edited",
            row=middle,
        ),
        Tampering(
            name="a time is a microsecond later",
            does=sql(f"UPDATE audit SET at = (SELECT at FROM audit WHERE id = {late}) WHERE id = {middle}"),
            kind="edited",
            row=middle,
        ),
        Tampering(
            name="details hold another word",
            does=sql('UPDATE audit SET details = \'{"from": "open"}\' WHERE id = 7'),
            kind="edited",
            row=7,
        ),
        Tampering(name="a row is gone", does=sql(f"DELETE FROM audit WHERE id = {middle}"), kind="deleted", row=middle),
        Tampering(name="the first row is gone", does=sql("DELETE FROM audit WHERE id = 1"), kind="deleted", row=1),
        Tampering(
            name="the last row is gone", does=sql(f"DELETE FROM audit WHERE id = {rows}"), kind="deleted", row=rows
        ),
        Tampering(
            name="two rows have changed places",
            does=sql(
                f"UPDATE audit SET id = -1 WHERE id = {middle}",
                f"UPDATE audit SET id = {middle} WHERE id = {late}",
                f"UPDATE audit SET id = {late} WHERE id = -1",
            ),
            kind="reordered",
            row=middle,
            other=late,
        ),
        Tampering(
            name="a row has moved to the end",
            does=sql(f"UPDATE audit SET id = {rows + 900} WHERE id = {middle}"),
            kind="reordered",
            row=middle,
            other=rows + 900,
        ),
        Tampering(
            name="a row is put where none was",
            does=sql(copied(late, free), f"UPDATE audit SET actor = 'U0EVE', subject_id = 1 WHERE id = {free}"),
            kind="inserted",
            row=free,
        ),
        Tampering(
            name="a row is put before all others",
            does=sql(copied(late, 0), "UPDATE audit SET actor = 'U0EVE' WHERE id = 0"),
            kind="inserted",
            row=0,
        ),
        Tampering(name="a row is there twice", does=sql(copied(late, free)), kind="doubled", row=free, other=late),
        Tampering(
            name="a copy of a row is at the end",
            does=sql(copied(middle, rows + 500)),
            kind="doubled",
            row=rows + 500,
            other=middle,
        ),
        Tampering(
            name="a copy stands in place of another row",
            does=sql(f"DELETE FROM audit WHERE id = {middle}", copied(late, middle)),
            kind="doubled",
            row=middle,
            other=late,
        ),
    ]
