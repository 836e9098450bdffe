"""One process at a time works on a database, and a dead one holds nothing."""

import gc
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from store.db.database import Database
from store.db.process_locks import Taken, exclusive
from tests.waiting import LONGEST

HOLD = """
import sys
from store.db.database import Database
from store.db.process_locks import Taken, exclusive

database = Database(sys.argv[1])
try:
    with exclusive(database):
        print("held", flush=True)
        sys.stdin.read()
except Taken as taken:
    print(f"refused: {taken}", flush=True)
"""


@contextmanager
def another_process(url: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that takes the lock and holds it until its standard input ends."""
    command = [sys.executable, "-c", HOLD, url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database."""
    database = Database(database_url)
    yield database
    database.close()


def hold_when_free(database: Database) -> bool:
    """Take the lock as soon as it is free; False where it does not become so."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        try:
            with exclusive(database):
                return True
        except Taken:
            time.sleep(0.01)
    return False


def test_a_second_process_is_refused_while_the_first_lives_and_let_in_when_it_is_killed(
    database: Database, database_url: str
) -> None:
    with another_process(database_url) as process:
        assert first_line(process) == "held"
        for _ in range(2):
            with pytest.raises(Taken, match="another Countersign process works on"), exclusive(database):
                pass
        process.kill()  # SIGKILL: it has no chance to let go by itself
        assert hold_when_free(database)


@pytest.mark.slow
def test_whoever_works_here_keeps_another_process_out_until_the_end_of_the_block(
    database: Database, database_url: str
) -> None:
    with exclusive(database), another_process(database_url) as process:
        assert first_line(process).startswith("refused: another Countersign process works on")
    with another_process(database_url) as process:
        assert first_line(process) == "held"


def test_an_exception_lets_go(database: Database) -> None:
    with pytest.raises(RuntimeError, match="gone wrong"), exclusive(database):
        raise RuntimeError("gone wrong")
    with exclusive(database):
        pass


def test_the_sentence_names_the_file(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    with exclusive(database), pytest.raises(Taken) as refused, exclusive(Database(sqlite_url)):
        pass
    assert str(tmp_path / "test.sqlite") in str(refused.value)
    database.close()


def test_two_databases_do_not_keep_each_other_out(tmp_path: Path) -> None:
    first, second = (Database(f"sqlite:///{tmp_path / name}") for name in ("one.sqlite", "two.sqlite"))
    with exclusive(first), exclusive(second):
        pass


def test_a_file_is_the_same_under_every_name_that_leads_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that name it differently must not work on it both: each would take back what the other holds."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "cases.sqlite").touch()
    (tmp_path / "link.sqlite").symlink_to(folder / "cases.sqlite")
    (tmp_path / "linked").symlink_to(folder)
    monkeypatch.chdir(folder)
    names = ("cases.sqlite", "../data/cases.sqlite", f"{tmp_path}/linked/cases.sqlite", f"{tmp_path}/link.sqlite")
    with exclusive(Database(f"sqlite:///{folder / 'cases.sqlite'}")):
        for name in names:
            with pytest.raises(Taken), exclusive(Database(f"sqlite:///{name}")):
                pass


def test_whoever_stands_by_for_a_lock_leaves_nothing_behind(database: Database, database_url: str) -> None:
    """A process asks every few seconds, for months. An error of the database holds its frames, in a circle."""
    gc.collect()
    gc.disable()
    try:
        with another_process(database_url) as process:
            assert first_line(process) == "held"
            for _ in range(5):
                with suppress(Taken), exclusive(database):
                    pytest.fail("two processes held it")
            assert [one for one in gc.get_objects() if issubclass(type(one), DBAPIError)] == []
    finally:
        gc.enable()
