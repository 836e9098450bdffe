"""Charts and tables: what both judges take, and that the words say what the picture shows."""

import math
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pictures import Part, fit, illustrated
from handlers.slack.specimens.pictures import BY_WORKFLOW, COST, OUTCOMES, PARTLY_KNOWN, SHARE, VOLUME
from handlers.texts.bars import lying, standing
from handlers.texts.charts import Chart, ChartKind, Series, trend
from handlers.texts.measures import Number, Unit, measured, said
from handlers.texts.tables import Column, Table, cell_text
from tests.unit.handlers.slack import message

NUMBERS: st.SearchStrategy[Number | None] = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.sampled_from([10**400, Decimal("sNaN"), Decimal("1e999"), -0.0, 5e-324, 1e15]),
)
TEXTS = st.text(max_size=60) | st.sampled_from(["<!channel>", "<@U0123456789>", "x" * 500, "\u202ea", "", "same"])


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """Charts whose names and values come from anywhere, and need not fit each other."""
    return Chart(
        title=draw(TEXTS),
        kind=draw(st.sampled_from(ChartKind)),
        measure=draw(TEXTS),
        unit=draw(st.sampled_from(Unit)),
        places=draw(st.lists(TEXTS, max_size=30)),
        series=draw(
            st.lists(st.builds(Series, name=TEXTS, values=st.lists(NUMBERS, max_size=30)), max_size=15),
        ),
    )


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = st.builds(Column, name=TEXTS, unit=st.none() | st.sampled_from(Unit))
    cells: st.SearchStrategy[str | Number | None] = st.one_of(TEXTS, NUMBERS)
    rows = st.lists(cells, max_size=25)
    return Table(
        caption=draw(TEXTS),
        columns=draw(st.lists(columns, max_size=25)),
        rows=draw(st.lists(rows, max_size=6)) * draw(st.sampled_from([1, 1, 60])),
    )


@pytest.mark.slow
@given(st.lists(charts() | tables(), max_size=5))
def test_both_judges_take_whatever_is_drawn_and_its_plain_form(parts: list[Part]) -> None:
    """Whatever the texts and numbers are: within every limit, pinging nobody, with nothing hidden."""
    drawn = illustrated(parts, text="Pictures")
    message(drawn)
    if drawn.plain is not None:
        message(drawn.plain())
        assert kinds(drawn.plain()) == {"rich_text"}


@pytest.mark.parametrize("kind", [ChartKind.BAR, ChartKind.PIE])
def test_names_of_hostile_things_ping_nobody_and_keep_apart(kind: ChartKind) -> None:
    names = ["<!channel>", "<@U0123456789>", "same name of a thing, long", "same name of a thing, longer"]
    series = [Series(name="<!here>", values=[1, 2, 3, 4])]
    what = Chart(title="<!channel>", kind=kind, measure="<!here>", unit=Unit.COUNT, places=names, series=series)
    table = Table(caption="<!channel>", columns=[Column(name="<!here>")], rows=[["<@U0123456789>"]])
    drawn = illustrated([what, table], text="t")
    message(drawn)
    assert "‹!channel›" in str(drawn.blocks)
    assert drawn.plain is not None
    message(drawn.plain())


@pytest.mark.parametrize("unit", Unit)
def test_a_place_without_data_is_left_out_and_named_and_is_no_zero(unit: Unit) -> None:
    days = [date(2026, 11, 2) + timedelta(days=day) for day in range(4)]
    drawn = illustrated([trend("t", days, [1, None, 0, math.nan], measure="Cases", unit=unit)], text="t")
    (series,) = drawn.blocks[0]["chart"]["series"]  # type: ignore[index]  # a block is of plain objects
    assert [point["label"] for point in series["data"]] == ["2 Nov", "4 Nov"]
    assert series["data"][1]["value"] == 0
    assert "No data: 3 Nov, 5 Nov." in message(drawn)
    assert drawn.plain is not None
    assert "No data: 3 Nov, 5 Nov. █·▁·" in message(drawn.plain())


def test_the_words_say_first_last_least_and_most_with_their_days() -> None:
    told = "Cases: 212 (6 Nov) to 281 (19 Nov); least 44 (10 Nov), most 281 (19 Nov)."
    drawn = illustrated([VOLUME], text="t")
    assert told in message(drawn)
    assert drawn.plain is not None
    assert told in message(drawn.plain())


