"""The shipped sample through `run`, with the local model: what is printed, what is kept, what a second time does."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import workflows.library.intent_triage
from tests.integration.bot.commandline import CommandLine, Said
from tests.integration.bot.conftest import entered

pytestmark = pytest.mark.slow

LIBRARY = Path(workflows.library.intent_triage.__file__).parent
SAMPLE, EXAMPLES = LIBRARY / "sample.csv", LIBRARY / "sample_examples.csv"


def run(countersign: CommandLine, *options: str, label: str = "queue", **settings: str) -> Said:
    made = ("--examples", str(EXAMPLES), "--label", label)
    return countersign("run", SAMPLE, "--workflow", "intent-triage", *made, *options, **settings)


def printed(said: Said) -> dict[str, str]:
    """Return the value of each name in the table of numbers."""
    lines = (line.split("  ", 1) for line in said.out.splitlines() if "  " in line)
    return {name: value.strip() for name, value in lines}


def routes(countersign: CommandLine) -> dict[str, str]:
    """Message -> the label that it was routed to."""
    with closing(sqlite3.connect(countersign.folder / "routes.sqlite")) as table:
        return dict(table.execute("SELECT message, label FROM routes"))


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A folder in which the sample was run once, and what that said for a program."""
    with entered(tmp_path_factory.mktemp("sample")) as countersign:
        said = run(countersign, "--json")
        assert said.code == 0, said
        return countersign.folder, said.json()


@pytest.fixture
def sampled(first_run: tuple[Path, Any], empty: CommandLine) -> tuple[CommandLine, Any]:
    """A copy of that folder, and what was said."""
    folder, said = first_run
    shutil.copytree(folder, empty.folder, dirs_exist_ok=True)
    return empty, said


def test_the_first_run_takes_all_in_and_the_second_nothing_and_both_give_the_same_numbers(
    sampled: tuple[CommandLine, Any],
) -> None:
    countersign, first = sampled
    assert (first["rows"], first["taken_in"], first["duplicates"], first["refused"]) == (60, 60, 0, [])
    assert first["runs"] == 60
    assert first["cases_per_second"] == pytest.approx(60 / first["seconds"])
    again = run(countersign)
    assert again.code == 0
    numbers, tally = printed(again), first["tally"]
    assert numbers["taken in"] == "0"
    assert numbers["duplicates"] == "60"
    assert numbers["resolved alone"] == str(tally["alone"])
    assert numbers["to review"] == str(tally["to_review"])
    assert numbers["failed"] == str(tally["failed"]) == "0"
    assert numbers["dollars"] == "0.0000"
    alone, everything = tally["right_alone"]["queue"], tally["right_of_all"]["queue"]
    share = alone["right"] / alone["of"]
    right = f"{share:.1%} ({alone['right']} of {alone['of']})"
    assert numbers["queue right, resolved alone (floor 0.85)"] == right
    assert numbers["queue right, all proposals"].endswith(f"({everything['right']} of {everything['of']})")
    assert "cases per second" not in numbers


def test_the_numbers_are_those_that_the_database_and_the_system_of_record_keep(
    sampled: tuple[CommandLine, Any],
) -> None:
    countersign, said = sampled
    tally = said["tally"]
    assert tally["cases"] == tally["alone"] + tally["to_review"] == 60
    assert tally["alone"] > 30
    assert tally["to_review"] > 5
    delivered = countersign.done("cases", "--state", "delivered", "--limit", "100", "--json").json()
    waiting = countersign.done("queue", "--limit", "100", "--json").json()
    assert len(delivered) == tally["alone"]
    assert len(waiting) == tally["to_review"]
    assert {case["key"] for case in delivered} == set(routes(countersign))
    assert not {review["key"] for review in waiting} & set(routes(countersign))


def test_the_true_label_is_never_shown_to_the_model(sampled: tuple[CommandLine, Any]) -> None:
    countersign, _ = sampled
    case = countersign.case("m001")
    assert set(case["runs"][0]["input"]) == {"id", "text"}
    assert [set(step["input"]["data"]["message"]) for step in case["runs"][0]["steps"]] == [{"id", "text"}]


def test_a_message_like_nothing_in_the_examples_goes_to_a_person_who_is_told_so(
    sampled: tuple[CommandLine, Any],
) -> None:
    countersign, _ = sampled
    reviews = countersign.done("queue", "--limit", "100", "--json").json()
    assert any("it is unlike the 160 examples" in why for review in reviews for why in review["why"])


