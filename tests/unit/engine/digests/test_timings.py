"""Files of timings are read as people write them, and what is wrong is named by its line."""

from pathlib import Path

import pytest

from workflows.engine.digests.numbers.baseline_views import FigureName
from workflows.engine.digests.numbers.timings import Timings, read_timings
from workflows.engine.errors import InvalidInput


def read(folder: Path, text: str, name: str = "timings.csv") -> Timings:
    file = folder / name
    file.write_text(text)
    return read_timings(file)


def values(timings: Timings) -> dict[FigureName, tuple[float, int | None]]:
    return {figure.name: (float(figure.value), figure.number) for figure in timings.figures}


def test_a_row_is_a_case_and_what_it_does_not_say_is_not_counted(tmp_path: Path) -> None:
    timings = read(tmp_path, "minutes,error,rework,response_minutes\n5,0,,60\n6,1,no,120\n7,0,yes,600\n10,,,\n\n")
    assert timings.bad == []
    assert values(timings) == {
        FigureName.MINUTES: (7.0, 4),
        FigureName.ERROR_RATE: (pytest.approx(1 / 3), 3),
        FigureName.REWORK: (0.5, 2),
        FigureName.RESPONSE_HOURS: (2.0, 3),
    }
    assert timings.figures[0].deviation == pytest.approx(2.1602469)


@pytest.mark.parametrize(
    "text",
    [
        "Minutes;Error\n5,5;0\n6,5;1\n",
        "who\tDuration (minutes)\tHas error\nana\t5.5\tfalse\nben\t6.5\tTRUE\n",
        "Handling time,mistake\n5.5,n\n6.5,y\n",
    ],
)
def test_columns_are_found_by_what_people_call_them(tmp_path: Path, text: str) -> None:
    timings = read(tmp_path, text)
    assert values(timings) == {FigureName.MINUTES: (6.0, 2), FigureName.ERROR_RATE: (0.5, 2)}


def test_json_has_numbers_and_truths(tmp_path: Path) -> None:
    timings = read(tmp_path, '{"minutes": 5, "error": false}\n{"minutes": 7, "error": 1}\n', "timings.jsonl")
    assert values(timings) == {FigureName.MINUTES: (6.0, 2), FigureName.ERROR_RATE: (0.5, 2)}


def test_a_row_of_json_may_leave_out_what_the_next_one_says(tmp_path: Path) -> None:
    timings = read(tmp_path, '{"minutes": 5}\n{"minutes": 7, "error": 1}\n', "timings.jsonl")
    assert values(timings) == {FigureName.MINUTES: (6.0, 2), FigureName.ERROR_RATE: (1.0, 1)}


def test_a_bad_row_is_named_by_its_line_and_its_reason(tmp_path: Path) -> None:
    timings = read(
        tmp_path, "minutes,error,note\n5,0,a\nsix,0,b\n0,0,c\n-1,0,d\n5,maybe,e\n20000,0,f\n,0,g\nnan,0,h\n5\n"
    )
    assert (timings.rows, timings.unused) == (1, ["note"])
    assert [row.line for row in timings.bad] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert [row.problem for row in timings.bad][:4] == [
        "minutes: six is not a number from 0 to 10,080",
        "minutes: there has to be a number above 0",
        "minutes: -1 is not a number from 0 to 10,080",
        "error: maybe is neither 0 nor 1",
    ]


def test_a_file_without_minutes_says_which_columns_it_has(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no column is called minutes; there are: seconds, error"):
        read(tmp_path, "seconds,error\n300,0\n")
    with pytest.raises(InvalidInput, match=r"there are: none$"):
        read(tmp_path, "")
    with pytest.raises(InvalidInput):
        read_timings(tmp_path / "missing.csv")


def test_a_file_without_rows_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "minutes\n").figures == []
