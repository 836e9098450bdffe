"""`causes` and `rerun`: the causes of failures as an engineer reads them, and what is done about them."""

import json

import pytest

from tests.integration.bot.commandline import CommandLine, Said

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
    assert line.split()[1:4] == ["open", "nobody", "2"]
    (listed,) = failed.done("causes", "--json", "--state", "open").json()
    assert (listed["name"], listed["count"], listed["workflow"]) == (name, 2, "parcels")
    shown = failed.done("causes", name).out
    assert "nobody is on it yet" in shown
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


def corrected(failed: CommandLine, text: str = "for the shop", *words: str, reason: str = "misread") -> Said:
    failed.place("input.json", json.dumps({"id": 1, "text": text}))
    why = ["--reason", reason] if reason else []
    return failed("rerun", "1", *words, "--input", failed.folder / "world" / "input.json", *why)


def test_a_case_runs_again_with_an_input_that_was_put_right(failed: CommandLine) -> None:
    shown = failed("rerun", "1", "corrected")
    assert shown.json() == {"id": 1, "text": "for the door"}
    (then,) = shown.err.splitlines()
    assert then == "put it right, then: countersign rerun 1 corrected --input FILE --reason WHY --version 2"
    (failed.folder / "world" / "no-records").unlink()

    told = corrected(failed, "for the shop", "corrected", "dry", reason="").out
    assert "Case 1 would run again from the start with this input, as revision 2. Nothing was done yet." in told
    assert "- Text: for the door → for the shop" in told
    assert len(failed.case(1)["runs"]) == 1

    told = corrected(failed).out
    assert "Case 1 runs again from the start with the corrected input, as revision 2." in told
    assert "- Text: for the door → for the shop" in told
    case = failed.case(1)
    assert (case["revision"], case["runs"][-1]["input"]["text"]) == (2, "for the shop")
    assert (case["runs"][-1]["corrected"]["by"], case["runs"][-1]["corrected"]["reason"]) == ("cli:ana", "misread")
    assert "text                 for the door -> for the shop" in failed.done("case", "1").out
    assert "What was put right in it" in failed.done("explain", "1").out


def test_an_input_that_does_not_do_changes_nothing(failed: CommandLine) -> None:
    assert corrected(failed, "for the door").error().startswith("nothing differs from its present input")
    assert corrected(failed, reason="").error() == "say why, in 1 to 300 characters"
    assert "runs again from the start" in corrected(failed, "other", "from", "start").error()
    other = json.dumps({"id": 2, "text": "other"})
    of_other = failed("rerun", "1", "--input", "-", "--reason", "x", input=other).error()
    assert of_other == ("its key would be parcel-2, and it has to stay parcel-1: with another key it is another case")
    assert failed("rerun", "1", "--input", "-", "--reason", "x", input='{"id": 1}').error() == "text: is missing"
    assert "not valid JSON" in failed("rerun", "1", "--input", "-", input="{").error()
    assert "cannot be read" in failed("rerun", "1", "--input", "nowhere.json").error()
    misspelt = json.dumps({"id": 1, "text": "for the door", "txet": "for the shop"})
    for words in (["--reason", "x"], ["dry"]):
        assert failed("rerun", "1", *words, "--input", "-", input=misspelt).error() == "no field of the input: txet"
    for hostile in ("[" * 100_000, '{"id": ' + "9" * 5_000 + "}"):
        assert failed("rerun", "1", "--input", "-", input=hostile).error() == (
            "- cannot be read: no UTF-8, nested too deep, or a number too long"
        )
    assert failed("rerun", "1", "corected").error() == (
        "'corected' is not understood after a case, and nothing was done: rerun 1 [from STEP] [dry], or corrected"
    )
    late = failed("rerun", "1", "--input", "-", "--reason", "x", "--version", "1", input='{"id": 1, "text": "other"}')
    assert late.error().startswith("the case moved on since this was shown")
    assert failed.case(1)["revision"] == 1
