"""A digest as a file: what a spreadsheet would execute is text, and JSON has all of it."""

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

from bot.cli.screens import digests as screens
from handlers.slack.specimens.failure_summaries import QUIET
from workflows.engine.digests import jobs
from workflows.engine.digests.jobs import Cell
from workflows.engine.digests.names import JobName
from workflows.engine.errors import Refused


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Cell]:
    """The one record that the digest's job gives; a test changes it."""
    record: dict[str, Cell] = {}
    job = replace(jobs.JOBS[JobName.FAILURES], records=lambda _: [record])
    monkeypatch.setattr(jobs, "JOBS", {**jobs.JOBS, JobName.FAILURES: job})
    return record


def cells() -> Mapping[str, str]:
    (row,) = csv.DictReader(StringIO(screens.as_csv(QUIET)))
    return row


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", " =", "\n +"])
def test_a_text_that_a_spreadsheet_would_execute_begins_with_a_quotation_mark(
    told: dict[str, Cell], begin: str
) -> None:
    """A34. OWASP's list of what begins a formula, also behind space. A name is still read after the mark."""
    told["workflow"] = f'{begin}HYPERLINK("https://evil.example","x")'
    assert cells()["workflow"] == f"'{told['workflow']}"


def test_numbers_stay_numbers_also_below_zero(told: dict[str, Cell]) -> None:
    told.update(change=-3, dollars=Decimal("-0.05"), share=0.5, none=None, day=date(2026, 11, 18))
    found = cells()
    assert [found[name] for name in told] == ["-3", "-0.05", "0.5", "", "2026-11-18"]


def test_a_comma_a_quotation_mark_and_a_new_line_stay_in_their_cell(told: dict[str, Cell]) -> None:
    told["workflow"] = 'a, "b"\r\n=c'
    assert cells()["workflow"] == told["workflow"]


def test_json_has_every_figure_and_the_days() -> None:
    found = json.loads(screens.as_json(QUIET))
    assert (found["job"], found["first"], found["last"]) == ("failures", "2026-11-18", "2026-11-18")
    assert found["figures"]["workflows"][0]["workflow"] == "triage"


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    there = tmp_path / "failures.csv"
    there.write_text("mine")
    with pytest.raises(Refused, match="was not written: File exists"):
        screens.write("ours", there)
    assert there.read_text() == "mine"
