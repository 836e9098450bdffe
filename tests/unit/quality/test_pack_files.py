"""A34, A43: a file with the cases of a review pack executes nothing in a spreadsheet, and is for its owner alone."""

import csv
from pathlib import Path

from tests.sample import Desk, sample_workflow
from workflows.quality.volume.pack_files import write_pack
from workflows.quality.volume.views import PackCase


def case(place: int, reply: str) -> PackCase:
    """A case whose proposal says this."""
    return PackCase(
        test=1,
        place=place,
        workflow="sample",
        input={"id": place, "text": reply},
        output={"queue": "billing", "reply": reply},
        why="",
        code=None,
        waiting=1,
    )


def test_what_a_spreadsheet_would_execute_begins_with_a_quotation_mark(tmp_path: Path) -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
    file = tmp_path / "pack.csv"
    write_pack(sample_workflow(Desk()), [case(place, text) for place, text in enumerate(hostile, 1)], file)
    with file.open(newline="", encoding="utf-8-sig") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["right: reply"] for row in rows] == [f"'{text}" for text in hostile]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert file.stat().st_mode & 0o077 == 0
