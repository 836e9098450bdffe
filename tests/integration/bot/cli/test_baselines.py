"""A baseline at the command line: recorded from a file, from forms or by somebody's word, and shown."""

from pathlib import Path

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow


def written(countersign: CommandLine, text: str) -> Path:
    file = countersign.folder / "timings.csv"
    file.write_text(text)
    return file


def test_what_is_recorded_is_shown_with_where_it_comes_from(countersign: CommandLine) -> None:
    file = written(countersign, "Minutes,Error,Who\n5,0,ana\n7,1,ben\n")
    said = countersign("baseline", "record", "parcels", "--file", file, "--cost-per-hour", "$42.50")
    assert said.code == 0, said
    assert "2 timings read" in said.out
    assert "not used: the columns Who" in said.out
    countersign("baseline", "record", "parcels", "--minutes", "8")
    shown = countersign("baseline", "show", "parcels")
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert lines[0] == "parcels, by hand"
    assert [line.split(" cli:")[0] for line in lines[2:]] == [
        "minutes a case 8.0 stated",
        "errors 50% (2 cases) timings",
        "cost an hour $42.50 stated",
        "minutes a case 6.0 ± 1.4 (2 cases) timings",
    ]
    assert lines[2].endswith("counts")
    assert lines[5].endswith("earlier")
    (view,) = countersign("baseline", "show", "--json").json()
    assert view["workflow"] == "parcels"
    assert len(view["recordings"]) == 3


def test_a_bad_row_keeps_all_from_being_recorded_unless_it_is_left_out(countersign: CommandLine) -> None:
    file = written(countersign, "minutes\n5\nlong\n")
    said = countersign("baseline", "record", "parcels", "--file", file)
    assert said.code == 1
    assert "line 3: minutes: long is not a number from 0 to 10,080" in said.out
    assert "nothing is recorded: 1 row cannot be used" in said.out
    assert "has no baseline" in countersign("baseline", "show", "parcels").out
    left_out = countersign("baseline", "record", "parcels", "--file", file, "--skip-bad")
    assert left_out.code == 0
    assert "1 timing read, 1 left out" in left_out.out


def test_what_cannot_be_recorded_is_said_in_a_line(countersign: CommandLine) -> None:
    file = written(countersign, "minutes\n5\n")
    record = ("baseline", "record", "parcels")
    assert countersign(*record).error().startswith("there is nothing to record")
    assert countersign(*record, "--file", file, "--minutes", "5").error().startswith("minutes is measured and stated")
    assert countersign(*record, "--file", file, "--from-forms").error() == "give a file or --from-forms, not both"
    assert countersign(*record, "--from-forms").error().startswith("0 empty forms of parcels were answered and timed")
    assert countersign(*record, "--cost-per-hour", "much").error().startswith("--cost-per-hour is an amount")
    assert countersign("baseline", "show").out.startswith("no baseline is recorded")


def test_each_number_is_explained(countersign: CommandLine) -> None:
    said = countersign("digest", "explain", "hours-freed").out
    assert said.startswith("Hours freed (hours_freed)\n")
    assert "It does not mean jobs: these are hours that people can use otherwise." in said
    assert countersign("digest", "explain").out.count("It does not mean") == 19
    assert countersign("digest", "explain", "profit").error().startswith("there is no number 'profit'")


def test_the_numbers_are_printed_and_exported(countersign: CommandLine) -> None:
    assert "No case was resolved. $0 spent." in countersign("digest", "preview", "numbers").out
    table = countersign("digest", "export", "numbers").out.splitlines()
    assert table[0] == "first,last,workflow,number,unit,value,low,high,n"
    assert countersign("digest", "export", "numbers", "--format", "json").json()["job"] == "numbers"
