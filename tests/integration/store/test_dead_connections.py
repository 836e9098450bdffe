"""F68: a server that is gone without a word, stopped, or full is noticed, said, and gone on with when it is back."""

import contextlib
import os
import secrets
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from store.db.database import Database, Unavailable
from store.db.postgres import Noticing
from store.db.process_locks import SENDER, Taken, exclusive
from store.db.statements import connection_of, driver_of
from store.db.time_limits import time_limit
from tests.integration.bot.commandline import wait_until
from tests.proxy import Proxy, proxied
from tests.standstill import stopped
from tests.waiting import LONGEST

pytestmark = pytest.mark.slow

AT_ONCE = 4
NEVER = 3_600.0
"""Seconds that no test waits for."""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is silent for half a second is asked whether it is there, and has two to answer; every connection
    counts as unused for a while.
    """
    monkeypatch.setattr("store.db.postgres.PING_AFTER", 0.0)
    monkeypatch.setattr("store.db.postgres.QUIET", 0.5)
    monkeypatch.setattr("store.db.postgres.ANSWER", 2.0)


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[Proxy]:
    """A proxy between Countersign and its database."""
    with proxied(postgres_url) as proxy:
        yield proxy


@pytest.fixture
def database(proxy: Proxy) -> Iterator[Database]:
    """A database behind it."""
    database = Database(proxy.url, connections=AT_ONCE)
    yield database
    database.close()


def one(database: Database) -> int:
    with database.read() as session:
        return int(session.execute(text("SELECT 1")).scalar_one())


def lose_amid(database: Database, proxy: Proxy) -> None:
    """Lose the connection in the midst of a transaction."""
    with database.write() as session:
        session.execute(text("SELECT 1"))
        proxy.lose()
        session.execute(text("SELECT 2"))


@pytest.mark.usefixtures("impatient")
def test_connections_that_were_lost_are_noticed_by_the_first_who_needs_one(proxy: Proxy, database: Database) -> None:
    """Also in the midst of a statement. The other connections, which are as dead, cost nobody anything more."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(lambda _: one(database), range(AT_ONCE))) == [1] * AT_ONCE
        assert proxy.lose() >= 1
        assert list(pool.map(lambda _: one(database), range(3 * AT_ONCE))) == [1] * 3 * AT_ONCE
        with pytest.raises(Unavailable):
            lose_amid(database, proxy)
    assert one(database) == 1


