"""Sealing: each row once, none left out, whoever writes at the same time and wherever the sealer ends."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from store.db import failpoints
from store.db.database import Database
from store.db.failpoints import Failpoint, Side
from store.governance import audit, seals
from store.schema import AuditRow, Seal
from store.subjects import SubjectKind
from tests.integration.engine.proof.audits import KEY, context_of, fill, seal_all
from tests.waiting import wait_until
from workflows.engine.context import Context
from workflows.engine.proof.chain import MOST_ROWS, unpacked_ids
from workflows.engine.proof.comparison import FoundRow
from workflows.engine.proof.kept_audit import KeptAudit, verify_database
from workflows.engine.proof.seal_status import seal_status
from workflows.engine.proof.sealer import Sealer
from workflows.engine.proof.verification import Trust, verify

pytestmark = pytest.mark.slow


@pytest.fixture
def context(migrated_url: str) -> Iterator[Context]:
    """A database without an audit row, with room for 64 that write."""
    database = Database(migrated_url, connections=72)
    yield context_of(database)
    database.close()


@pytest.fixture
def on_postgresql(migrated_postgres_url: str) -> Iterator[Context]:
    """The same on PostgreSQL."""
    database = Database(migrated_postgres_url)
    yield context_of(database)
    database.close()


def record(session: Session, context: Context, number: int) -> None:
    """Add an audit row."""
    audit.record(
        session,
        team=context.team,
        at=datetime.now(UTC),
        actor="tester",
        action="run.running",
        subject=SubjectKind.RUN.of(number),
        case=None,
    )


def sealed_ids(context: Context) -> list[int]:
    """Return the ids that were sealed, in the order of the seals."""
    with context.database.read() as session:
        return [id for seal in session.query(Seal).order_by(Seal.number) for id in unpacked_ids(seal.row_ids)]


def kept_ids(context: Context) -> list[int]:
    """Return the ids of all rows."""
    with context.database.read() as session:
        return [row.id for row in session.query(AuditRow).order_by(AuditRow.id)]


def test_what_64_write_while_three_seal_is_sealed_once_each(context: Context) -> None:
    """Three sealers, as of three processes. Some writers roll back, as those do who lose a race."""
    writers, each = 64, 25
    done = threading.Event()
    until = [Sealer(context, KEY) for _ in range(3)]

    def write(number: int) -> None:
        for place in range(each):
            try:
                with context.database.write() as session:
                    record(session, context, number)
                    record(session, context, number)
                    if place % 5 == 4:
                        raise _RolledBackError
            except _RolledBackError:
                pass

    def seal(sealer: Sealer) -> None:
        while not done.is_set():
            sealer.look()

    with ThreadPoolExecutor(writers + len(until)) as threads:
        sealing = [threads.submit(seal, one) for one in until]
        for written in [threads.submit(write, number) for number in range(writers)]:
            written.result()
        done.set()
        for one in sealing:
            one.result()
    seal_all(context)
    kept = kept_ids(context)
    assert len(kept) == writers * (each - each // 5) * 2
    assert sealed_ids(context) == kept
    assert verify_database(context, Trust(keys=[KEY.public])).rows == len(kept)


class _RolledBackError(Exception):
    """A writer gives up."""


def test_a_row_with_a_lower_number_that_is_committed_later_is_waited_for(on_postgresql: Context) -> None:
    """The rows after it are not sealed meanwhile; their number grows and is shown. The control skips it."""
    context = on_postgresql
    fill(context, 10)
    seal_all(context)
    sealer, url = Sealer(context, KEY), context.database.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as slow:
        (low,) = slow.execute(
            "INSERT INTO audit (team_id, at, actor, action, subject_kind, subject_id, details)"
            " VALUES (%s, now(), 'slow', 'run.running', 'run', 1, '{}') RETURNING id",
            [context.team],
        ).fetchone() or (0,)
        grown = []
        for number in range(5):
            with context.database.write() as session:
                record(session, context, number)
            assert sealer.look() == 0
            grown.append(seal_status(context).unsealed)
        assert grown == [1, 2, 3, 4, 5]
        assert low < kept_ids(context)[-1]
        assert low not in naively_sealed(context), "the control: whoever seals what is visible leaves it out"
        slow.commit()
    seal_all(context)
    assert low in sealed_ids(context)
    assert sealed_ids(context) == kept_ids(context)
    assert seal_status(context).unsealed == 0


def naively_sealed(context: Context) -> list[int]:
    """Return what a sealer would seal that takes all that it sees, up to the newest."""
    with context.database.read() as session:
        last = seals.last_row(session, team=context.team)
        found = seals.rows_after(session, team=context.team, row=last, until=2**63 - 1, limit=MOST_ROWS)
    return [row[0] for row in found]


def test_a_transaction_that_is_above_the_xmax_of_a_snapshot_is_waited_for(on_postgresql: Context) -> None:
    """The xmax of a snapshot is the one after the last that ended; one that began since, and is open, is not below it.

    So whoever takes it for the next transaction seals beside an open one. The sealer draws an id instead.
    """
    context = on_postgresql
    with context.database.write() as session:
        record(session, context, 1)
    url = context.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as open_one:

        def seems_alone() -> bool:
            open_one.rollback()
            open_one.execute("SELECT pg_current_xact_id()")
            with context.database.read() as session:
                oldest, greatest = session.execute(
                    text("SELECT pg_snapshot_xmin(pg_current_snapshot()), pg_snapshot_xmax(pg_current_snapshot())")
                ).one()
            return int(oldest) >= int(greatest)

        # The control. PostgreSQL's own upkeep may have a transaction open for a moment.
        wait_until(seems_alone)
        assert Sealer(context, KEY).look() == 0
        open_one.rollback()
    seal_all(context)
    assert sealed_ids(context) == kept_ids(context)


def test_a_transaction_of_another_database_of_the_server_is_waited_for(on_postgresql: Context) -> None:
    """Transaction ids are the server's: what is open elsewhere delays a seal, and nothing is skipped."""
    context = on_postgresql
    fill(context, 3)
    url = context.database.engine.url.set(drivername="postgresql", database="postgres")
    server = url.render_as_string(hide_password=False)
    with psycopg.connect(server) as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        sealer = Sealer(context, KEY)
        assert sealer.look() == 0
        elsewhere.rollback()
    wait_until(sealer.look)


