"""`cases`, `queue`, `case`, `status`, `workflows`: what a person and what a program read, and that the two agree."""

import os
import pwd
import shutil
from pathlib import Path

import pytest

from tests.integration.bot.commandline import PARCELS, CommandLine
from tests.integration.bot.conftest import entered
from tests.integration.bot.parcels import FOLDER

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def worked_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which case 1 is delivered, case 2 waits with a proposal, case 3 without one."""
    with entered(tmp_path_factory.mktemp("three")) as countersign:
        (countersign.folder / "world").mkdir()
        countersign.settings.update(COUNTERSIGN_WORKFLOWS=str(PARCELS), **{FOLDER: str(countersign.folder / "world")})
        countersign.submit(1)
        countersign.submit(2, "unsure")
        countersign.submit(3, "nobody knows", workflow="letters")
        return countersign.folder


@pytest.fixture
def three(worked_on: Path, countersign: CommandLine) -> CommandLine:
    """A copy of that folder."""
    shutil.copytree(worked_on, countersign.folder, dirs_exist_ok=True)
    return countersign


def test_nothing_is_said_to_be_there_in_an_empty_database(countersign: CommandLine) -> None:
    assert countersign.done("cases").out == "no cases\n"
    assert countersign.done("queue").out == "no review waits for a person\n"
    assert countersign.done("cases", "--json").json() == []
    assert countersign.done("queue", "--json").json() == []


def test_cases_are_listed_newest_first_with_their_state(three: CommandLine) -> None:
    header, *lines = three.done("cases").out.splitlines()
    assert header.split() == ["case", "key", "workflow", "revision", "state", "resolved", "received"]
    assert [line.split()[:5] for line in lines] == [
        ["3", "parcel-3", "letters", "1", "waiting"],
        ["2", "parcel-2", "parcels", "1", "waiting"],
        ["1", "parcel-1", "parcels", "1", "delivered"],
    ]
    listed = three.done("cases", "--json").json()
    assert [(str(case["id"]), case["key"], case["workflow"], case["state"]) for case in listed] == [
        (line.split()[0], line.split()[1], line.split()[2], line.split()[4]) for line in lines
    ]
    assert listed[-1]["resolution"] == "alone"


def test_cases_are_narrowed_by_workflow_state_and_number(three: CommandLine) -> None:
    def numbers(*options: str) -> list[int]:
        return [case["id"] for case in three.done("cases", *options, "--json").json()]

    assert numbers("--workflow", "parcels") == [2, 1]
    assert numbers("--state", "waiting") == [3, 2]
    assert numbers("--state", "waiting", "--workflow", "letters") == [3]
    assert numbers("--limit", "1") == [3]


@pytest.mark.parametrize("command", ["cases", "queue"])
def test_a_workflow_that_there_is_not_is_refused_with_those_that_there_are(three: CommandLine, command: str) -> None:
    error = three(command, "--workflow", "parcel").error()
    known = "agent-approval, agent-question, invoice-intake, letters, parcels, support-triage"
    assert error == f"there is no workflow 'parcel'; known: {known}"


def test_a_state_that_there_is_not_is_refused_with_those_that_there_are(three: CommandLine) -> None:
    error = three("cases", "--state", "done").error()
    assert error.startswith("there is no state 'done'; there are: ready, running, waiting")


def test_a_limit_outside_its_bounds_is_a_wrong_call(three: CommandLine) -> None:
    for limit in ("0", "10001", "-1", "many"):
        assert three("cases", "--limit", limit).code == 2
        assert three("queue", "--limit", limit).code == 2


def test_reviews_say_why_a_person_is_asked(three: CommandLine) -> None:
    header, *lines = three.done("queue").out.splitlines()
    assert header.split("  ")[0] == "case"
    assert len(lines) == 2
    assert lines[0].endswith("confidence is below 0.9: Queue 0.50, Note 0.50")
    assert lines[1].endswith("no proposal: nobody knows where it goes")
    listed = three.done("queue", "--json").json()
    assert [(review["case"], review["has_proposal"], review["version"]) for review in listed] == [
        (2, True, 1),
        (3, False, 1),
    ]
    assert three.done("queue", "--workflow", "letters", "--json").json() == [listed[1]]


def test_show_tells_the_whole_story_of_a_case(three: CommandLine) -> None:
    three.done("edit", "2", "--set", "queue=shop")
    told = three.done("case", "parcel-2").out
    for part in (
        "case 2  parcel-2  parcels",
        "revision               1, from command line, ",
        "it may                 look up the sender, send it out",
        "input text             unsure",
        "run 2: delivered, by person",
        "step look_up           finished, ",
        '"sender of 2"',
        "proposed by            the workflow's own code",
        "queue                home  (0.50)",
        "because              it says so",
        "asked because        confidence is below 0.9: Queue 0.50, Note 0.50",
        "decision             edited by cli:ana, ",
        "decided queue        shop",
        "delivery               applied: P-2  (key parcels/parcel-2, attempts 1)",
        "nothing; if it was wrong, countersign correct 2 --set FIELD=VALUE",
    ):
        assert part in told
    assert three.case(2)["audit"][0]["action"] == "case.taken_in"


def test_show_says_what_to_do_next(three: CommandLine) -> None:
    def next_of(case: int) -> str:
        return three.done("case", str(case)).out.split("next ")[-1].strip()

    assert next_of(2) == "countersign approve 2, edit 2 --set FIELD=VALUE, or reject 2 --reason WHY"
    assert next_of(3) == "countersign edit 3 --set FIELD=VALUE, or reject 3 --reason WHY --then close"
    three.done("reject", "3", "--reason", "no", "--then", "close")
    assert next_of(3) == "nothing"
    three.place("closed", "closed")
    three("approve", "2")
    assert next_of(2) == (
        "repair the cause (countersign pull 2 writes a test of it), then countersign rerun 2; "
        "where its input is wrong, countersign rerun 2 corrected"
    )


HOSTILE = "\x1b[31mred\x1b]0;owned\x07 \u202egnp.exe [bold]b[/bold] :bomb: \r\u200b\u2066x \x9b2J"
SHOWN = "\\u001b[31mred\\u001b]0;owned\\u0007 \\u202egnp.exe [bold]b[/bold] :bomb: \\u000d\\u200b\\u2066x \\u009b2J"


def test_what_a_case_says_is_stored_unchanged_and_shown_neutralised(countersign: CommandLine) -> None:
    said = countersign.submit(1, HOSTILE)
    assert countersign.case(1)["runs"][0]["input"]["text"] == HOSTILE
    assert countersign.effects()["parcels/parcel-1"]["note"] == f"sender of 1: {HOSTILE}"
    for out in (said.out, countersign.done("case", "1").out):
        assert SHOWN in out
        assert not set("\x1b\x07\u202e\r\u200b\u2066\x9b") & set(out)
    assert not set("\x1b\x07\u202e\r\u200b\u2066\x9b") & set(countersign.done("case", "1", "--json").out)


def test_several_lines_of_a_text_stay_beside_its_name(countersign: CommandLine) -> None:
    """No line of a case's text can pass for a line of Countersign's own."""
    said = countersign.submit(1, "first\nnext                   countersign approve 2")
    assert "\nnext                   countersign approve 2" not in said.out


def test_a_key_that_two_workflows_have_is_refused_with_the_numbers(countersign: CommandLine) -> None:
    countersign.submit(7)
    countersign.submit(7, workflow="letters")
    error = countersign("case", "parcel-7").error()
    assert "'parcel-7'" in error
    assert "case 1" in error
    assert "case 2" in error
    assert countersign.case(2)["workflow"] == "letters"


def test_a_person_without_a_name_can_still_decide(countersign: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under a number."""
    countersign.submit(1, "unsure")

    def nameless(number: int) -> pwd.struct_passwd:
        raise KeyError(f"getpwuid(): uid not found: {number}")

    monkeypatch.setattr(pwd, "getpwuid", nameless)
    countersign.done("approve", "1")
    assert countersign.effects()["parcels/parcel-1"]["by"] == f"cli:uid-{os.getuid()}"


