"""A person decides at the command line: what they read, what is delivered, what is kept, what is refused."""

import subprocess

import pytest

from tests.integration.bot.commandline import PARCELS, CommandLine
from tests.integration.bot.conftest import sit_down

pytestmark = pytest.mark.slow


@pytest.fixture
def asked(countersign: CommandLine) -> CommandLine:
    """Parcel 1 waits for a person, with a proposal."""
    assert countersign.submit(1, "unsure").code == 0
    return countersign


def test_approving_delivers_what_was_proposed_and_says_so(asked: CommandLine) -> None:
    said = asked.done("approve", "1")
    assert said.out == "case 1: approved; it is delivered now: P-1\n"
    assert asked.effects() == {
        "parcels/parcel-1": {"queue": "home", "note": "sender of 1: unsure", "by": "cli:ana"},
    }
    (run,) = asked.case(1)["runs"]
    assert run["resolution"] == "by_person"
    (decision,) = run["review"]["decisions"]
    assert (decision["kind"], decision["by"], decision["version"]) == ("approved", "cli:ana", 1)
    assert run["delivery"]["state"] == "applied"


@pytest.mark.parametrize("reference", ["1", "parcel-1"])
def test_a_case_is_named_by_its_number_or_its_key(asked: CommandLine, reference: str) -> None:
    assert asked.done("approve", reference).out.startswith("case 1: approved; it is delivered now")


def test_a_second_decision_is_refused_and_delivers_nothing(asked: CommandLine) -> None:
    asked.done("approve", "1")
    for command in (["approve", "1"], ["edit", "1", "--set", "queue=lost"], ["reject", "1", "--reason", "no"]):
        assert asked(*command).error() == "case 1 (parcel-1) has no open review; it is delivered"
    assert asked.lines("attempts") == ["parcels/parcel-1"]


def test_a_decision_about_a_version_that_moved_on_is_refused_with_who_moved_it(asked: CommandLine) -> None:
    asked.done("reject", "1", "--reason", "not this one")
    error = asked("approve", "1", "--version", "1").error()
    assert error.startswith("cli:ana rejected it at ")
    assert error.endswith("; it is now at version 2")
    assert asked.state(1) == "waiting"
    assert asked.effects() == {}


def test_an_edit_keeps_the_fields_that_are_left_out(asked: CommandLine) -> None:
    said = asked.done("edit", "1", "--set", "queue=lost")
    assert said.out == "case 1: edited; it is delivered now: P-1\n"
    assert asked.effects()["parcels/parcel-1"] == {"queue": "lost", "note": "sender of 1: unsure", "by": "cli:ana"}
    (decision,) = asked.case(1)["runs"][0]["review"]["decisions"]
    assert decision["kind"] == "edited"
    assert decision["output"] == {"queue": "lost", "note": "sender of 1: unsure"}


def test_a_value_may_hold_equals_signs_and_be_empty(asked: CommandLine) -> None:
    asked.done("edit", "1", "--set", "queue=lost", "--set", "note=a=b")
    assert asked.effects()["parcels/parcel-1"]["note"] == "a=b"
    asked.submit(2, "unsure")
    said = asked.done("edit", "2", "--set", "note=").out
    assert said.startswith("note: This does not hold: the note says something\ncase 2: edited")  # it bars nothing
    assert asked.effects()["parcels/parcel-2"]["note"] == ""


@pytest.mark.parametrize(
    ("assignment", "why"),
    [
        ("queue=moon", "queue: has to be one of: home, shop, lost"),
        ("queue=", "queue: is missing"),
        ("colour=red", "colour: there is no such field; there are: queue, note"),
        ("queue", "queue: has to be FIELD=VALUE"),
        ("=home", "=home: has to be FIELD=VALUE"),
        ("note=a\0b", "note: holds a NUL character"),
        ("note=caf\udce9", "note: is not valid UTF-8"),
    ],
)
def test_an_edit_that_does_not_fit_the_form_is_refused_by_field_and_changes_nothing(
    asked: CommandLine, assignment: str, why: str
) -> None:
    assert asked("edit", "1", "--set", assignment).error() == why
    assert asked.state(1) == "waiting"
    assert asked.case(1)["runs"][0]["review"]["decisions"] == []


