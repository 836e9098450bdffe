"""F44 to F48: the database cannot do it now, for a moment or a while. Whoever is told "accepted" is told the truth."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from random import Random
from threading import Event, Thread

import psycopg
import pytest
from psycopg.rows import TupleRow
from pydantic import JsonValue
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from bot.worker.embedded import Embedded
from bot.worker.postgres import Queued
from store import schema
from store.db.database import Database, Unavailable
from tests.chaos.automation import FORGETFUL, KNOWING, Office, proposed
from tests.chaos.counting import Counts, count
from tests.chaos.gathering import Remembered, gather
from tests.chaos.settings import LONG, SEED
from tests.chaos.tally import hold
from tests.integration.engine.scene import rows
from tests.proxy import proxied
from tests.waiting import LONGEST, wait_until
from tests.world import World
from workflows.engine.case.idempotency_keys import delivery_key
from workflows.engine.errors import Refused
from workflows.engine.review import doubts
from workflows.engine.review.rerun import reruns
from workflows.model.scripted import ScriptedModel

ENDED = frozenset({"delivered", "closed"})


class Load:
    """Cases are brought by a source that goes on until it is told "accepted", while workers work."""

    def __init__(self, database: Database) -> None:
        self.office = Office()
        self.remembered = Remembered()
        self.world = World(database=database, model=ScriptedModel(self.office.answer))
        for name in (KNOWING, FORGETFUL):
            self.world.registry.add(self.office.workflow(name))
        self.refused = 0
        """Number of times that the source was told to come back later."""

    def bring(self, name: str, id: int, *, until: Event | None = None) -> None:
        """Bring one case, as often as it takes."""
        while (until is None or not until.is_set()) and not self.bring_once(name, id):
            time.sleep(0.01)

    def bring_once(self, name: str, id: int) -> bool:
        """Bring one case; tell whether it was accepted."""
        input: dict[str, JsonValue] = {"id": id, "text": "money", "language": "en"}
        try:
            receipt = self.world.submit(self.world.registry.get(name), **input)
        except Unavailable:
            self.refused += 1
            return False
        self.remembered.accepted.append((receipt.case, input))
        self.remembered.entitled[delivery_key(workflow=name, case=f"ticket-{id}", revision=1)] = [proposed("money")]
        return True

    def bring_all(self, number: int) -> None:
        """Bring cases to both automations in turn."""
        for id in range(1, number + 1):
            self.bring((KNOWING, FORGETFUL)[id % 2], id)

    def finish(self) -> Counts:
        """People of good will do their part, until all is at an end; then it is counted."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            try:
                newest = {run.case_id: run for run in rows(self.world, schema.Run)}
            except Unavailable:
                continue  # a connection that was lost before
            if {run.state for run in newest.values()} <= ENDED:
                break
            for run in newest.values():
                self._help(run)
            time.sleep(0.05)
        self.remembered.questions = self.office.questions
        self.remembered.effects = self.office.effects
        return count(gather(self.world.database, self.remembered, None))

    def _help(self, run: schema.Run) -> None:
        context = self.world.context
        try:
            if run.state == "failed":
                reruns.rerun(context, run.case_id, by="U0KIM")
            elif run.state == "doubtful":
                delivery = next(row for row in rows(self.world, schema.Delivery) if row.run_id == run.id)
                happened = self.office.has(delivery.key)
                doubts.settle(context, run.case_id, happened=happened, by="U0ANA", key=delivery.key)
        except (Refused, Unavailable):
            pass  # it moved on meanwhile, or whoever helps was told to come again


@contextmanager
def working(load: Load, *, threads: int = 4, queue: str | None = None) -> Iterator[None]:
    """The worker's own loop, for the block. `queue`: URL for its queue, where that is another one."""
    stop = Event()
    dispatcher: Embedded | Queued
    if load.world.database.file is not None:
        dispatcher = Embedded(load.world.context, load.world.runner, threads=threads)
    else:
        its = make_url(queue) if queue else load.world.database.engine.url
        url = its.set(drivername="postgresql").render_as_string(hide_password=False)
        dispatcher = Queued(load.world.context, load.world.runner, url=url, threads=threads)
    with dispatcher.alone():
        loop = Thread(target=dispatcher.run, args=(stop,))
        loop.start()
        try:
            yield
        finally:
            stop.set()
            loop.join()


