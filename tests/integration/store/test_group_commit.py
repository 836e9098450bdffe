"""Writes of several threads to SQLite at once share one transaction; to each it is like its own."""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from threading import Event

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.db import failpoints, group_commit
from store.db.database import Database, Unavailable
from store.db.failpoints import Failpoint, Side
from store.db.time_limits import time_limit
from tests.waiting import LONGEST, wait_until

Block = Callable[[Session], None]


class Crash(BaseException):
    """As if the process had died there."""


class Shop:
    """A database, with all that its connections were told to do."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.said: list[str] = []
        event.listen(self.database.engine, "connect", lambda driver, _: driver.set_trace_callback(self.said.append))
        with self.database.write() as session:
            session.execute(text("CREATE TABLE names (name VARCHAR(20) PRIMARY KEY)"))
            session.execute(
                text("CREATE TABLE notes (name VARCHAR(20) REFERENCES names (name) DEFERRABLE INITIALLY DEFERRED)")
            )
        self.said.clear()

    def write(self, block: Block, *, urgent: bool = False) -> None:
        """Write in a thread."""
        with self.database.write(urgent=urgent) as session:
            block(session)

    def at_once(self, *blocks: Block, urgent: Block | None = None) -> list[BaseException | None]:
        """Have these written in this order by a thread each, all of which wait before the first has ended.

        What each raised, or None; `urgent`: comes last, in a hurry, and is the last of the outcomes.
        """
        waiting, go = Event(), Event()

        def hold(session: Session) -> None:
            waiting.set()
            assert go.wait(LONGEST)
            blocks[0](session)

        count = len(blocks) + (urgent is not None)
        with ThreadPoolExecutor(count) as pool:
            futures: list[Future[None]] = [pool.submit(self.write, hold)]
            assert waiting.wait(LONGEST)
            for block in blocks[1:]:
                futures.append(pool.submit(self.write, block))
                wait_until(lambda: self.waiting() == len(futures) - 1)
            if urgent is not None:
                futures.append(pool.submit(self.write, urgent, urgent=True))
                wait_until(lambda: self.waiting() == count - 1)
            go.set()
            return [future.exception(LONGEST) for future in futures]

    def waiting(self) -> int:
        assert self.database._together is not None
        turns = self.database._together._turns
        return len(turns._urgent) + len(turns._patient)

    def kept(self) -> list[str]:
        """The names as they lie on the disk, read by somebody else."""
        assert self.database.file is not None
        with closing(sqlite3.connect(self.database.file)) as connection:
            return [name for (name,) in connection.execute("SELECT name FROM names ORDER BY name")]

    @property
    def commits(self) -> int:
        """Return the number of transactions that were kept."""
        return self.said.count("COMMIT")


@pytest.fixture
def shop(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop in which nobody is in a hurry, so that only what a test says makes an end of a transaction."""
    monkeypatch.setattr(group_commit, "LONGEST", LONGEST)
    shop = Shop(sqlite_url)
    yield shop
    shop.database.close()


def adds(name: str) -> Block:
    return lambda session: _add(session, name)


def _add(session: Session, name: str) -> None:
    session.execute(text("INSERT INTO names VALUES (:name)"), {"name": name})


def fails(name: str, error: BaseException) -> Block:
    def block(session: Session) -> None:
        _add(session, name)
        raise error

    return block


def test_what_waits_for_its_turn_is_kept_by_one_commit(shop: Shop) -> None:
    assert shop.at_once(adds("a"), adds("b"), adds("c"), adds("d")) == [None] * 4
    assert shop.kept() == ["a", "b", "c", "d"]
    assert shop.commits == 1


def test_a_write_alone_needs_no_savepoint(shop: Shop) -> None:
    shop.write(adds("a"))
    assert [said for said in shop.said if not said.startswith("INSERT")] == ["BEGIN IMMEDIATE", "COMMIT"]


def test_a_block_ends_only_when_its_rows_are_durable(shop: Shop) -> None:
    found: list[list[str]] = []

    def look(seam: Failpoint, side: Side, _: str) -> None:
        if seam is Failpoint.COMMIT and side is Side.AFTER:
            found.append(shop.kept())

    with failpoints.watched(look):
        shop.at_once(adds("a"), adds("b"), adds("c"))
    assert found == [["a", "b", "c"]] * 3


