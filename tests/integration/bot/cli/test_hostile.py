"""Whatever it is called with, the program answers in one line that says what to do: never a traceback."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app import opened
from bot.settings import Settings
from store.db import extras
from store.db.database import Database
from tests.integration.bot.commandline import CommandLine
from tests.waiting import LONGEST

pytestmark = pytest.mark.slow

SECRET = "hunter2-planted"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "COUNTERSIGN_DATABASE_URL"),
        ("nonsense", "COUNTERSIGN_DATABASE_URL"),
        (f"postgresql://u:{SECRET}@h:port/db", "COUNTERSIGN_DATABASE_URL"),
        (f"postgresql://u:{SECRET}@[::1/db", "COUNTERSIGN_DATABASE_URL"),
        (f"mysql://u:{SECRET}@h/db", "mysql is not supported; use sqlite:///FILE or postgresql://"),
        ("sqlite://", "a SQLite database in memory forgets every case; name a file"),
        ("sqlite:///file:x?mode=memory&uri=true", "a SQLite database in memory forgets every case; name a file"),
        ("sqlite+aiosqlite:///cases.sqlite", "aiosqlite"),
        (f"postgresql://u:{SECRET}@127.0.0.1:1/db", "Connection refused"),
        (f"postgresql://u:{SECRET}@no-such-host.invalid/db", "no-such-host.invalid"),
    ],
    ids=[
        "empty",
        "nonsense",
        "port",
        "bracket",
        "mysql",
        "memory",
        "memory by its mode",
        "driver",
        "nobody there",
        "no host",
    ],
)
@pytest.mark.parametrize("command", ["cases", "migrate"])
def test_a_database_that_cannot_be_used_is_said_in_one_line_without_its_password(
    empty: CommandLine, url: str, why: str, command: str
) -> None:
    said = empty(command, COUNTERSIGN_DATABASE_URL=url)
    assert why in said.error()
    assert SECRET not in said.out + said.err


def test_a_missing_driver_for_postgresql_is_named_with_how_to_install_it(
    empty: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = empty("cases", COUNTERSIGN_DATABASE_URL="postgresql://localhost/cases").error()
    assert error.endswith(extras.advice("postgres"))


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("COUNTERSIGN_THREADS", "many", "threads: has to be a whole number"),
        ("COUNTERSIGN_THREADS", "0", "threads: has to be at least 1"),
        ("COUNTERSIGN_THREADS", "65", "threads: has to be at most 64"),
        ("COUNTERSIGN_MODEL", "gpt", "model: has to be one of auto, local, anthropic"),
        ("COUNTERSIGN_LOG_LEVEL", "loud", "log_level: has to be"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(empty: CommandLine, setting: str, value: str, why: str) -> None:
    error = empty("cases", **{setting: value}).error()
    assert error.startswith("the settings cannot be used: ")
    assert why in error


def not_a_database(folder: Path) -> None:
    (folder / "countersign.sqlite").write_text("this is a letter and no database\n" * 100)


def lock_is_a_folder(folder: Path) -> None:
    (folder / "countersign.sqlite.lock").mkdir()


def another_programs_database(folder: Path) -> None:
    database = Database(f"sqlite:///{folder / 'countersign.sqlite'}")
    with database.writing.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE cases (id INTEGER PRIMARY KEY)")
    database.close()


@pytest.mark.parametrize(
    "spoil",
    [not_a_database, lock_is_a_folder, another_programs_database],
    ids=lambda f: f.__name__,
)
def test_a_folder_that_is_not_as_it_should_be_is_said_in_one_line(
    empty: CommandLine, spoil: Callable[[Path], None]
) -> None:
    spoil(empty.folder)
    assert empty("cases").error()
    assert empty("migrate").error()


BYTES = "caf\udce9"
"""An argument that is not UTF-8, as Python reads it."""


@pytest.mark.parametrize(
    "arguments",
    [
        ["case", BYTES],
        ["case", ""],
        ["case", "0"],
        ["case", "9" * 30],
        ["case", "9" * 18],
        ["case", "²"],
        ["case", "1; DROP TABLE cases"],
        ["case", "' OR 1=1 --"],
        ["case", "a\nb"],
        ["case", "\x1b[2J"],
        ["case", "a\0b"],
        ["approve", "../../etc/passwd"],
        ["rerun", BYTES],
        ["submit", BYTES, "--workflow", "support-triage"],
        ["submit", "{}", "--workflow", BYTES],
        ["submit", "{}", "--workflow", "a\nb"],
        ["cases", "--state", BYTES],
        ["run", BYTES, "--workflow", "support-triage"],
        ["run", "a\nb.csv", "--workflow", "support-triage"],
        ["run", "x.csv", "--workflow", "intent-triage", "--examples", BYTES, "--label", "queue"],
        ["run", "x" * 5000 + ".csv", "--workflow", "support-triage"],
        ["run", "", "--workflow", "support-triage"],
        ["run", "/dev/null", "--workflow", "support-triage"],
        ["run", "..", "--workflow", "support-triage"],
        ["sample-desk", "--file", "no/such/folder/desk.sqlite", "--port", "8472"],
    ],
    ids=lambda arguments: " ".join(arguments)[:40].encode("ascii", "backslashreplace").decode(),
)
def test_a_hostile_argument_is_refused_in_one_line(empty: CommandLine, arguments: list[str]) -> None:
    said = empty(*arguments)
    assert said.error()
    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize("arguments", [["cases", "--workflow", BYTES], ["queue", "--workflow", "a\0b"]])
def test_a_filter_that_matches_nothing_finds_nothing(empty: CommandLine, arguments: list[str]) -> None:
    said = empty(*arguments)
    assert said.code in (0, 1)
    if said.code:
        said.error()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["case"],
        ["case", "1", "2"],
        ["case", "--nonsense", "1"],
        ["case", "-1"],
        ["run", "x.csv"],
        ["run", "--workflow", "parcels"],
        ["run", "x.csv", "--workflow", "parcels", "--floor", "high"],
        ["approve", "1", "--version", "two"],
        ["submit"],
        ["settle", "1"],
        ["sample-desk", "--port", "0"],
        ["sample-desk", "--port", "99999"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_2_and_says_how_to_call_it(empty: CommandLine, arguments: list[str]) -> None:
    said = empty(*arguments)
    assert said.code == 2
    assert "Usage: countersign" in said.err
    assert "Traceback" not in said.err
    assert os.listdir(empty.folder) == []


def test_no_arguments_show_the_commands(empty: CommandLine) -> None:
    said = empty()
    assert "Usage: countersign" in said.out + said.err
    assert os.listdir(empty.folder) == []


@pytest.mark.parametrize("options", [["--json"], []], ids=["json", "table"])
def test_a_reader_that_goes_away_early_is_no_failure_to_speak_of(countersign: CommandLine, options: list[str]) -> None:
    """As in `countersign cases --json | true`."""
    countersign.submit(1)
    process = countersign.started("cases", *options)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.wait(LONGEST)
    with process.stderr:
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (
            "sqlite:///no/such/folder.sqlite",
            "unable to open the database file {path}: there is no folder {folder}/no/such",
        ),
        ("sqlite:///folder", "{path}: unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_opened_is_named_with_its_path(empty: CommandLine, url: str, why: str) -> None:
    (empty.folder / "folder").mkdir()
    error = empty("cases", COUNTERSIGN_DATABASE_URL=url).error()
    path = empty.folder / url.removeprefix("sqlite:///")
    assert error == f"the database: {why.format(folder=empty.folder, path=path)}"


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_a_new_database_is_for_its_owner_alone(empty: CommandLine) -> None:
    """It holds cases, and so do the files that SQLite lays beside it (A43)."""
    before = os.umask(0o022)
    try:
        with opened(Settings(database_url=f"sqlite:///{empty.folder / 'countersign.sqlite'}", model="local")):
            modes = {file.name: file.stat().st_mode & 0o777 for file in empty.folder.glob("countersign.sqlite*")}
    finally:
        os.umask(before)
    modes.pop("countersign.sqlite.lock", None)
    assert set(modes) == {"countersign.sqlite", "countersign.sqlite-wal", "countersign.sqlite-shm"}
    assert set(modes.values()) == {0o600}


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_doctor_names_a_database_that_others_can_read(empty: CommandLine) -> None:
    empty.done("migrate")
    file = empty.folder / "countersign.sqlite"
    file.chmod(0o644)
    said = empty("doctor")
    assert said.code == 1
    assert f"others on this machine can read {file}" in said.out
    assert f"chmod 600 {file}" in said.out