@pytest.mark.usefixtures("impatient")
def test_a_connection_that_is_lost_amid_statements_that_are_sent_together_frees_its_rows(
    proxy: Proxy, database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server would wait for the rest of them as long as it knows of no loss, and hold the row."""
    with database.write() as session:
        session.execute(text("CREATE TABLE counters (number BIGINT)"))
        session.execute(text("INSERT INTO counters VALUES (0)"))
    raising = "UPDATE counters SET number = number + 1 WHERE number >= %(least)s"
    waiting = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'ClientRead'"
    execute, sent = psycopg.Cursor.execute, 0

    def lose_before_the_third(cursor: psycopg.Cursor[Any], query: Any, *values: Any, **options: Any) -> Any:
        nonlocal sent
        sent += query == raising
        if query == raising and sent == 3:
            wait_until(lambda: admin.execute(waiting).fetchone() is not None)
            proxy.lose()
        return execute(cursor, query, *values, **options)

    def add() -> None:
        with database.write() as session:
            driver = driver_of(connection_of(session))
            assert isinstance(driver, Noticing)
            for _ in range(3):
                driver.queue(raising, {"least": 0})

    with psycopg.connect(postgres_url, autocommit=True) as admin:
        with monkeypatch.context() as patched:
            patched.setattr(psycopg.Cursor, "execute", lose_before_the_third)
            with pytest.raises(Unavailable):
                add()
        add()
        assert admin.execute("SELECT number FROM counters").fetchone() == (3,)


def test_a_session_that_was_given_the_id_of_a_lost_one_is_not_ended(postgres_url: str) -> None:
    with Noticing.connect(postgres_url) as lost, psycopg.connect(postgres_url, autocommit=True) as other:
        lost.backend = other.info.backend_pid, "2026-01-01 00:00:00+00"
        assert not lost._is_worked_on()
        assert other.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.usefixtures("impatient")
def test_a_statement_that_the_server_works_on_takes_as_long_as_it_takes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.db.postgres.ANSWER", LONGEST)
    with database.read() as session:
        assert session.execute(text("SELECT 1 FROM pg_sleep(2)")).scalar_one() == 1


def test_where_a_person_waits_a_lost_connection_costs_them_no_more_than_their_patience(
    proxy: Proxy, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server does nothing more by itself while it hears nothing."""
    monkeypatch.setattr("store.db.postgres.QUIET", NEVER)  # as long would be waited for it where nobody waits
    monkeypatch.setattr("store.db.postgres.PING_AFTER", 0.0)  # as if it had not been used for a while
    assert one(database) == 1
    proxy.lose()
    with time_limit(1.0):
        assert one(database) == 1, "another connection was made in its place"


@pytest.mark.usefixtures("impatient")
def test_a_sender_that_lost_its_connection_learns_it_and_another_one_takes_over(
    proxy: Proxy, database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has heard of nothing: it is told to end a session of a sender that is silent."""
    monkeypatch.setattr("store.db.process_locks.IDLE", "4s")
    other = Database(postgres_url)

    def is_free() -> bool:
        try:
            with exclusive(other, name=SENDER):
                return True
        except Taken:
            return False

    try:
        with exclusive(database, name=SENDER) as is_held:
            end = time.monotonic() + 6
            while time.monotonic() < end:
                assert is_held()
                assert not is_free()
            proxy.lose()
            assert not is_held()
            wait_until(is_free)
    finally:
        other.close()


def options_of(database: Database) -> tuple[int, int, int]:
    """Return the system's options of a connection: seconds, seconds, and milliseconds."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with socket.socket(fileno=os.dup(driver.pgconn.socket)) as there:
            names = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_USER_TIMEOUT)
            idle, interval, unacknowledged = (there.getsockopt(socket.IPPROTO_TCP, name) for name in names)
            assert there.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    return idle, interval, unacknowledged


def test_the_system_is_told_how_soon_to_notice_and_what_the_url_says_goes_first(
    proxy: Proxy, database: Database
) -> None:
    assert options_of(database) == (10, 5, 20_000)
    own = make_url(proxy.url).update_query_dict({"keepalives_idle": "77", "tcp_user_timeout": "0"})
    with contextlib.closing(Database(own.render_as_string(hide_password=False))) as its:
        assert options_of(its) == (77, 5, 0)


def test_the_server_is_told_to_end_what_nobody_holds_any_more_and_what_the_role_says_goes_first(
    postgres_url: str, database: Database
) -> None:
    named = make_url(postgres_url).database
    query = text("SELECT current_setting('idle_in_transaction_session_timeout')")
    with database.read() as session:
        assert session.execute(query).scalar_one() == "30s"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {named} SET idle_in_transaction_session_timeout TO '7min'")
    with contextlib.closing(Database(postgres_url)) as its, its.read() as session:
        assert session.execute(query).scalar_one() == "7min"


def test_when_the_server_has_no_connection_left_that_is_said_and_it_goes_on_later(postgres_url: str) -> None:
    role, url = f"few_{secrets.token_hex(4)}", make_url(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'few' CONNECTION LIMIT 1")
        try:
            its = url.set(username=role, password="few").render_as_string(hide_password=False)
            with contextlib.closing(Database(its)) as database:
                with psycopg.connect(its), pytest.raises(Unavailable, match="too many connections"):
                    one(database)
                wait_until(lambda: is_there(database))
        finally:
            admin.execute(f"DROP ROLE {role}")


def is_there(database: Database) -> bool:
    try:
        return one(database) == 1
    except Unavailable:
        return False


@pytest.mark.usefixtures("impatient")
def test_a_server_that_stands_still_is_noticed_and_gone_on_with(own_server: tuple[str, int]) -> None:
    """Its system acknowledges all that it is sent, and no time-out of the server's own comes to pass."""
    url, pid = own_server
    with proxied(url) as proxy, contextlib.closing(Database(proxy.url, connections=AT_ONCE)) as database:
        assert one(database) == 1
        with stopped(pid):
            for patience in (None, 0.2):
                with pytest.raises(Unavailable), time_limit(patience) if patience else contextlib.nullcontext():
                    one(database)
        wait_until(lambda: is_there(database))