@pytest.mark.parametrize("place", [0, 1, 2], ids=["the first", "one in the middle", "the last"])
def test_a_part_that_fails_is_undone_alone(shop: Shop, place: int) -> None:
    error = RuntimeError("half way")
    blocks = [adds("a"), adds("b"), adds("c")]
    blocks[place] = fails("x", error)
    outcomes = shop.at_once(*blocks)
    assert outcomes[place] is error
    assert [outcome for outcome in outcomes if outcome is not error] == [None, None]
    assert shop.kept() == sorted({"a", "b", "c"} - {"abc"[place]})


def test_a_key_that_stands_already_is_refused_to_the_second_one_only(shop: Shop) -> None:
    """The first one's row is not committed yet when the second one brings it."""
    outcomes = shop.at_once(adds("a"), adds("a"), adds("b"))
    assert [type(outcome) for outcome in outcomes] == [type(None), IntegrityError, type(None)]
    assert shop.kept() == ["a", "b"]
    assert shop.commits == 1


@pytest.mark.parametrize("place", [0, 1, 2], ids=["the first", "one in the middle", "the last"])
def test_a_crash_of_one_holds_up_none_of_the_others(shop: Shop, place: int) -> None:
    blocks = [adds("a"), adds("b"), adds("c")]
    blocks[place] = fails("x", Crash())
    outcomes = shop.at_once(*blocks)
    assert isinstance(outcomes[place], Crash)
    assert shop.kept() == sorted({"a", "b", "c"} - {"abc"[place]})
    shop.write(adds("later"))


def test_a_crash_right_before_the_commit_undoes_the_part(shop: Shop) -> None:
    crashes = iter([None, Crash(), None])

    def crash(seam: Failpoint, side: Side, _: str) -> None:
        if seam is Failpoint.COMMIT and side is Side.BEFORE and (error := next(crashes)) is not None:
            raise error

    with failpoints.watched(crash):
        outcomes = shop.at_once(adds("a"), adds("b"), adds("c"))
    assert isinstance(outcomes[1], Crash)
    assert shop.kept() == ["a", "c"]


def test_a_commit_that_fails_fails_for_all_and_nothing_is_kept(shop: Shop) -> None:
    """A note about a name that does not exist is found out by the commit."""
    passed: Counter[Side] = Counter()

    def count(seam: Failpoint, side: Side, _: str) -> None:
        passed[side] += seam is Failpoint.COMMIT

    def orphan(session: Session) -> None:
        session.execute(text("INSERT INTO notes VALUES ('nobody')"))

    with failpoints.watched(count):
        outcomes = shop.at_once(adds("a"), orphan, adds("c"))
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 3
    assert "FOREIGN KEY" in str(outcomes[0])
    assert passed == {Side.BEFORE: 3}
    assert shop.kept() == []
    shop.write(adds("later"))
    assert shop.kept() == ["later"]


def test_where_sqlite_undoes_the_whole_by_itself_it_is_lost_to_all_who_wrote_before(shop: Shop) -> None:
    def undo_all(session: Session) -> None:
        session.execute(text("INSERT OR ROLLBACK INTO names VALUES ('a')"))

    outcomes = shop.at_once(adds("a"), adds("b"), undo_all, adds("d"))
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable, Unavailable, type(None)]
    assert shop.kept() == ["d"]


def test_a_block_that_goes_on_after_sqlite_undid_the_whole_is_not_taken_for_kept(shop: Shop) -> None:
    def go_on(session: Session) -> None:
        _add(session, "x")
        with pytest.raises(IntegrityError):
            session.execute(text("INSERT OR ROLLBACK INTO names VALUES ('x')"))

    outcomes = shop.at_once(go_on, adds("b"))
    assert [type(outcome) for outcome in outcomes] == [Unavailable, type(None)]
    outcomes = shop.at_once(adds("c"), go_on, adds("e"))
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable, type(None)]
    assert shop.kept() == ["b", "e"]