@pytest.fixture
def opened() -> Iterator[Callable[[str], Database]]:
    """Opens databases, and closes them at the end."""
    with ExitStack() as held:

        def open_one(url: str) -> Database:
            database = Database(url)
            held.callback(database.close)
            return database

        yield open_one


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite gives up on a lock soon, and the worker looks again soon after trouble."""
    monkeypatch.setattr("store.db.database.BUSY_TIMEOUT_MS", 50)
    monkeypatch.setattr("bot.worker.embedded.AFTER_TROUBLE", 0.05)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_while_another_program_holds_the_write_lock_nothing_is_lost(
    migrated_sqlite_url: str, opened: Callable[[str], Database]
) -> None:
    """F44: it holds it again and again, for longer than anybody waits."""
    load = Load(opened(migrated_sqlite_url))
    random, stop = Random(SEED), Event()
    file = load.world.database.file

    def hold_the_lock() -> None:
        with closing(sqlite3.connect(str(file), isolation_level=None, timeout=LONGEST)) as other:
            while not stop.is_set():
                other.execute("BEGIN IMMEDIATE")
                time.sleep(random.uniform(0.02, 0.2))
                other.execute("ROLLBACK")
                time.sleep(random.uniform(0.005, 0.05))

    holding = Thread(target=hold_the_lock)
    with working(load):
        holding.start()
        try:
            load.bring_all(16)
            time.sleep(1.0)
        finally:
            stop.set()
            holding.join()
        counts = load.finish()
    hold("F44", "another program holds the write lock again and again", counts, refused=load.refused)
    assert counts.extra_calls <= load.office.questions


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_when_the_disk_is_full_nothing_is_acknowledged_and_all_goes_on_when_there_is_room(
    migrated_sqlite_url: str, opened: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F45."""
    database = opened(migrated_sqlite_url)
    load = Load(database)
    load.bring_all(4)
    pages = _limit(database, None)
    filled = Event()
    with working(load):

        def bring() -> None:
            for id in range(5, 200):
                load.bring(KNOWING, id, until=filled)

        source = Thread(target=bring)
        _limit(database, pages + 6)
        source.start()
        wait_until(lambda: load.refused >= 3)
        accepted = len(load.remembered.accepted)
        filled.set()
        source.join()
        assert len(load.world.rows(schema.Case)) == accepted
        _limit(database, 1 << 30)
        counts = load.finish()
    hold("F45", "the disk is full for a while", counts, refused=load.refused, accepted=accepted)


def _limit(database: Database, pages: int | None) -> int:
    """Let a database file grow to so many pages and no further; returns how many it has. On every connection."""
    if pages is not None:
        if not event.contains(database.engine, "begin", _set_limit):
            event.listen(database.engine, "begin", _set_limit)
        _PAGES[0] = pages
    with database.engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())


_PAGES = [0]


