"""`rerun`, `correct`, `settle`, `migrate`: what people do about cases and databases that need looking after."""

from pathlib import Path

import pytest

from store.db import migration
from store.db.database import Database
from store.db.process_locks import SENDER, exclusive
from tests.integration.bot.commandline import CommandLine
from tests.upgrading.next_version import NEXT, of_next_version, with_one_more

pytestmark = pytest.mark.slow


def test_a_failed_delivery_is_run_again_without_repeating_what_had_finished(countersign: CommandLine) -> None:
    depot = countersign.place("closed", "the depot is closed")
    countersign.submit(1)
    assert countersign.state(1) == "failed"
    depot.unlink()
    said = countersign.done("rerun", "1")
    assert said.out == "case 1: run again from deliver; it is delivered now: P-1\n"
    assert countersign.lines("steps") == ["1"]
    assert countersign.lines("attempts") == ["parcels/parcel-1"] * 2
    first, second = countersign.case(1)["runs"]
    assert (first["state"], second["state"], second["parent"]) == ("superseded", "delivered", first["id"])
    assert [step["recalled"] for step in second["steps"]] == [True]


def test_a_run_that_failed_in_a_step_is_run_again_from_that_step(countersign: CommandLine) -> None:
    records = countersign.place("no-records")
    said = countersign.submit(1)
    assert "in step look_up: NotDone: the records are closed" in said.out
    again = countersign("rerun", "1")
    assert again.error() == "the records are closed"
    assert again.out == "case 1: run again from look_up; it is failed now\n"
    records.unlink()
    countersign.done("rerun", "1")
    assert list(countersign.effects()) == ["parcels/parcel-1"]


def test_a_submitted_case_that_fails_ends_the_command_with_1(countersign: CommandLine) -> None:
    """As `run` does: something is not as it should be."""
    countersign.place("closed", "the depot is closed")
    said = countersign.submit(1)
    assert "the depot is closed" in said.out
    assert said.code == 1


def test_a_case_may_be_run_again_from_the_start_or_a_named_step(countersign: CommandLine) -> None:
    countersign.submit(1, "unsure")
    for number, step in enumerate(("start", "look_up"), start=2):
        said = countersign.done("rerun", "1", "--from", step)
        assert said.out == f"case 1: run again from {step}; it is waiting now\n"
        assert len(countersign.lines("steps")) == number
    states = [run["review"]["state"] for run in countersign.case(1)["runs"]]
    assert states == ["superseded", "superseded", "open"]


def test_a_step_that_is_not_there_is_refused_with_those_that_are(countersign: CommandLine) -> None:
    countersign.submit(1, "unsure")
    error = countersign("rerun", "1", "--from", "nowhere").error()
    assert error == "there is no step 'nowhere'; there are: start, look_up, deliver"
    assert countersign("rerun", "1", "--from", "deliver").error() == (
        "there is nothing to deliver yet; nobody has decided"
    )
    assert len(countersign.case(1)["runs"]) == 1


def test_a_delivered_case_is_not_run_again(countersign: CommandLine) -> None:
    countersign.submit(1)
    error = countersign("rerun", "1").error()
    instead = "it was delivered; a delivered case is corrected, not run again: countersign correct 1 --set FIELD=VALUE"
    assert error == instead
    # Said before anybody puts an input right that is then refused.
    for words in (("1", "dry"), ("1", "corrected")):
        said = countersign("rerun", *words)
        assert (said.out, said.error()) == ("", instead)
    assert countersign.lines("attempts") == ["parcels/parcel-1"]


def test_a_correction_shows_old_and_new_and_is_delivered_once_a_person_approves_it(countersign: CommandLine) -> None:
    countersign.submit(1)
    said = countersign.done("correct", "1", "--set", "queue=shop", "--reason", "it never arrived")
    assert said.out == ("queue: home -> shop\ncase 1: the correction waits for a person; countersign approve 1\n")
    assert list(countersign.effects()) == ["parcels/parcel-1"]
    assert "it corrects what was delivered" in countersign.done("queue").out
    countersign.done("approve", "1")
    effects = countersign.effects()
    assert [effects[key]["queue"] for key in ("parcels/parcel-1", "parcels/parcel-1/correction-1")] == ["home", "shop"]
    countersign.done("correct", "1", "--set", "queue=lost")
    countersign.done("approve", "1")
    assert countersign.effects()["parcels/parcel-1/correction-2"]["queue"] == "lost"


def test_only_what_was_delivered_is_corrected_and_only_to_something_else(countersign: CommandLine) -> None:
    countersign.submit(1, "unsure")
    assert countersign("correct", "1", "--set", "queue=shop").error() == (
        "only a delivered case is corrected; this one is waiting"
    )
    countersign.submit(2)
    assert countersign("correct", "2", "--set", "queue=home").error() == "these values are the ones that were delivered"
    assert countersign("correct", "2", "--set", "queue=moon").error() == ("queue: has to be one of: home, shop, lost")
    countersign.done("correct", "2", "--set", "queue=shop")
    again = countersign("correct", "2", "--set", "queue=lost").error()
    assert again == "a correction of this case waits already; decide that one first"


def test_a_correction_is_shown_neutralised(countersign: CommandLine) -> None:
    """The old value comes from the case, and a terminal would obey it."""
    countersign.submit(1, "\x1b]0;owned\x07\x1b[2J :bomb: [bold]text[/bold]\nsecond line")
    said = countersign.done("correct", "1", "--set", "note=better")
    assert "\x1b" not in said.out
    assert "\x07" not in said.out
    assert "\\u001b]0;owned\\u0007\\u001b[2J :bomb: [bold]text[/bold]" in said.out


