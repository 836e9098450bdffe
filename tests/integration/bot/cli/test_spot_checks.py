"""Spot checks at the command line: a list, a blind answer, two answers side by side, a grade."""

import pytest

from tests.integration.bot.commandline import CommandLine
from tests.integration.bot.conftest import sit_down
from tests.integration.bot.parcels import SPOT_CHECKS

pytestmark = pytest.mark.slow

RIGHT = ("--set", "queue=home", "--set", "note=sender of 1: sure")


@pytest.fixture
def drawn(countersign: CommandLine) -> CommandLine:
    """Parcel 1 went alone to `home`, and was drawn."""
    countersign.settings[SPOT_CHECKS] = "1"
    assert countersign.submit(1, "sure").code == 0
    assert countersign.effects()["parcels/parcel-1"]["queue"] == "home"
    return countersign


def test_what_waits_is_listed_and_shown_without_the_answer(drawn: CommandLine) -> None:
    listed = drawn.done("spot-checks").out
    assert "parcel-1" in listed
    assert "to answer" in listed
    shown = drawn.done("spot-check", "1").out
    assert "This case went alone." in shown
    assert "queue: home, shop, lost" in shown
    assert "sender of 1" not in listed + shown
    assert drawn.done("spot-checks", "--json").json()[0]["task"] == "answer"


def test_an_equal_answer_decides_it(drawn: CommandLine) -> None:
    assert drawn.done("spot-check", "parcel-1", *RIGHT).out == "Your answer is what was delivered.\n"
    assert drawn.done("spot-checks").out == "no spot check waits\n"
    assert drawn("spot-check", "1").error() == "Your answer is what was delivered."


def test_another_answer_is_put_beside_it_and_graded(drawn: CommandLine) -> None:
    said = drawn.done("spot-check", "1", "--set", "queue=shop", "--set", "note=sender of 1: sure").out
    assert "Queue\n- delivered: home\n- you: shop" in said
    assert said.endswith("nobody has graded that yet.\n")
    done = drawn.done("spot-check", "1", "--grade", "minor", "--note", "it was for the shop").out
    # Nobody is a reviewer of this workflow, so there is no other person.
    assert done == "It is decided: a minor error. Nobody else could look at it, so your grade counts.\n"


def test_a_major_error_opens_a_correction_with_the_blind_answer(drawn: CommandLine) -> None:
    drawn.done("spot-check", "1", "--set", "queue=shop", "--set", "note=sender of 1: sure")
    done = drawn.done("spot-check", "1", "--grade", "major").out
    assert done.endswith("A correction with the blind answer waits for a person.\n")
    drawn.done("approve", "1")
    assert drawn.effects()["parcels/parcel-1/correction-1"]["queue"] == "shop"


def test_what_cannot_be_done_is_said(drawn: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn("spot-check", "1", "--grade", "minor").error() == "nobody has answered this spot check yet"
    assert drawn("spot-check", "1", "--set", "queue=moon").code == 1
    drawn.done("spot-check", "1", "--set", "queue=shop")
    sit_down(monkeypatch, "ben")
    assert drawn("spot-check", "1", *RIGHT).code == 1
    assert drawn.submit(2, "unsure").code == 0
    assert drawn("spot-check", "2").error() == "case 2 was not drawn for a spot check"