@pytest.mark.slow
def test_another_label_column_is_another_workflow_with_cases_of_its_own(sampled: tuple[CommandLine, Any]) -> None:
    countersign, _ = sampled
    said = run(countersign, "--json", label="intent").json()
    assert (said["workflow"], said["taken_in"]) == ("intent-triage-intent", 60)
    assert list(said["tally"]["right_of_all"]) == ["intent"]
    listed = countersign.done("cases", "--limit", "200", "--json").json()
    counts = [case["workflow"] for case in listed]
    assert (counts.count("intent-triage-queue"), counts.count("intent-triage-intent")) == (60, 60)
    error = countersign("case", "m001").error()
    assert "case 1" in error
    assert "case 61" in error


def test_a_higher_floor_resolves_fewer_alone(sampled: tuple[CommandLine, Any], tmp_path: Path) -> None:
    countersign, low = sampled
    high = run(countersign, "--floor", "0.99", "--json", COUNTERSIGN_DATABASE_URL=f"sqlite:///{tmp_path}/high.sqlite")
    assert high.json()["floor"] == 0.99
    assert high.json()["tally"]["alone"] < low["tally"]["alone"]


@pytest.mark.slow
def test_a_later_command_finds_the_workflow_again_that_was_made_from_options(
    sampled: tuple[CommandLine, Any],
) -> None:
    countersign, _ = sampled
    first, second, *_ = countersign.done("queue", "--json").json()
    countersign.done("approve", first["key"])
    error = countersign("edit", second["key"], "--set", "queue=moon").error()
    assert error == "queue: has to be one of: cards, fines, loans, visits"
    countersign.done("edit", second["key"], "--set", "queue=fines")
    assert routes(countersign)[second["key"]] == "fines"
    submitted = countersign.done(
        "submit", '{"id": "n1", "text": "my card is lost"}', "--workflow", "intent-triage-queue", "--json"
    ).json()
    assert submitted["runs"][0]["proposal"]["output"] == {"queue": "cards"}


@pytest.fixture
def orphaned(sampled: tuple[CommandLine, Any]) -> CommandLine:
    """The sample was run, and then its examples went away."""
    countersign, _ = sampled
    examples = countersign.folder / "examples.csv"
    examples.write_bytes(EXAMPLES.read_bytes())
    made = ("--examples", str(examples), "--label", "queue")
    assert countersign("run", SAMPLE, "--workflow", "intent-triage", *made).code == 0
    examples.unlink()
    return countersign


def test_decisions_go_on_when_the_examples_have_gone(orphaned: CommandLine) -> None:
    first, second, *_ = orphaned.done("queue", "--json").json()
    orphaned.done("approve", first["key"])
    orphaned.done("edit", second["key"], "--set", "queue=fines")
    assert routes(orphaned)[second["key"]] == "fines"


def test_a_new_case_goes_to_a_person_when_the_examples_have_gone(orphaned: CommandLine) -> None:
    """There is no model then, which is no reason to stop the business: the form is empty and says why."""
    submission = ("submit", '{"id": "n1", "text": "my card is lost"}', "--workflow", "intent-triage-queue", "--json")
    (run,) = orphaned.done(*submission).json()["runs"]
    assert run["state"] == "waiting"
    assert run["proposal"] is None
    assert any("examples.csv" in why for why in run["review"]["why"])


def test_doctor_names_the_examples_that_have_gone(orphaned: CommandLine) -> None:
    said = orphaned("doctor")
    assert said.code == 1
    assert "intent-triage-queue: its examples cannot be read" in said.out
    assert "examples.csv" in said.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([], "intent-triage needs --examples FILE and --label COLUMN"),
        (["--examples", str(EXAMPLES)], "intent-triage needs --examples FILE and --label COLUMN"),
        (["--examples", "nowhere.csv", "--label", "queue"], "nowhere.csv: No such file or directory"),
        (["--examples", str(EXAMPLES), "--label", "mood"], "no column mood; it has: id, text, intent, queue"),
        (["--examples", str(EXAMPLES), "--label", "text"], "'text' cannot be a label column"),
        (
            ["--examples", str(EXAMPLES), "--label", "queue", "--floor", "2"],
            "a floor is above 0 and at most 1, not 2.0",
        ),
        (["--examples", str(EXAMPLES), "--label", "queue", "--floor", "nan"], "a floor is above 0 and at most 1"),
        (["--examples", str(EXAMPLES), "--label", "queue", "--floor", "0"], "a floor is above 0 and at most 1"),
    ],
    ids=["neither", "no label", "no file", "no column", "a column of the input", "2", "nan", "0"],
)
def test_options_that_make_no_workflow_are_refused_in_words(empty: CommandLine, options: list[str], why: str) -> None:
    assert why in empty("run", SAMPLE, "--workflow", "intent-triage", *options).error()
    assert empty.done("cases").out == "no cases\n"


def test_options_of_another_workflow_are_refused(empty: CommandLine) -> None:
    error = empty("run", SAMPLE, "--workflow", "support-triage", "--label", "queue").error()
    assert error == "--examples, --label and --floor belong to intent-triage"
