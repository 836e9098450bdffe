"""`readings`: who was shown what is in a case, and what one person read."""

from datetime import UTC, datetime, timedelta

import pytest

from store.db.database import Database
from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

ME = "cli:ana"


@pytest.fixture
def one(countersign: CommandLine) -> CommandLine:
    """A folder in which one case waits for a person."""
    countersign.submit(2, "unsure")
    return countersign


def ways(one: CommandLine, *what: str) -> list[tuple[int, str, str]]:
    """The readings, as a program reads them."""
    return [(line["case"], line["by"], line["way"]) for line in one.done("readings", *what, "--json").json()]


def test_what_is_shown_at_the_command_line_is_a_reading_once(one: CommandLine) -> None:
    assert one.done("readings", "1").out == "no readings\n"
    for _ in range(2):
        one.done("case", "1")
    one.done("explain", "1")
    one.done("explain", "1", "--spans")
    one.done("cases")
    one.done("queue")
    expected = [(1, ME, "spans"), (1, ME, "explain"), (1, ME, "case")]
    assert ways(one, "1") == expected
    assert ways(one, "--by", ME) == expected
    tomorrow = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    assert ways(one, "--by", ME, "--since", tomorrow) == []
    assert ways(one, "--by", "U0ANA") == []
    header, newest, *_ = one.done("readings", "1").out.splitlines()
    assert header.split()[:5] == ["at", "by", "case", "key", "workflow"]
    assert "its spans" in newest
    assert "It was read by one person; countersign readings 1 says who." in one.done("explain", "1").out


def test_a_case_or_a_person_is_named_and_not_both(one: CommandLine) -> None:
    for words in ([], ["1", "--by", "U0ANA"], ["1", "--since", "2026-11-01"]):
        said = one("readings", *words)
        assert said.code == 1
        assert "name a case" in said.err or "--since goes with" in said.err
    assert "there is no case" in one("readings", "99").err


def test_what_cannot_be_recorded_is_not_shown(one: CommandLine) -> None:
    """The database takes no more rows: the command says so, and nothing of the case."""
    database = Database(f"sqlite:///{one.folder / 'countersign.sqlite'}")
    try:
        with database.write() as session:
            session.connection().exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
    finally:
        database.close()
    for command in ("case", "explain", "pull"):
        said = one(command, "1")
        assert said.code == 1, command
        assert "unsure" not in said.out + said.err, command
