"""Naming who decides, and who is away, at the command line."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.integration.bot.commandline import PARCELS, CommandLine

pytestmark = pytest.mark.slow


def reviewed(countersign: CommandLine) -> dict[str, str]:
    """Settings that name the same workflows with two reviewers."""
    source = PARCELS.read_text().replace("review=Review()", 'review=Review(reviewers=("U0ANA", "U0BEN"))')
    return {"COUNTERSIGN_WORKFLOWS": str(countersign.place("reviewed.py", source))}


def test_a_review_is_assigned_and_shown_and_anybody_decides(countersign: CommandLine) -> None:
    settings = reviewed(countersign)
    countersign.done("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels", **settings)
    assert countersign.done("assign", "1", **settings).out == "case 1: assigned to nobody\n"
    assert countersign.done("assign", "1", "U0BEN", **settings).out == "case 1: for U0BEN\n"
    assert countersign.done("assign", "1", "U0BEN", **settings).out == "case 1: for U0BEN already\n"
    assert countersign.done("assign", "1", **settings).out == "case 1: for U0BEN\n"
    assert countersign("assign", "1", "U0EVE", **settings).error() == "U0EVE is not among the reviewers of parcels"
    audit = countersign.done("case", "1", "--json", **settings).json()["audit"]
    acts = [line["action"] for line in audit if line["actor"] == "cli:ana"]
    assert acts[-3:] == ["review.assigned", "assign.refused", "case.read"]
    assert countersign.done("assign", "1", "--nobody", **settings).out == "case 1: assigned to nobody\n"
    assert countersign.done("approve", "1", **settings).out.startswith("case 1: approved")


def test_nobody_is_assigned_who_is_away_and_they_come_back(countersign: CommandLine) -> None:
    settings = reviewed(countersign) | {"COUNTERSIGN_TIMEZONE": "Europe/Berlin"}
    countersign.done("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels", **settings)
    assert countersign.done("away", **settings).out == "nobody is away\n"
    assert countersign("away", "U0BEN", **settings).error() == "--until is missing: the first day back"
    past = ("away", "U0BEN", "--until", "2020-01-01")
    assert countersign(*past, **settings).error().startswith("the first day back comes after today")
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    said = countersign.done("away", "U0BEN", "--until", str(day), "--delegate", "U0ANA", **settings).out
    begins = datetime.combine(day, time.min, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert said == f"U0BEN is away until {begins:%Y-%m-%d %H:%M} UTC; U0ANA takes what is theirs\n"
    assert countersign.done("away", **settings).out == said
    assert countersign("assign", "1", "U0BEN", **settings).error().startswith("U0BEN is away until")
    assert countersign.done("back", "U0BEN", **settings).out == "U0BEN is back\n"
    assert countersign.done("back", "U0BEN", **settings).out == "U0BEN is not away\n"
    assert countersign.done("assign", "1", "U0BEN", **settings).out == "case 1: for U0BEN\n"