def test_an_edit_that_runs_into_a_never_has_to_be_confirmed(countersign: CommandLine) -> None:
    countersign.submit(1, "it leaks")
    error = countersign("edit", "1", "--set", "queue=shop").error()
    assert error == ("this has to be confirmed: never send out what leaks; use --confirm to decide so all the same")
    assert countersign.state(1) == "waiting"
    countersign.done("edit", "1", "--set", "queue=shop", "--confirm")
    assert countersign.effects()["parcels/parcel-1"]["queue"] == "shop"
    assert "although never: send out what leaks" in countersign.done("case", "1").out


def test_an_approval_meets_what_came_since_and_says_how_it_goes_on(asked: CommandLine) -> None:
    """F72: a rule and a field came with a newer version of the file. `show` names each press that was refused."""
    code = PARCELS.read_text()
    newer = asked.folder / "newer.py"
    asked.settings["COUNTERSIGN_WORKFLOWS"] = str(newer)
    newer.write_text(f'{code}\nparcels.never("send on a Friday alone")(lambda parcel, routing: True)\n')
    said = asked("approve", "1").error()
    assert said == ("this has to be confirmed: never send on a Friday alone; use --confirm to decide so all the same")

    newer.write_text(code.replace('    note: str = ""', '    note: str = ""\n    floor: int'))
    said = asked("approve", "1").error()
    assert said.startswith("the form has changed since this was proposed: floor: is missing; nothing was recorded")
    assert said.endswith("countersign edit 1 --set FIELD=VALUE")
    assert asked.effects() == {}
    shown = asked.done("case", "1").out
    assert [line.split(":")[-1].strip() for line in shown.splitlines() if "approve by cli:ana" in line] == [
        "a rule has to be confirmed",
        "the form had changed",
    ]

    newer.write_text(f'{code}\nparcels.never("send on a Friday alone")(lambda parcel, routing: True)\n')
    assert asked.done("approve", "1", "--confirm").out.startswith("case 1: approved; it is delivered now")


def test_a_never_that_bars_is_not_to_be_confirmed_away(asked: CommandLine) -> None:
    error = asked("edit", "1", "--set", "note=you get money", "--confirm").error()
    assert error == "this is barred: never promise money"
    assert asked.state(1) == "waiting"
    assert asked.effects() == {}


def test_a_rejection_leaves_an_empty_form_that_is_then_answered_by_hand(asked: CommandLine) -> None:
    assert asked.done("reject", "1", "--reason", "not this one").out == "case 1: rejected; it is waiting now\n"
    assert "no proposal" in asked.done("queue").out
    assert asked("approve", "1").error() == "there is no proposal to approve; fill in the form instead"
    assert asked("edit", "1").error() == "queue: is missing"
    said = asked.done("edit", "1", "--set", "queue=shop")
    assert said.out == "case 1: answered; it is delivered now: P-1\n"
    assert asked.effects()["parcels/parcel-1"] == {"queue": "shop", "note": "", "by": "cli:ana"}
    decisions = asked.case(1)["runs"][0]["review"]["decisions"]
    assert [decision["kind"] for decision in decisions] == ["rejected", "answered"]
    assert decisions[0]["reason"] == "not this one"


def test_a_case_without_a_proposal_can_be_closed_but_not_rejected_into_the_same_form(
    countersign: CommandLine,
) -> None:
    countersign.submit(1, "nobody knows")
    error = countersign("reject", "1", "--reason", "no").error()
    assert error == "there is no proposal to reject; fill in the form, or close the case"
    assert countersign.done("reject", "1", "--reason", "no", "--then", "close").code == 0


def test_closing_a_case_tells_the_system_of_record_and_delivers_nothing(asked: CommandLine) -> None:
    said = asked.done("reject", "1", "--reason", "sent back", "--then", "close")
    assert said.out == "case 1: rejected; it is closed now: noted\n"
    assert asked.lines("rejections") == ["parcels/parcel-1/rejection sent back"]
    assert asked.effects() == {}


def test_a_rejection_needs_a_reason(asked: CommandLine) -> None:
    missing = asked("reject", "1")
    assert missing.code == 2
    assert "--reason" in missing.err
    assert asked("reject", "1", "--reason", " ").error() == "a rejection needs a reason of 1 to 3,000 characters"
    assert asked("reject", "1", "--reason", "x" * 3001).code == 1
    assert asked("reject", "1", "--reason", "no", "--then", "burn").code == 2
    assert asked.case(1)["runs"][0]["review"]["version"] == 1


