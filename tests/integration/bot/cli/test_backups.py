"""`backup` and `restore`: one whole file, made while others write, and put back in one move (F61, F70)."""

import resource
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import completion
from handlers.texts.plain import in_words
from store.db.backups import back_up
from store.db.database import Database
from store.db.process_locks import SENDER, exclusive
from tests.integration.bot.commandline import CommandLine, wait_until
from tests.waiting import LONGEST
from workflows.engine.case.backups import note_backup
from workflows.engine.read.metrics import numbers_view

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command waits a moment for a process that may just be ending. Here it is not ending."""
    monkeypatch.setattr(completion, "PATIENCE", 0.05)


def database_file(countersign: CommandLine) -> Path:
    return countersign.folder / "countersign.sqlite"


def beside(file: Path) -> list[str]:
    """Return the files beside a file that have its name, or are a staged copy."""
    found = [path.name for path in file.parent.iterdir()]
    return sorted(name for name in found if name.startswith((file.name, ".countersign-")))


def states(countersign: CommandLine) -> dict[str, str]:
    return {case["key"]: case["state"] for case in countersign.done("cases", "--json").json()}


def test_a_backup_is_one_file_that_only_its_owner_reads(countersign: CommandLine) -> None:
    countersign.submit(1, "unsure")
    said = countersign.done("backup", "copy.sqlite")
    copy = countersign.folder / "copy.sqlite"
    assert said.out.startswith(f"copy.sqlite: {copy.stat().st_size:,} bytes, checked, schema ")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert beside(copy) == ["copy.sqlite"]
    with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as opened:
        assert opened.execute("SELECT count(*) FROM cases").fetchone() == (1,)


def test_a_file_that_is_there_is_not_written_over_unless_that_is_said(countersign: CommandLine) -> None:
    countersign.submit(1)
    precious = countersign.folder / "copy.sqlite"
    precious.write_text("precious")
    error = countersign("backup", "copy.sqlite").error()
    assert error == "no backup was made: copy.sqlite exists already; use --replace to overwrite it"
    assert precious.read_text() == "precious"
    countersign.done("backup", "copy.sqlite", "--replace")
    assert precious.read_bytes().startswith(b"SQLite format 3")
    assert beside(precious) == ["copy.sqlite"]


def test_the_database_is_no_place_for_its_own_backup(countersign: CommandLine) -> None:
    countersign.submit(1)
    for name in ("countersign.sqlite", "countersign.sqlite-wal", "./countersign.sqlite"):
        assert "is the database itself" in countersign("backup", name, "--replace").error()
        assert "belongs to the database itself" in countersign("restore", "countersign.sqlite").error()
    assert states(countersign) == {"parcel-1": "delivered"}


def test_there_is_no_backup_of_nothing(empty: CommandLine) -> None:
    assert "there is no database at " in empty("backup", "copy.sqlite").error()
    assert list(empty.folder.iterdir()) == []


def test_a_backup_is_made_while_others_write_and_holds_whole_transactions(tmp_path: Path) -> None:
    """Each transaction writes the same number into two tables: no backup may hold one without the other."""
    database = Database(f"sqlite:///{tmp_path / 'live.sqlite'}")
    with database.writing.begin() as connection:
        for statement in (
            "CREATE TABLE alembic_version (version_num TEXT)",
            "INSERT INTO alembic_version VALUES ('0001')",
            "CREATE TABLE teams (number INTEGER, filler TEXT)",
            "CREATE TABLE runs (number INTEGER, filler TEXT)",
        ):
            connection.exec_driver_sql(statement)
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            with database.writing.begin() as connection:
                for table in ("teams", "runs"):
                    connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({written + 1}, '{'x' * 500}')")
            written += 1

    writer = threading.Thread(target=write)
    writer.start()
    newest: list[int] = []
    try:
        for number in range(5):
            wait_until(lambda: written > (newest[-1] if newest else 0) + 20)
            made = back_up(database, tmp_path / f"{number}.sqlite")
            with closing(sqlite3.connect(made.file)) as copy:
                (teams,) = copy.execute("SELECT group_concat(number) FROM teams").fetchone()
                (runs,) = copy.execute("SELECT group_concat(number) FROM runs").fetchone()
            assert teams == runs
            newest.append(int(teams.rsplit(",", 1)[-1]))
    finally:
        stop.set()
        writer.join()
        database.close()
    assert newest == sorted(set(newest)), "each backup knows what was written before it"


def test_what_a_process_that_was_killed_left_in_the_wal_is_in_the_backup(countersign: CommandLine) -> None:
    countersign.submit(1)
    with closing(sqlite3.connect(database_file(countersign))) as held:  # keeps the -wal from being folded in
        held.execute("SELECT 1 FROM cases").fetchone()
        countersign.submit(2)
        for ending in ("", "-wal"):
            shutil.copy(f"{database_file(countersign)}{ending}", countersign.folder / f"killed.sqlite{ending}")
    url = "sqlite:///killed.sqlite"
    countersign.done("backup", "copy.sqlite", COUNTERSIGN_DATABASE_URL=url)
    with closing(sqlite3.connect(countersign.folder / "copy.sqlite")) as copy:
        assert copy.execute("SELECT count(*) FROM cases").fetchone() == (2,)


def test_a_backup_put_back_goes_again_to_a_target_with_keys_and_is_in_doubt_at_one_without(
    countersign: CommandLine,
) -> None:
    """F61: it was made while another process was at work; afterwards both cases were delivered."""
    countersign.submit(1, "unsure")
    countersign.submit(2, "unsure", workflow="letters")
    hold = countersign.place("hold")
    worker = countersign.started("submit", '{"id": 3, "text": "for the door"}', "--workflow", "parcels")
    wait_until(lambda: countersign.lines("attempts"))
    countersign.done("backup", "copy.sqlite")
    hold.unlink()
    worker.communicate(timeout=LONGEST)
    for case in ("1", "2"):
        countersign.done("approve", case)
    before = countersign.effects()
    assert len(before) == 3

    said = countersign.done("restore", "copy.sqlite")
    assert "; 3 of its cases are not at an end" in said.out
    assert "look which of them such a system has" in said.out
    for case in ("1", "2"):
        countersign("approve", case)
    assert countersign.state(1) == "delivered"
    assert countersign.state(2) == "doubtful"
    assert countersign.effects().keys() == before.keys()
    assert countersign.lines("attempts").count("letters/parcel-2") == 1


def test_what_was_there_before_is_kept_whole_beside_it(countersign: CommandLine) -> None:
    countersign.submit(1)
    countersign.done("backup", "copy.sqlite")
    countersign.submit(2)
    said = countersign.done("restore", "copy.sqlite")
    kept = Path(said.out.splitlines()[0].removeprefix("what was there before is kept as "))
    assert kept.parent == countersign.folder
    assert states(countersign) == {"parcel-1": "delivered"}
    url = f"sqlite:///{kept}"
    listed = countersign.done("cases", "--json", COUNTERSIGN_DATABASE_URL=url).json()
    assert len(listed) == 2
    assert countersign.folder.joinpath("copy.sqlite").exists()


def test_an_old_wal_is_not_read_over_the_backup(countersign: CommandLine) -> None:
    """F70: the process was killed, and its -wal holds what was committed last."""
    countersign.submit(1)
    countersign.done("backup", "copy.sqlite")
    file = database_file(countersign)
    with closing(sqlite3.connect(file)) as held:
        held.execute("SELECT 1 FROM cases").fetchone()
        countersign.submit(2)
        for ending in ("", "-wal", "-shm"):
            shutil.copy(f"{file}{ending}", f"{file}.killed{ending}")
    for ending in ("", "-wal", "-shm"):
        Path(f"{file}.killed{ending}").rename(f"{file}{ending}")
    countersign.done("restore", "copy.sqlite")
    assert states(countersign) == {"parcel-1": "delivered"}
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_database_that_is_damaged_is_set_aside_as_it_is(countersign: CommandLine) -> None:
    countersign.submit(1)
    countersign.done("backup", "copy.sqlite")
    file = database_file(countersign)
    damaged = b"not a database at all" * 1_000
    file.write_bytes(damaged)
    countersign.done("restore", "copy.sqlite")
    assert states(countersign) == {"parcel-1": "delivered"}
    (kept,) = [name for name in beside(file) if ".before-" in name]
    assert (countersign.folder / kept).read_bytes() == damaged


def test_on_a_new_machine_there_is_nothing_to_keep(countersign: CommandLine) -> None:
    countersign.submit(1)
    countersign.done("backup", "copy.sqlite")
    said = countersign.done("restore", "copy.sqlite", COUNTERSIGN_DATABASE_URL="sqlite:///other.sqlite")
    assert said.out.startswith("the database is a backup (up to ")


@pytest.mark.parametrize("name", ["work", SENDER])
def test_nothing_is_put_in_place_while_somebody_serves(countersign: CommandLine, name: str) -> None:
    countersign.submit(1)
    countersign.done("backup", "copy.sqlite")
    countersign.submit(2)
    database = Database(f"sqlite:///{database_file(countersign)}")
    with exclusive(database, name=name):
        assert "another Countersign process works on" in countersign("restore", "copy.sqlite").error()
    database.close()
    assert len(states(countersign)) == 2


def test_nothing_is_put_in_place_while_somebody_has_the_database_open(countersign: CommandLine) -> None:
    """A process that hears clicks and neither works nor sends holds neither lock."""
    countersign.submit(1)
    countersign.done("backup", "copy.sqlite")
    countersign.submit(2)
    with closing(sqlite3.connect(database_file(countersign))) as other:
        other.execute("SELECT 1 FROM cases").fetchone()
        error = countersign("restore", "copy.sqlite").error()
    assert error == f"another process has {database_file(countersign)} open; end it first"
    assert len(states(countersign)) == 2
    assert not [name for name in beside(database_file(countersign)) if "before" in name or name.startswith(".")]


@pytest.mark.parametrize("damage", ["cut", "torn", "text", "empty", "other"])
def test_what_is_no_whole_backup_is_refused_and_nothing_is_changed(countersign: CommandLine, damage: str) -> None:
    countersign.submit(1)
    countersign.done("backup", "copy.sqlite")
    copy = countersign.folder / "copy.sqlite"
    content = copy.read_bytes()
    if damage == "other":
        copy.unlink()
        with closing(sqlite3.connect(copy)) as other:
            other.execute("CREATE TABLE recipes (name TEXT)")
    else:
        torn = content[: len(content) // 2] + bytes(4096) + content[len(content) // 2 + 4096 :]
        copy.write_bytes({"cut": content[:-40_960], "torn": torn, "text": b"no database", "empty": b""}[damage])
    countersign.submit(2)
    assert countersign("restore", "copy.sqlite").error().startswith("nothing was changed: copy.sqlite: it is ")
    assert len(states(countersign)) == 2


@contextmanager
def full_beyond(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes: to who writes it, the disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_in_the_middle_changes_nothing_and_leaves_nothing(countersign: CommandLine) -> None:
    countersign.submit(1)
    countersign.done("backup", "copy.sqlite")
    countersign.submit(2)
    before = sorted(countersign.folder.iterdir())
    with full_beyond(database_file(countersign).stat().st_size // 2):
        made = countersign("backup", "another.sqlite").error()
        put_back = countersign("restore", "copy.sqlite").error()
    assert made == "no backup was made: another.sqlite: disk I/O error"
    assert put_back.startswith(f"nothing was changed: copy.sqlite: it cannot be copied to {countersign.folder}: ")
    assert len(states(countersign)) == 2
    assert sorted(countersign.folder.iterdir()) == before


def test_a_folder_that_is_not_there_is_said_to_be_the_reason(countersign: CommandLine) -> None:
    error = countersign("backup", "nowhere/copy.sqlite").error()
    assert error == "no backup was made: nowhere/copy.sqlite: No such file or directory"


def backups(countersign: CommandLine) -> list[tuple[str, str]]:
    """Return what doctor says of backups."""
    findings = countersign("doctor", "--json").json()
    return [(one["level"], one["what"]) for one in findings if "backup" in one["what"]]


def test_doctor_and_the_metrics_know_how_old_the_last_backup_is(countersign: CommandLine) -> None:
    assert backups(countersign) == [], "of a database without a case there is nothing to lose"
    countersign.submit(1)
    assert backups(countersign) == [("note", "no backup of the database is known of")]
    with countersign.opened() as app:
        assert numbers_view(app.context).backed_up_at is None
        long_ago = app.context.clock() - timedelta(days=3)
        note_backup(app.context, at=long_ago, by="cli:ana")
        assert numbers_view(app.context).backed_up_at == long_ago
    assert backups(countersign) == [("note", f"the last backup that is known of is of {in_words(long_ago)}")]
    countersign.done("backup", "copy.sqlite")
    ((level, _),) = backups(countersign)
    assert level == "ok"
    with closing(sqlite3.connect(countersign.folder / "copy.sqlite")) as copy:
        noted = copy.execute("SELECT count(*) FROM audit WHERE action = 'database.backed_up'").fetchone()
    assert noted == (1,), "a backup does not know of itself"


def test_what_another_tool_made_is_noted(countersign: CommandLine) -> None:
    countersign.submit(1)
    said = countersign.done("backed-up").out
    assert said.removeprefix("noted: ").rstrip() == backups(countersign)[0][1]


def test_a_backup_that_was_put_in_place_by_hand_is_not_worked_on_before_that_is_said(countersign: CommandLine) -> None:
    """The last head that was published is not in its audit."""
    countersign.settings["COUNTERSIGN_SEAL_HEADS"] = str(countersign.folder / "heads.jsonl")
    countersign.submit(2, "unsure", workflow="letters")
    countersign.done("backup", "copy.sqlite")
    countersign.done("approve", "1")
    countersign.done("seal")
    shutil.copy(countersign.folder / "copy.sqlite", database_file(countersign))
    assert ("bad", True) in [(level, "is older than its own audit" in what) for level, what in older(countersign)]
    for command in (("approve", "1"), ("serve", "--no-slack")):
        error = countersign(*command).error()
        assert error.startswith("nothing is worked on: the database is older than its own audit: seal 1 of ")
    assert countersign.lines("attempts") == ["letters/parcel-2"]
    assert "seal 1 of " in countersign.done("restored").out
    assert older(countersign) == []


def older(countersign: CommandLine) -> list[tuple[str, str]]:
    findings = countersign("doctor", "--json").json()
    return [(one["level"], one["what"]) for one in findings if "is older" in one["what"]]


def test_a_backup_of_a_newer_version_is_refused(countersign: CommandLine) -> None:
    countersign.submit(1)
    countersign.done("backup", "copy.sqlite")
    with closing(sqlite3.connect(countersign.folder / "copy.sqlite")) as copy, copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
    error = countersign("restore", "copy.sqlite").error()
    assert error.startswith("nothing was changed: of copy.sqlite: the database has the schema 9999, ")
    assert states(countersign) == {"parcel-1": "delivered"}


def test_on_postgresql_its_own_tools_are_named(countersign: CommandLine, postgres_url: str) -> None:
    countersign.settings["COUNTERSIGN_DATABASE_URL"] = postgres_url
    for command in (("backup", "copy"), ("restore", "copy")):
        error = countersign(*command).error()
        assert "pg_dump" in error
        assert "pg_restore" in error
        assert "countersign restored" in error
        assert "countersign backed-up" in error