def test_a_course_known_for_one_series_alone_is_told_in_words() -> None:
    """Slack draws no gap, and a zero would be wrong."""
    drawn = illustrated([PARTLY_KNOWN], text="t")
    assert kinds(drawn) == {"rich_text"}
    assert drawn.plain is None
    assert "invoices: 31 min (6 Nov) to 30 min (19 Nov)" in message(drawn)


def test_a_message_shows_two_charts_and_the_third_in_words() -> None:
    assert fit([VOLUME, PARTLY_KNOWN, COST, OUTCOMES, BY_WORKFLOW]) == 3
    drawn = illustrated([VOLUME, COST, OUTCOMES, BY_WORKFLOW], text="t")
    types = [block["type"] for block in drawn.blocks]
    assert types.count("data_visualization") == limits.MESSAGE_CHARTS
    assert types.count("data_table") == 1
    assert "Alone: 194, 69% ████████" in message(drawn)


def test_a_pie_of_many_parts_has_the_rest_as_one() -> None:
    parts = [f"part {number}" for number in range(30)]
    series = [Series(name="Cases", values=list(range(30)))]
    pie = Chart(title="t", kind=ChartKind.PIE, measure="Cases", unit=Unit.COUNT, places=parts, series=series)
    drawn = illustrated([pie], text="t")
    segments = drawn.blocks[0]["chart"]["segments"]  # type: ignore[index]  # a block is of plain objects
    assert len(segments) == limits.CHART_SERIES
    assert sum(segment["value"] for segment in segments) == sum(range(30))
    assert segments[-1]["label"] == "18 others"


def test_a_long_table_says_how_much_of_it_is_shown() -> None:
    rows: list[list[str | Number | None]] = [[f"row {number}", number] for number in range(500)]
    columns = [Column(name="Name"), Column(name="Number", unit=Unit.COUNT)]
    drawn = illustrated([Table(caption="Rows", columns=columns, rows=rows)], text="t")
    assert drawn.blocks[0]["caption"] == "Rows: the first 200 of 500 rows"
    assert drawn.plain is not None
    assert "… and 470 more rows" in message(drawn.plain())


def test_tables_share_one_budget_and_the_rest_is_told_in_words() -> None:
    rows = [["x" * 140, "y" * 140] for _ in range(50)]
    table = Table(caption="Texts", columns=[Column(name="a"), Column(name="b")], rows=rows)
    drawn = illustrated([table, table, table], text="t")
    assert [block["type"] for block in drawn.blocks] == ["data_table", "data_table", "rich_text"]
    assert "Texts: the first" in str(drawn.blocks[1]["caption"])
    message(drawn)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (1_204, Unit.COUNT, "1,204"),
        (2.5, Unit.COUNT, "2.5"),
        (0.624, Unit.SHARE, "62%"),
        (0.9996, Unit.SHARE, "99%"),
        (0.0044, Unit.SHARE, "0.4%"),
        (0.0002, Unit.SHARE, "less than 0.1%"),
        (0, Unit.SHARE, "0%"),
        (1, Unit.SHARE, "100%"),
        (Decimal("3.1"), Unit.DOLLARS, "$3.10"),
        (0.001, Unit.DOLLARS, "less than $0.01"),
        (0, Unit.DOLLARS, "$0"),
        (-12, Unit.DOLLARS, "−$12.00"),
        (4.52, Unit.MINUTES, "4.5 min"),
    ],
)
def test_a_value_is_said_with_its_unit(value: Number, unit: Unit, told: str) -> None:
    number = measured(value)
    assert number is not None
    assert said(number, unit) == told


def test_minutes_of_a_column_have_their_point_at_the_same_place() -> None:
    column = Column(name="Card to decision", unit=Unit.MINUTES)
    told = [cell_text(minutes, column, 40) for minutes in (4, 4.52, 1_204, 0, 0.01, None)]
    assert told == ["4.0 min", "4.5 min", "1,204.0 min", "0 min", "less than 0.1 min", "–"]


def test_bars_begin_at_zero_and_a_gap_is_no_bar() -> None:
    assert standing([0, 1, 4, 8, None]) == "▁▂▅█·"
    assert standing([0, 0]) == "▁▁"
    assert standing([-4, 0, 4]) == "▁▅█"
    assert standing([0.1 + 0.2, 0.3]) == "██"
    assert lying(0.001, 10) == "█"
    assert lying(0, 10) == lying(-1, 10) == ""


def test_the_largest_picture_leaves_room_for_others() -> None:
    assert illustrated([SHARE, COST, BY_WORKFLOW], text="t").size < limits.MESSAGE_BLOCKS_BUDGET / 4


def kinds(drawn: Drawn) -> set[object]:
    return {block["type"] for block in drawn.blocks}
