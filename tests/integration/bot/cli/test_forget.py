"""`forget`, `retention` and `legal-hold` at the command line."""

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

NAME = "Erika Mustermann"
BEGINNING = "not reached:\n- Backups of the database hold it until they are deleted.\n"


def test_a_case_is_forgotten_after_a_dry_run(countersign: CommandLine) -> None:
    countersign.submit(1, f"unsure {NAME}")

    said = countersign.done("forget", "1").out
    assert said.startswith("#1 ")
    assert "(parcels): 1 input, " in said
    assert "; it is open, and ends by this\n" in said
    assert BEGINNING in said
    assert said.endswith("nothing was removed yet; the same command with --yes removes it\n")
    assert NAME in countersign.done("case", "1").out

    said = countersign.done("forget", "1", "--yes").out
    assert said.startswith("#1: removed 1 input, ")
    assert ", and it ended by this\nlooked at every row of 1 case again: nothing is left\n" in said
    assert countersign.done("forget", "1", "--check").out == "#1: looked at every row again, nothing is left\n"
    assert NAME not in countersign.done("case", "1").out
    assert "nothing: its content was removed" in countersign.done("case", "1").out
    again = countersign.done("forget", "1").out
    assert again.startswith("#1 ")
    assert ": its content was removed on " in again
    assert "hashes without a salt" not in again
    assert again.endswith("nothing can be removed now\n")
    files = [one for one in countersign.folder.rglob("*") if one.is_file() and one.suffix != ".py"]
    assert not [one for one in files if NAME.encode() in one.read_bytes()]


def test_a_person_is_forgotten_by_their_name(countersign: CommandLine) -> None:
    countersign.submit(1, f"unsure {NAME}")
    countersign.submit(2, f"unsure {NAME} once more")
    countersign.submit(3, "unsure, from somebody else")

    said = countersign.done("forget", "--subject", "erika mustermann").out
    assert "would be removed of 2 of 2 cases: 2 inputs, " in said
    assert NAME not in said
    said = countersign.done("forget", "--subject", "-", "--yes", input=f"{NAME}\n").out
    assert "looked at every row of 2 cases again: nothing is left" in said
    said = countersign.done("forget", "--subject", NAME).out
    assert said.startswith("these words stand in no case, no report, no cause of failures and no volume test\n")
    assert "try other spellings" in said
    assert countersign.state(3) == "waiting"


def test_a_held_case_stays_until_the_hold_is_lifted(countersign: CommandLine) -> None:
    countersign.submit(1, "unsure")
    assert countersign.done("legal-hold", "place", "1", "--reason", "a claim").out == (
        "legal hold 1 on case 1: its content is kept until the hold is lifted\n"
    )
    assert "a claim" in countersign.done("legal-hold", "list").out

    said = countersign("forget", "1")
    assert (said.code, "stays, since it is under a legal hold (a claim)" in said.out) == (1, True)
    assert "would be removed" not in said.out
    assert said.out.endswith("nothing can be removed now\n")
    assert "#1 stays, since it is under a legal hold" in countersign("forget", "1", "--yes").out
    assert countersign.done("legal-hold", "lift", "1").out == (
        "1 legal hold on case 1 lifted; serve removes what is due within the hour\n"
    )
    assert countersign.done("legal-hold", "list").out == "no legal hold\n"
    assert countersign("legal-hold", "lift", "1").error() == "there is no legal hold on case 1"
    countersign.done("forget", "1", "--yes")


def test_what_cannot_be_meant_is_refused(countersign: CommandLine) -> None:
    countersign.submit(1, "unsure")
    assert countersign("forget").code == 2
    assert countersign("forget", "1", "--subject", NAME).code == 2
    assert countersign("forget", "--subject", NAME, "--check").code == 2
    assert "at least 3 letters or digits" in countersign("forget", "--subject", "Er").error()
    assert countersign("legal-hold", "place", "1").error() == "a legal hold needs a reason of 1 to 500 characters"
    assert countersign("legal-hold", "place", "--reason", "x").error() == (
        "name one case, or one workflow with --workflow"
    )


def test_a_forgotten_case_takes_in_nothing_more(countersign: CommandLine) -> None:
    countersign.submit(1, "unsure")
    countersign.done("forget", "1", "--yes")
    said = countersign("submit", '{"id": 1, "text": "again"}', "--workflow", "parcels").error()
    assert said.startswith("the content of case ")
    assert said.endswith("; hand it in under another key")


def test_what_is_kept_and_due_is_shown(countersign: CommandLine) -> None:
    assert countersign.done("retention").out == "no workflow took in a case yet\n"
    countersign.submit(1, "unsure")
    said = countersign.done("retention").out
    assert "parcels" in said
    assert [(one["content"], one["days"], one["cases"]) for one in countersign.done("retention", "--json").json()] == [
        ("input", 365, 1),
        ("output", 365, 1),
        ("steps", 90, 1),
        ("model", 30, 0),
    ]