def test_a_claim_is_shown_to_the_others_and_bars_nobody_from_deciding(
    asked: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked.done("claim", "1").out == "case 1: claimed\n"
    assert "cli:ana" in asked.done("queue").out
    sit_down(monkeypatch, "ben")
    assert asked("claim", "1").error() == "cli:ana has claimed it"
    asked.done("approve", "1")
    assert asked.effects()["parcels/parcel-1"]["by"] == "cli:ben"
    assert asked("claim", "1").error() == "case 1 (parcel-1) has no open review; it is delivered"


def test_an_escalation_names_whom_it_asked(countersign: CommandLine) -> None:
    source = PARCELS.read_text().replace("review=Review()", 'review=Review(escalate_to=["U0MARIA", "U0BEN"])')
    settings = {"COUNTERSIGN_WORKFLOWS": str(countersign.place("escalating.py", source))}
    countersign.done("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels", **settings)
    said = countersign.done("escalate", "1", **settings)
    assert said.out == "case 1: asked U0MARIA, U0BEN to decide\n"
    assert countersign("escalate", "1", **settings).error() == "somebody was asked already"


def test_an_escalation_needs_somebody_to_ask(asked: CommandLine) -> None:
    assert asked("escalate", "1").error() == "parcels names nobody to whom a review goes then"


def test_a_name_that_a_shell_sets_is_nobody(asked: CommandLine) -> None:
    """LOGNAME, USER and SUDO_USER are claims: the audit names the system's account."""
    asked.done("approve", "1", LOGNAME="the-cfo", USER="the-cfo", LNAME="the-cfo", USERNAME="the-cfo", SUDO_USER="cfo")
    assert asked.effects()["parcels/parcel-1"]["by"] == "cli:ana"


def test_a_decision_whose_delivery_fails_is_kept_and_the_failure_is_said(asked: CommandLine) -> None:
    """Recorded and applied are two things; the exit code is of the second."""
    asked.place("closed", "the depot is closed")
    said = asked("approve", "1")
    assert said.error() == "the depot is closed"
    assert said.out == "case 1: approved; it is failed now\n"
    (run,) = asked.case(1)["runs"]
    assert run["review"]["decisions"][0]["kind"] == "approved"
    assert run["delivery"]["state"] == "failed"


def test_what_is_said_of_a_failure_stays_on_one_line(asked: CommandLine) -> None:
    asked.place("closed", "the depot\nis closed\x1b[2J")
    assert asked("approve", "1").error() == "the depot is closed\\u001b[2J"


@pytest.mark.parametrize("command", ["approve", "claim", "case", "rerun", "edit", "correct"])
def test_a_case_that_is_not_there_is_said_so(countersign: CommandLine, command: str) -> None:
    assert countersign(command, "nothing-1").error() == ("there is no case 'nothing-1'; `countersign cases` lists them")


@pytest.fixture
def numbered(empty: CommandLine) -> CommandLine:
    """Numbers as keys, as most files have them: case 1 has the key 2, and case 2 the key 1."""
    automation = empty.folder / "numbers.py"
    automation.write_text(
        "from pydantic import BaseModel\n"
        "from workflows import Proposal, Workflow\n"
        "class Thing(BaseModel):\n    id: str\n"
        "w = Workflow(name='numbers', decision='?', owner='U0', input=Thing, output=Thing, key=lambda t: t.id)\n"
        "w.propose(lambda thing, ask: Proposal(output=thing, confidence={'id': 0.5}))\n"
        "w.deliver(lambda thing, run: f'had {thing.id}')\n"
    )
    empty.settings["COUNTERSIGN_WORKFLOWS"] = str(automation)
    for id in ("2", "1"):
        empty.done("submit", f'{{"id": "{id}"}}', "--workflow", "numbers")
    return empty


def test_a_reference_that_means_two_cases_is_refused_and_nothing_is_decided(numbered: CommandLine) -> None:
    error = numbered("approve", "2").error()
    assert "case 1" in error
    assert "case 2" in error
    assert [case["state"] for case in numbered.done("cases", "--json").json()] == ["waiting", "waiting"]


def test_the_refusal_says_by_which_name_each_of_them_is_reached(numbered: CommandLine) -> None:
    """Without such a name nobody could decide either; and it is typed into a shell just as it is printed."""
    words = {word.strip("(),;`") for word in numbered("approve", "2").error().split()}
    names = sorted(word for word in words if not word.isdigit() and any(letter.isdigit() for letter in word.strip("'")))
    reached = set()
    for name in names:
        typed = subprocess.run(["sh", "-c", f"printf %s {name}"], capture_output=True, text=True).stdout
        shown = numbered("case", typed, "--json")
        if shown.code == 0:
            reached.add(shown.json()["id"])
    assert reached == {1, 2}, names