SEAMS = [(seam, side) for seam in (Failpoint.SEAL, Failpoint.COMMIT) for side in Side]


@pytest.mark.parametrize(("seam", "side"), SEAMS, ids=lambda one: str(one))
def test_a_sealer_that_ends_anywhere_leaves_a_whole_seal_or_none(context: Context, seam: Failpoint, side: Side) -> None:
    """The next one goes on after it: no row is lost or sealed twice."""
    fill(context, 3 * MOST_ROWS // 2)

    def ended(at: Failpoint, where: Side, _about: str) -> None:
        if (at, where) == (seam, side):
            raise _EndedError

    with failpoints.watched(ended), pytest.raises(_EndedError):
        seal_all(context)
    before = len(sealed_ids(context))
    assert before in (0, MOST_ROWS)
    seal_all(context)
    assert sealed_ids(context) == kept_ids(context)
    verdict = verify_database(context, Trust(keys=[KEY.public]))
    assert verdict.is_right
    assert verdict.seals == 2


class _EndedError(BaseException):
    """The process ends."""


def test_of_two_sealers_that_make_the_same_seal_one_is_kept(context: Context) -> None:
    """Both have read and hashed the same rows; the number of the seal is unique."""
    fill(context, 100)
    inner: list[int] = []

    def other(at: Failpoint, where: Side, _about: str) -> None:
        if (at, where) == (Failpoint.SEAL, Side.BEFORE) and not inner:
            inner.append(1)
            seal_all(context)

    with failpoints.watched(other):
        seal_all(context)
    assert inner
    assert sealed_ids(context) == kept_ids(context)


def test_a_long_backlog_is_sealed_a_part_at_a_time_and_a_chain_holds_it_together(context: Context) -> None:
    """A database of an earlier version has none of its rows sealed."""
    fill(context, 5 * MOST_ROWS)
    sealer = Sealer(context, None)
    wait_until(lambda: sealer.look(at_most=3) == 3)
    assert seal_status(context).unsealed == 2 * MOST_ROWS
    seal_all(context)
    with context.database.read() as session:
        chain = session.query(Seal).order_by(Seal.number).all()
    assert [one.number for one in chain] == [1, 2, 3, 4, 5]
    assert all(later.previous == earlier.head for earlier, later in pairwise(chain))
    assert {(one.key_id, one.signature) for one in chain[:3]} == {(None, None)}


def test_rows_that_are_dated_long_before_earlier_ones_are_counted(context: Context) -> None:
    """A copy of an old row that is added at the end is sealed like any other; its date gives it away."""
    fill(context, 5_000)
    seal_all(context)
    with context.database.write() as session:
        columns = "team_id, actor, action, subject_kind, subject_id, details, at"
        old = datetime(2025, 1, 1, tzinfo=UTC)
        assert old + timedelta(days=1) < context.clock()
        session.execute(
            text(
                f"INSERT INTO audit (id, {columns}) SELECT 9001, team_id, 'U0EVE', action, subject_kind, subject_id,"
                " details, '2025-01-01 00:00:00.000000' FROM audit WHERE id = 7"
            )
            if context.database.dialect == "sqlite"
            else text(
                f"INSERT INTO audit (id, {columns}) SELECT 9001, team_id, 'U0EVE', action, subject_kind, subject_id,"
                " details, '2025-01-01T00:00:00Z' FROM audit WHERE id = 7"
            )
        )
    seal_all(context)
    verdict = verify_database(context, Trust(keys=[KEY.public]))
    assert (verdict.is_right, verdict.backdated, verdict.first_backdated) == (True, 1, 9001)
    assert sum(1 for _ in KeptAudit(context.database, team=context.team).each_seal()) == 3


@pytest.mark.parametrize("sealed_before", [0, 30])
def test_what_is_sealed_while_an_audit_is_verified_is_no_finding(context: Context, sealed_before: int) -> None:
    """The rows after the last seal are read first. What is sealed after that belongs to the next verification."""

    class Served(KeptAudit):
        """An audit whose tail is sealed as soon as it was read."""

        def tail(self) -> Iterator[FoundRow]:
            found = list(super().tail())
            seal_all(context)
            return iter(found)

    if sealed_before:
        fill(context, sealed_before)
        seal_all(context)
    fill(context, 20, first=sealed_before + 1)
    verdict = verify(Served(context.database, team=context.team), Trust(keys=[KEY.public]))
    assert (list(verdict.findings), verdict.rows, verdict.unsealed) == ([], sealed_before, 20)
    verdict = verify_database(context, Trust(keys=[KEY.public]))
    assert (list(verdict.findings), verdict.rows, verdict.unsealed) == ([], sealed_before + 20, 0)
