"""A35: each way to tamper with an audit of 100,000 rows is named with the first row, in a database and in an export."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from store.db.database import Database
from tests.integration.engine.proof.audits import (
    KEY,
    OTHER_KEY,
    Tampering,
    context_of,
    exported,
    fill,
    seal_all,
    sql,
    tamperings,
)
from workflows.engine.context import Context
from workflows.engine.proof.export_file import verify_export
from workflows.engine.proof.kept_audit import KeptAudit
from workflows.engine.proof.known_heads import KnownHead
from workflows.engine.proof.seal_status import seal_status
from workflows.engine.proof.verification import Trust, verify
from workflows.engine.proof.views import FindingKind

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROWS = 100_000
FEWER = 3_000
"""Rows for what goes along all of them again and again, in three seals."""
IN_A_SEAL, SEALS_MADE = 100, 25
"""Rows of each seal, and seals, for what is done to seals."""
TRUST = Trust(keys=[KEY.public], named=True)


def free_of(rows: int) -> int:
    """Return an id that no row has."""
    return rows * 6 // 10 + 1


@contextmanager
def sealed(url: str, rows: int, *, at_once: int | None = None) -> Iterator[Context]:
    """Make an audit of so many sealed rows for the block. `at_once`: rows of a seal; by default what fits."""
    database = Database(url)
    made = context_of(database)
    at_once = at_once or rows
    for first in range(1, rows + 1, at_once):
        fill(made, at_once, first=first, but=[free_of(rows)])
        seal_all(made)
    yield made
    database.close()


@pytest.fixture
def context(migrated_url: str) -> Iterator[Context]:
    """An audit of three seals, with all rows sealed."""
    with sealed(migrated_url, FEWER, at_once=FEWER // 3) as made:
        yield made


@contextmanager
def undone(context: Context, tampering: Tampering) -> Iterator[Context]:
    """Do it for the block, and undo it afterwards: the rows are kept beside for that."""
    with context.database.write() as session:
        session.execute(text("CREATE TABLE before AS SELECT * FROM audit"))
        tampering.does(session)
    yield context
    with context.database.write() as session:
        session.execute(text("DELETE FROM audit"))
        session.execute(text("INSERT INTO audit SELECT * FROM before"))
        session.execute(text("DROP TABLE before"))


def test_each_tampering_is_named_with_the_first_row_and_its_kind(context: Context, tmp_path: Path) -> None:
    """A35, in the database and in an export of what was tampered with."""
    missed = all_are_named(context, tamperings(FEWER, free=free_of(FEWER)), tmp_path)
    assert missed == {"edited", "reordered", "doubled"}, "the control: whoever counts rows misses these"


def test_some_of_them_are_named_among_a_hundred_thousand_rows(migrated_sqlite_url: str, tmp_path: Path) -> None:
    with sealed(migrated_sqlite_url, ROWS) as context:
        all_are_named(context, tamperings(ROWS, free=free_of(ROWS))[::6], tmp_path)


def all_are_named(context: Context, each: Sequence[Tampering], tmp_path: Path) -> set[str]:
    """Tamper in each way; returns the kinds of those that leave as many rows as there were."""
    missed = set[str]()
    for place, tampering in enumerate(each):
        with undone(context, tampering):
            in_database = verify(KeptAudit(context.database, team=context.team), TRUST)
            file = exported(context, tmp_path / f"{place}.jsonl")
            in_export = verify_export(file, TRUST)
            file.unlink()
            told = [(one.kind, one.row, one.other) for one in in_database.findings]
            assert told == [(tampering.kind, tampering.row, tampering.other)], tampering.name
            assert [(one.kind, one.row, one.other) for one in in_export.findings] == told, tampering.name
            if naive(context) is None:
                missed.add(tampering.kind)
    assert verify(KeptAudit(context.database, team=context.team), TRUST).is_right, "each was undone"
    return missed


def naive(context: Context) -> str | None:
    """Compare the number of rows with the number of those that were sealed."""
    with context.database.read() as session:
        there = session.execute(text("SELECT count(*) FROM audit WHERE action != 'audit.exported'")).scalar_one()
        sealed = session.execute(text("SELECT sum(count) FROM seals")).scalar_one()
    return None if there == sealed else f"{there} rows, {sealed} sealed"


SEALS = {
    "a seal in the midst is gone": (sql("DELETE FROM seals WHERE number = 9"), FindingKind.SEAL_REMOVED, 9),
    "the first seal is gone": (sql("DELETE FROM seals WHERE number = 1"), FindingKind.SEAL_REMOVED, 1),
    "a root is another one": (
        sql("UPDATE seals SET root = (SELECT root FROM seals WHERE number = 3) WHERE number = 9"),
        FindingKind.SEAL_ALTERED,
        9,
    ),
    "a head is another one": (
        sql("UPDATE seals SET head = (SELECT head FROM seals WHERE number = 3) WHERE number = 9"),
        FindingKind.SEAL_ALTERED,
        9,
    ),
    "the head before is another one": (
        sql("UPDATE seals SET previous = (SELECT head FROM seals WHERE number = 3) WHERE number = 9"),
        FindingKind.CHAIN_BROKEN,
        9,
    ),
    "a signature is another one": (
        sql("UPDATE seals SET signature = (SELECT signature FROM seals WHERE number = 3) WHERE number = 9"),
        FindingKind.BAD_SIGNATURE,
        9,
    ),
    "signatures at the end are gone": (
        sql("UPDATE seals SET signature = NULL, key_id = NULL WHERE number >= 20"),
        FindingKind.NOT_SIGNED,
        20,
    ),
}


def test_what_is_done_to_seals_is_named(migrated_url: str) -> None:
    """A35: the chain, as well as the rows."""
    with sealed(migrated_url, IN_A_SEAL * SEALS_MADE, at_once=IN_A_SEAL) as context:
        with context.database.write() as session:
            session.execute(text("CREATE TABLE before AS SELECT * FROM seals"))
        for name, (does, kind, seal) in SEALS.items():
            with context.database.write() as session:
                does(session)
            found = verify(KeptAudit(context.database, team=context.team), TRUST).findings
            assert [(one.kind, one.seal) for one in found] == [(kind, seal)], name
            with context.database.write() as session:
                session.execute(text("DELETE FROM seals"))
                session.execute(text("INSERT INTO seals SELECT * FROM before"))


def test_a_known_head_tells_that_the_newest_part_was_cut_off_or_all_was_written_anew(context: Context) -> None:
    """Without a key, and without a head from elsewhere, nobody could tell."""
    newest = seal_status(context).newest
    assert newest is not None
    known = Trust(heads=[KnownHead(number=newest.number, head=newest.head)])
    assert verify(KeptAudit(context.database, team=context.team), known).heads == 1
    cut = FEWER * 9 // 10
    with context.database.write() as session:
        sql(f"DELETE FROM audit WHERE id > {cut}", f"DELETE FROM seals WHERE last_row > {cut}")(session)
    audit = KeptAudit(context.database, team=context.team)
    assert [one.kind for one in verify(audit, known).findings] == [FindingKind.UNKNOWN_HEAD]
    with context.database.write() as session:
        sql("UPDATE audit SET actor = 'U0EVE' WHERE id = 5", "DELETE FROM seals")(session)
    seal_all(context, key=None)
    assert verify(audit, Trust()).is_right, "a chain that was written anew is right in itself"
    assert [one.kind for one in verify(audit, known).findings] == [FindingKind.UNKNOWN_HEAD]
    with context.database.write() as session:
        session.execute(text("DELETE FROM seals"))
    seal_all(context, key=OTHER_KEY)
    assert [one.kind for one in verify(audit, TRUST).findings] == [FindingKind.NOT_SIGNED]
