"""Taking a decision back, and reporting what was wrong, at the command line."""

import re
import sqlite3
from contextlib import closing

import pytest

from tests.integration.bot.commandline import PARCELS, CommandLine

pytestmark = pytest.mark.slow


def graced(countersign: CommandLine) -> dict[str, str]:
    """Settings that name the same workflows with a grace period."""
    source = PARCELS.read_text()
    assert "review=Review()" in source
    with_grace = source.replace("review=Review()", "review=Review(grace=timedelta(hours=1))")
    file = countersign.place("graced.py", f"from datetime import timedelta\n{with_grace}")
    return {"COUNTERSIGN_WORKFLOWS": str(file)}


def test_a_decision_is_taken_back_before_it_is_applied(countersign: CommandLine) -> None:
    settings = graced(countersign)
    countersign.done("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels", **settings)
    said = countersign.done("approve", "1", **settings)
    assert said.out == "case 1: approved; it is waiting to be delivered now\n"
    assert countersign.done("undo", "1", **settings).out == "case 1: taken back; its review is open again\n"
    assert countersign("undo", "1", **settings).error().startswith("cli:ana took the decision back at")
    assert countersign.effects() == {}
    assert "; revoked by cli:ana, " in countersign.done("case", "1", **settings).out
    decision = countersign.case(1)["runs"][0]["review"]["decisions"][0]
    assert (decision["kind"], decision["revoked_by"]) == ("approved", "cli:ana")


def test_what_was_applied_is_reported_instead(countersign: CommandLine) -> None:
    """And closed by an approval, where it was right."""
    countersign.submit(1)
    assert countersign("undo", "1").error() == "nobody decided case 1"
    assert countersign.done("wrong", "1", "the wrong door").out == "noted\n"
    assert countersign.done("wrong", "7", "no such case").out == "noted\n"
    assert [(line["case"], line["outcome"]) for line in countersign.done("reports", "--json").json()] == [
        (None, "unseen"),
        (1, "opened"),
    ]
    assert "the wrong door" in countersign.done("reports").out
    assert countersign.done("approve", "1").out == "case 1: approved; it is closed now\n"
    assert list(countersign.effects()) == ["parcels/parcel-1"]


def test_a_second_person_starts_from_what_the_first_one_entered(countersign: CommandLine) -> None:
    """Fields that are left out keep it; and the same account is no second person."""
    source = PARCELS.read_text().replace("review=Review()", "review=Review(second=Second())")
    file = countersign.place("seconded.py", source.replace("    Review,\n", "    Review,\n    Second,\n"))
    settings = {"COUNTERSIGN_WORKFLOWS": str(file)}
    countersign.done("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels", **settings)
    countersign.done("edit", "1", "--set", "queue=lost", **settings)
    assert countersign("approve", "1", **settings).error().startswith("you approved it already")
    countersign.done("edit", "1", "--set", "note=mine", **settings)
    waits = countersign.case(1)["runs"][0]["review"]["decisions"][-1]
    assert (waits["output"], waits["revoked_at"]) == ({"queue": "lost", "note": "mine"}, None)


def test_show_tells_for_how_many_seconds_a_form_was_open(countersign: CommandLine) -> None:
    """A form in Slack: the command line has none, so its opening is put into the database here."""
    countersign.done("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels")
    with closing(sqlite3.connect(countersign.folder / "countersign.sqlite")) as database, database:
        opening = "SELECT team_id, id, 'cli:ana', strftime('%Y-%m-%d %H:%M:%f', 'now', '-5 seconds') FROM reviews"
        database.execute(f"INSERT INTO openings (team_id, review_id, by, at) {opening}")
    countersign.done("edit", "1", "--set", "queue=lost")
    (decision,) = countersign.case(1)["runs"][0]["review"]["decisions"]
    assert decision["seconds"] >= 4
    assert re.search(r"edited by cli:ana, .*, after [0-9]+ s", countersign.done("case", "1").out)
