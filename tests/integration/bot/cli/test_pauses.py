"""`pause`, `resume`, `propose` at the command line, and where else a pause is said."""

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow


def pause(countersign: CommandLine, *more: str) -> str:
    """Pause the parcels; returns what was said."""
    return countersign.done("pause", "parcels", *more, "the", "depot", "moves").out


def test_a_paused_workflow_gives_people_empty_forms_and_delivers_what_they_decide(countersign: CommandLine) -> None:
    said = pause(countersign)
    assert said.startswith("parcels is paused, by cli:ana since ")
    assert ": the depot moves\nno model is asked, people get empty forms, and what they decide is still" in said
    assert said.endswith("0 cases wait for people; to resume it: countersign resume parcels\n")
    countersign.submit(1)
    (review,) = countersign.done("queue", "--json").json()
    assert review["why"] == ["this workflow is paused by cli:ana: the depot moves"]
    assert countersign.lines("steps") == []
    countersign.done("edit", "1", "--set", "queue=shop")
    assert countersign.state(1) == "delivered"


@pytest.mark.slow
def test_what_is_held_goes_out_and_what_waits_is_proposed_anew(countersign: CommandLine) -> None:
    countersign.submit(1, "unsure")
    assert "what they decide is held" in pause(countersign, "--deliveries")
    countersign.submit(2)
    assert "approved; it is waiting to be delivered now" in countersign.done("approve", "1").out
    assert countersign.lines("attempts") == []
    assert countersign("propose", "parcels").error() == "parcels is paused (the depot moves); resume it first"
    assert countersign.done("resume", "parcels").out == (
        "parcels is resumed\n"
        "held deliveries that go out now: 1\n"
        "cases that the model can be asked about: 1; countersign propose parcels\n"
    )
    assert countersign.state(1) == "delivered"
    assert countersign.done("propose", "parcels").out == "the model is asked again about: 1\n"
    assert countersign.state(2) == "delivered"
    assert countersign.done("resume", "parcels").out == "parcels is not paused\n"


def test_a_claimed_case_is_left_and_counted(countersign: CommandLine) -> None:
    pause(countersign)
    countersign.submit(1)
    countersign.done("claim", "1")
    countersign.done("resume", "parcels")
    said = countersign.done("propose", "parcels").out
    assert (
        said
        == "the model is asked again about: 0\nleft as they are, since somebody works on them or decided them once: 1\n"
    )


@pytest.mark.parametrize("command", ["pause", "resume", "propose"])
def test_alone_each_tells_how_the_workflows_stand(countersign: CommandLine, command: str) -> None:
    pause(countersign)
    countersign.submit(1)
    lines = countersign.done(command).out.splitlines()
    (parcels,) = [line for line in lines if line.startswith("parcels ")]
    assert parcels.startswith("parcels is paused by cli:ana since ")
    assert parcels.endswith(": the depot moves; 1 case waits for people, 1 of them without a proposal")
    assert "letters is not paused; 0 cases wait for people" in lines


def test_doctor_and_the_lists_say_that_a_workflow_is_paused(countersign: CommandLine) -> None:
    pause(countersign)
    for command in ("cases", "queue"):
        assert "parcels is paused, by cli:ana since " in countersign.done(command).out
        assert "is paused" not in countersign.done(command, "--workflow", "letters").out
    said = countersign.done("doctor").out
    assert "note  parcels is paused by cli:ana since " in said
    assert "countersign resume parcels" in said
    countersign.done("resume", "parcels")
    for command in ("cases", "queue", "doctor"):
        assert "is paused" not in countersign.done(command).out


def test_a_pause_without_a_reason_or_of_a_workflow_that_nobody_knows_is_refused(countersign: CommandLine) -> None:
    assert countersign("pause", "parcels").error() == "a pause needs a reason of 1 to 300 characters"
    error = countersign("resume", "nowhere").error()
    assert error.startswith("there is no workflow 'nowhere'; known: ")