def test_a_delivery_in_doubt_that_happened_is_settled_and_not_made_again(countersign: CommandLine) -> None:
    countersign.place("silent")
    said = countersign.submit(1, workflow="letters")
    assert "look whether it happened, then countersign settle 1 happened or not-happened" in said.out
    assert countersign.state(1) == "doubtful"
    assert countersign("rerun", "1").error() == "its delivery is in doubt; say first whether it happened"
    assert countersign.done("settle", "1", "happened").out == "case 1: delivered\n"
    assert countersign.lines("attempts") == ["letters/parcel-1"]
    assert countersign("settle", "1", "happened").error() == ("its delivery is not in doubt; the case is delivered")


def test_a_delivery_in_doubt_that_did_not_happen_is_run_again(countersign: CommandLine) -> None:
    depot = countersign.place("silent")
    countersign.submit(1, workflow="letters")
    said = countersign.done("settle", "1", "not-happened")
    assert said.out == "case 1: failed; countersign rerun 1 delivers it\n"
    assert countersign.effects() == {}
    depot.unlink()
    countersign.done("rerun", "1")
    assert countersign.effects()["letters/parcel-1"]["by"] == "alone"


def test_settling_takes_one_of_two_words(countersign: CommandLine) -> None:
    countersign.submit(1)
    wrong = countersign("settle", "1", "perhaps")
    assert wrong.code == 2
    assert "not-happened" in wrong.err


def test_migrate_makes_the_database_and_the_second_time_finds_it_made(empty: CommandLine) -> None:
    newest = migration.newest()
    assert empty.done("migrate").out == f"the database is now at schema {newest}\n"
    assert empty.done("migrate").out == f"the database was already at schema {newest}\n"


@pytest.mark.parametrize("command", [["migrate"], ["cases"], ["doctor"]], ids=lambda command: command[0])
def test_a_database_of_a_newer_version_is_refused_in_words(
    database_url: str, countersign: CommandLine, command: list[str]
) -> None:
    countersign.settings["COUNTERSIGN_DATABASE_URL"] = database_url
    countersign.done("migrate")
    database = Database(database_url)
    with database.writing.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert countersign(*command).error() == (
        "the database has the schema 9999, which this version does not know; "
        "start the newer version that made it, or restore a backup"
    )


def test_migrate_says_before_what_it_would_do(database_url: str, countersign: CommandLine) -> None:
    countersign.settings["COUNTERSIGN_DATABASE_URL"] = database_url
    newest = migration.newest()
    said = countersign("migrate", "--check")
    assert (said.code, said.out) == (
        1,
        f"the database would be upgraded from schema (none: it is empty) to {newest}\n",
    )
    countersign.done("migrate")
    assert countersign.done("migrate", "--check").out == (
        f"the database is at schema {newest}, which is that of this version; nothing is to be done\n"
    )


def test_a_sqlite_database_is_kept_as_it_was_at_an_upgrade_and_can_be_put_back(
    countersign: CommandLine, tmp_path: Path
) -> None:
    """The way back: the version of before takes the copy in place of what the newer version left."""
    countersign.submit(1, "unsure")
    file = countersign.folder / "countersign.sqlite"
    kept = file.with_name(f"{file.name}.schema-{migration.newest()}")
    with of_next_version(with_one_more(tmp_path)):
        said = countersign("migrate", "--check")
        assert (said.code, said.out.splitlines()) == (
            1,
            [
                f"the database would be upgraded from schema {kept.name.rpartition('-')[2]} to {NEXT}",
                f"a copy of it as it is would be kept as {kept}",
            ],
        )
        assert countersign.done("migrate").out.splitlines() == [
            f"the database is now at schema {NEXT}",
            f"what was there before is kept as {kept}; delete it once you need no way back",
        ]
    refused = countersign("cases").error()
    assert refused.startswith(f"the database has the schema {NEXT}, which this version does not know")
    assert "the database is a backup" in countersign.done("restore", kept).out
    assert countersign.state(1) == "waiting"
    assert f"{kept} is the database as it was before an upgrade" in countersign("doctor").out


def test_a_start_on_sqlite_upgrades_by_itself_and_keeps_a_copy(countersign: CommandLine, tmp_path: Path) -> None:
    countersign.submit(1, "unsure")
    kept = countersign.folder / f"countersign.sqlite.schema-{migration.newest()}"
    with of_next_version(with_one_more(tmp_path)):
        assert countersign.state(1) == "waiting"
    assert kept.exists()


def test_a_backup_is_said_once_and_what_may_have_been_delivered_since_becomes_doubtful(
    countersign: CommandLine,
) -> None:
    """F61: letters go to a target without keys."""
    countersign.submit(1, "unsure", workflow="letters")
    said = countersign.done("restored")
    assert "the database is a backup (up to " in said.out
    assert "; 1 of its cases are not at an end" in said.out
    assert "look which of them such a system has" in said.out
    countersign("approve", "1")
    assert countersign.state(1) == "doubtful"
    assert countersign.lines("attempts") == []
    countersign.done("settle", "1", "not-happened")
    countersign.done("rerun", "1")
    assert countersign.state(1) == "delivered"


def test_while_somebody_sends_nobody_can_say_that_the_database_is_a_backup(countersign: CommandLine) -> None:
    """The numbers that a running process has read would be those of before the restore."""
    countersign.submit(1, "unsure")
    database = Database(f"sqlite:///{countersign.folder / 'countersign.sqlite'}")
    with exclusive(database, name=SENDER):
        assert "another Countersign process works on" in countersign("restored").error()
    database.close()


def test_a_plan_stands_with_each_run(countersign: CommandLine) -> None:
    countersign.submit(1, "unsure")
    (run,) = countersign.case(1)["runs"]
    assert len(run["code_version"]) == 12
    assert run["code_version"] in countersign.done("case", "1").out