def test_a_refusal_that_rests_on_what_was_not_kept_is_not_told(shop: Shop) -> None:
    """The second one saw the name of the first, which is not kept in the end."""

    def refuse(session: Session) -> None:
        if session.execute(text("SELECT count(*) FROM names WHERE name = 'a'")).scalar_one():
            raise RuntimeError("there is one already")

    def orphan(session: Session) -> None:
        session.execute(text("INSERT INTO notes VALUES ('nobody')"))

    outcomes = shop.at_once(adds("a"), refuse, orphan)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 3


def test_a_full_disk_is_told_to_whom_it_concerns_and_what_is_said_to_be_kept_is(sqlite_url: str) -> None:
    shop = Shop(sqlite_url)
    with shop.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    shop.database.close()
    event.listen(
        shop.database.engine, "connect", lambda driver, _: driver.execute(f"PRAGMA max_page_count={pages + 3}")
    )
    words = [f"{number:04}" * 100 for number in range(200)]

    def write(word: str) -> bool:
        try:
            shop.write(adds(word))
        except Unavailable as error:
            return "full" not in str(error)
        return True

    with ThreadPoolExecutor(8) as pool:
        said = dict(zip(words, pool.map(write, words), strict=True))
    assert shop.kept() == [word for word in words if said[word]]
    assert not all(said.values())
    shop.database.close()


def test_a_click_goes_first_and_waits_for_nobody_after_it(shop: Shop) -> None:
    order: list[str] = []

    def noted(name: str) -> Block:
        def block(session: Session) -> None:
            order.append(f"{name} after {shop.commits} commits")
            _add(session, name)

        return block

    outcomes = shop.at_once(noted("a"), noted("b"), noted("c"), urgent=noted("click"))
    assert outcomes == [None] * 4
    assert order == [
        "a after 0 commits",
        "click after 0 commits",
        "b after 1 commits",
        "c after 1 commits",
    ]


def test_a_transaction_takes_in_so_many_parts_and_no_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MOST", 3)
    assert shop.at_once(*(adds(name) for name in "abcdefg")) == [None] * 7
    assert shop.kept() == list("abcdefg")
    assert shop.commits == 3


def test_a_transaction_that_has_been_open_for_long_takes_in_nobody(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "LONGEST", 0.0)
    assert shop.at_once(adds("a"), adds("b"), adds("c")) == [None] * 3
    assert shop.commits == 3


def test_a_hurried_writer_is_told_when_the_turn_does_not_come_and_the_others_go_on(shop: Shop) -> None:
    def impatient(_: Session) -> None:
        with ThreadPoolExecutor(1) as pool, time_limit(0.02):
            pool.submit(hurry).result()

    def hurry() -> None:
        with time_limit(0.02), pytest.raises(Unavailable, match="the lock to write was not free"):
            shop.write(adds("x"), urgent=True)

    assert shop.at_once(impatient, adds("b")) == [None, None]
    assert shop.kept() == ["b"]


def test_another_program_in_the_way_is_told_to_who_begins_and_the_next_goes_on(shop: Shop) -> None:
    assert shop.database.file is not None
    with closing(sqlite3.connect(shop.database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with time_limit(0.02), pytest.raises(Unavailable, match="locked"):
            shop.write(adds("x"))
        other.execute("ROLLBACK")
    shop.write(adds("a"))
    assert shop.kept() == ["a"]


def test_threads_that_write_and_fail_at_random_are_told_the_truth(sqlite_url: str) -> None:
    """With the limits as they are. Whoever is told that it is kept finds it on the disk at once."""
    shop = Shop(sqlite_url)

    def work(worker: int) -> list[str]:
        chance, told = random.Random(worker), list[str]()
        for number in range(60):
            name = chance.choice([f"{worker}-{number}", f"{worker}-{number}", "the same"])
            block = fails(name, ValueError()) if chance.random() < 0.2 else adds(name)
            with suppress(ValueError, IntegrityError):
                shop.write(block, urgent=chance.random() < 0.2)
                told.append(name)
                assert name in shop.kept()
        return told

    with ThreadPoolExecutor(8) as pool:
        told = [name for names in pool.map(work, range(8)) for name in names]
    assert sorted(told) == shop.kept()
    assert shop.commits < len(told)
    shop.database.close()
