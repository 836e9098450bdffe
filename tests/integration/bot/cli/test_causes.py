"""`causes`: the causes of failures as an engineer reads them, and as a program does."""

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow


@pytest.fixture
def failed(countersign: CommandLine) -> CommandLine:
    """A folder in which the records were closed for two parcels."""
    (countersign.folder / "world" / "no-records").touch()
    for number in (1, 2):
        countersign.submit(number)
    return countersign


def test_there_are_none_where_nothing_failed(countersign: CommandLine) -> None:
    assert countersign.done("causes").out == "no causes\n"
    assert countersign.done("causes", "--json").json() == []


def test_failures_that_are_alike_are_one_line_and_one_of_them_is_shown(failed: CommandLine) -> None:
    header, line = failed.done("causes").out.splitlines()
    assert header.split()[:5] == ["cause", "state", "by", "times", "last"]
    name = line.split()[0]
    assert line.split()[1:4] == ["open", "countersign", "2"]
    (listed,) = failed.done("causes", "--json", "--state", "open").json()
    assert (listed["name"], listed["count"], listed["workflow"]) == (name, 2, "parcels")
    shown = failed.done("causes", name).out
    assert "2 times, from" in shown
    assert "1 (parcel-1) is failed" in shown
    assert failed.done("causes", name, "--json").json()["failed"] == 2
    assert failed.done("causes", "--state", "resolved", "--json").json() == []


def test_a_name_or_a_state_that_is_none_is_said(failed: CommandLine) -> None:
    assert "names no cause" in failed("causes", "nothing").error()
    assert "there is no cause" in failed("causes", "0" * 32).error()
    assert (
        "there is no state 'gone' of a cause; there are: open, mending" in failed("causes", "--state", "gone").error()
    )
    assert "there is no workflow 'x'" in failed("causes", "--workflow", "x").error()


def test_a_rerun_that_gets_through_closes_it(failed: CommandLine) -> None:
    (failed.folder / "world" / "no-records").unlink()
    for case in ("1", "2"):
        failed.done("rerun", case)
    (listed,) = failed.done("causes", "--json").json()
    assert (listed["state"], listed["changed_by"]) == ("resolved", "countersign")


def test_all_of_a_cause_are_run_again_with_one_command(failed: CommandLine) -> None:
    (failed.folder / "world" / "no-records").unlink()
    (listed,) = failed.done("causes", "--json").json()
    dry = failed.done("rerun", "cause", listed["name"], "dry").out
    assert "2 cases would run again. Nothing was done yet." in dry
    assert failed.done("causes", "--json", "--state", "open").json() == [listed]
    said = failed.done("rerun", "failed", "parcels", "since", "1h").out
    assert "2 cases are run again." in said
    assert f"Cause {listed['name']}: Rerun done. 2 of 2 through." in said
    assert "no failed case is left" in failed("rerun", "cause", listed["name"]).error()
    assert "say since when" in failed("rerun", "failed", "parcels").error()