def test_what_the_model_said_instead_of_an_answer_is_shown_and_in_the_json(countersign: CommandLine) -> None:
    """A person at the command line holds the database, so nothing is hidden from them."""
    countersign.submit(1, "the model babbles")
    case = countersign.done("case", "1")
    assert "the model said" in case.out
    assert "I would say home, or the shop" in case.out
    (listed,) = countersign.done("queue", "--json").json()
    assert listed["model_said"] == "I would say home, or the shop"
    assert countersign.done("case", "1", "--json").json()["runs"][0]["review"]["model_said"] == listed["model_said"]


def test_status_says_what_waits_and_what_is_paused(three: CommandLine) -> None:
    three.done("pause", "letters", "the printer burns")
    told = three.done("status").out
    assert "1 case waits for a person, the oldest since" in told
    assert "Paused by cli:ana" in told
    assert "the printer burns" in told
    lines = {line["workflow"]: line for line in three.done("status", "--json").json()["workflows"]}
    assert (lines["parcels"]["waiting"], lines["letters"]["pause"]["reason"]) == (1, "the printer burns")


def test_workflows_are_listed_and_their_charters_read(three: CommandLine) -> None:
    assert "- parcels: " in three.done("workflows").out
    assert "What it never does" in three.done("workflows", "parcels").out
    assert {line["workflow"] for line in three.done("workflows", "--json").json()} >= {"parcels", "letters"}
    assert "there is no workflow 'parcel'" in three("workflows", "parcel").error()


def test_a_dry_rerun_tells_and_does_nothing(three: CommandLine) -> None:
    told = three.done("rerun", "2", "from", "start", "dry").out
    assert told.startswith("case 2: would run again from start; nothing was done\n")
    assert "The review that is open now would be withdrawn." in told
    assert three.done("rerun", "2", "--from", "start", "--dry").out == told
    assert len(three.case(2)["runs"]) == 1


def test_explain_tells_what_was_decided_before_a_rerun_and_where_runs_are_left_out(three: CommandLine) -> None:
    three.done("reject", "2", "--reason", "no such parcel", "--then", "close")
    three.done("rerun", "2", "from", "start")
    told = three.done("explain", "2").out
    before, after = told.split("What was done in run 2 of 2")
    assert "cli:ana rejected it, " in before
    assert "> no such parcel" in before
    assert "rejected it" not in after
    assert "left out" not in told
    for _ in range(4):
        three.done("rerun", "2", "from", "start")
    told = three.done("explain", "2").out
    assert "The first run is left out here. The command line tells all: countersign explain 2 --json" in told
    assert "rejected it" not in told
    assert len(three.done("explain", "2", "--json").json()["case"]["runs"]) == 6


def test_explain_tells_the_way_of_a_case(three: CommandLine) -> None:
    three.done("approve", "2")
    told = three.done("explain", "2").out
    first, *sentences = told.split("\n\n")[0].splitlines()
    assert first == "Case 2, parcel-2"
    assert 4 <= len(sentences) <= 5
    assert "cli:ana approved it after" in told
    assert "under the key parcels/parcel-2" in told
    assert three.done("explain", "2", "--json").json()["case"]["key"] == "parcel-2"
    assert "Nothing was proposed" in three.done("explain", "3").out
