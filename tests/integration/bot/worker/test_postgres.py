"""The command line on PostgreSQL: made by `migrate`, and then the same way of a case."""

import pytest

from store.db.migration import newest
from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow


# `postgres_url` stands first: its server is started by another user, who may not enter the test's folder.
@pytest.fixture
def served(postgres_url: str, countersign: CommandLine) -> CommandLine:
    """The command line on an empty PostgreSQL database."""
    countersign.settings["COUNTERSIGN_DATABASE_URL"] = postgres_url
    return countersign


def test_a_database_that_is_not_migrated_is_said_to_be_that(served: CommandLine) -> None:
    for command in (["cases"], ["doctor"], ["submit", "{}", "--workflow", "parcels"]):
        assert served(*command).error() == "the database is not up to date; run `countersign migrate` first"


def test_a_case_goes_its_way(served: CommandLine) -> None:
    served.done("migrate")
    assert served.done("migrate").out == f"the database was already at schema {newest()}\n"
    assert served.submit(1).code == 0
    served.submit(2, "unsure")
    assert "case 2: approved; it is delivered now: P-2" in served.done("approve", "parcel-2").out
    assert list(served.effects()) == ["parcels/parcel-1", "parcels/parcel-2"]
    assert [case["state"] for case in served.done("cases", "--json").json()] == ["delivered", "delivered"]
    (served.folder / "more.csv").write_text("id,text\n" + "".join(f"{number},x\n" for number in range(1, 40)))
    said = served.done("run", "more.csv", "--workflow", "parcels", "--json", COUNTERSIGN_MODEL="anthropic").json()
    assert (said["taken_in"], said["revised"], said["duplicates"]) == (37, 2, 0)
    assert said["tally"]["alone"] == 39
    # As the server of the tests is set, for speed.
    bad = [one["what"] for one in served("doctor", "--json").json() if one["level"] == "bad"]
    assert [what.partition(":")[0] for what in bad] == [
        "PostgreSQL has fsync=off",
        "PostgreSQL has synchronous_commit=off",
    ]


@pytest.mark.parametrize("reference", ["a\0b", "caf\udce9", "9" * 18])
def test_a_hostile_reference_is_refused_in_one_line(served: CommandLine, reference: str) -> None:
    served.done("migrate")
    assert served("case", reference).error()