def _set_limit(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA max_page_count={_PAGES[0]}")


@contextmanager
def restarting(url: str, *, every: tuple[float, float], away: float, random: Random) -> Iterator[list[int]]:
    """PostgreSQL restarts again and again: all connections end, and for a while there are no new ones.

    In turn this database alone does, and the server itself, which recovers from a session that was killed. Yields how
    often each happened. A server that somebody named for the tests is left alone: it may be on another machine.
    """
    name = make_url(url).database
    elsewhere = make_url(url).set(database="postgres").render_as_string(hide_password=False)
    stop, done = Event(), [0, 0] if "COUNTERSIGN_TEST_DATABASE_URL" not in os.environ else [0]

    def restart() -> None:
        while not stop.wait(random.uniform(*every)):
            with _reached(elsewhere) as admin:
                if sum(done) % len(done):
                    os.kill(admin.info.backend_pid, signal.SIGKILL)
                    done[1] += 1
                    continue
                admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                time.sleep(random.uniform(0, away))
                admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
                done[0] += 1

    thread = Thread(target=restart)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()
        _reached(elsewhere).close()


def _reached(url: str) -> psycopg.Connection[TupleRow]:
    """Connect, once the server takes connections again."""
    again = Retrying(
        retry=retry_if_exception_type(psycopg.OperationalError), stop=stop_after_delay(LONGEST), wait=wait_fixed(0.05)
    )
    return again(psycopg.connect, url, autocommit=True)


@pytest.mark.slow
def test_while_postgresql_restarts_again_and_again_nothing_is_lost(
    migrated_postgres_url: str, opened: Callable[[str], Database]
) -> None:
    """F46, F47: connections end in the midst of anything, also of a commit; what became of it is read, not guessed."""
    with psycopg.connect(migrated_postgres_url, autocommit=True) as admin:
        # The tests' server does not wait for the disk, and would lose what it acknowledged.
        admin.execute(f"ALTER DATABASE {make_url(migrated_postgres_url).database} SET synchronous_commit = on")
    load = Load(opened(migrated_postgres_url))
    number, every, away = (150, (2.0, 6.0), 3.0) if LONG else (24, (0.3, 0.8), 0.5)
    with working(load):
        with restarting(migrated_postgres_url, every=every, away=away, random=Random(SEED)) as done:
            load.bring_all(number)
            time.sleep(10.0 if LONG else 1.5)
            wait_until(lambda: min(done) > 0)
        counts = load.finish()
    hold("F46, F47", "PostgreSQL restarts again and again", counts, restarts=sum(done), refused=load.refused)


@pytest.mark.slow
def test_while_connections_are_lost_without_a_word_nothing_is_and_work_goes_on(
    migrated_postgres_url: str, opened: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """F68: those of the workers, of the queue, and of who brings cases. The server knows of nothing, and nor do we."""
    monkeypatch.setattr("store.db.postgres.QUIET", 0.4)
    monkeypatch.setattr("store.db.postgres.ANSWER", 2.0)
    with psycopg.connect(migrated_postgres_url, autocommit=True) as admin:
        # So long does it hold rows for who is gone; an operator's own setting goes before ours.
        admin.execute(
            f"ALTER DATABASE {make_url(migrated_postgres_url).database} SET idle_in_transaction_session_timeout = '2s'"
        )
    with proxied(migrated_postgres_url) as proxy:
        load = Load(opened(proxy.url))
        lost = 0
        with working(load):
            for id in range(1, 17 if not LONG else 65):
                load.bring((KNOWING, FORGETFUL)[id % 2], id)
                if id % 8 == 0:
                    lost += proxy.lose()
            counts = load.finish()
    hold("F68", "connections to PostgreSQL are lost without a word", counts, lost=lost, refused=load.refused)


@pytest.mark.slow
def test_what_a_wrong_clock_put_off_by_a_year_is_done_all_the_same(
    migrated_postgres_url: str, opened: Callable[[str], Database]
) -> None:
    """F69: jobs that would wait until then, and one of a worker that died with a last sign of life from then."""
    load = Load(opened(migrated_postgres_url))
    load.bring_all(3)
    ahead = "now() + interval '400 days'"
    with psycopg.connect(migrated_postgres_url, autocommit=True) as admin:
        admin.execute(f"UPDATE procrastinate_jobs SET scheduled_at = {ahead}")
        admin.execute(f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES ({ahead})")
        admin.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', scheduled_at = NULL, "
            "worker_id = (SELECT max(id) FROM procrastinate_workers) "
            "WHERE id = (SELECT min(id) FROM procrastinate_jobs)"
        )
    with working(load):
        counts = load.finish()
    hold("F69", "a clock was 400 days ahead for a moment, with jobs put off", counts)
