"""Charts and tables, as specimens of messages with pictures are drawn from."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from handlers.slack.blocks.parts.elements import header
from handlers.slack.blocks.parts.pictures import Part
from handlers.slack.specimens.reviews import AT
from handlers.texts.charts import Chart, ChartKind, Series, trend
from handlers.texts.measures import Unit
from handlers.texts.tables import Column, Table

DAYS = [(AT + timedelta(days=day - 13)).date() for day in range(14)]

VOLUME = trend(
    "Cases taken in",
    DAYS,
    [212, 240, 198, 61, 44, 251, 263, 247, 239, 255, 70, 52, 270, 281],
    measure="Cases",
    unit=Unit.COUNT,
    kind=ChartKind.AREA,
)
SHARE = trend(
    "Straight through",
    DAYS,
    [0.58, 0.61, 0.6, 0.72, None, 0.62, 0.64, 0.63, 0.66, 0.65, None, 0.74, 0.68, 0.69],
    measure="Share of cases",
    unit=Unit.SHARE,
)
COST = Chart(
    title="Cost by workflow",
    kind=ChartKind.BAR,
    measure="Cost",
    unit=Unit.DOLLARS,
    places=[f"{day.day} {day:%b}" for day in DAYS[-5:]],
    series=[
        Series(name="triage", values=[3.1, 3.4, 1.2, 0.9, 3.3]),
        Series(name="invoices", values=[1.4, 1.1, 0, 0, 2.75]),
    ],
)
OUTCOMES = Chart(
    title="What became of 281 cases",
    kind=ChartKind.PIE,
    measure="Cases",
    unit=Unit.COUNT,
    places=["Alone", "Approved", "Edited", "Rejected", "Lapsed"],
    series=[Series(name="Cases", values=[194, 61, 17, 9, 0])],
)
PARTLY_KNOWN = Chart(
    title="Minutes to a decision",
    kind=ChartKind.LINE,
    measure="Median",
    unit=Unit.MINUTES,
    places=[f"{day.day} {day:%b}" for day in DAYS],
    series=[
        Series(name="triage", values=[12, 14, 11, None, None, 9, 10, 12, 9, 8, None, None, 9.5, 7]),
        Series(name="invoices", values=[31, 42, 28, 55, 61, 30, 33, 35, 29, 27, 58, 49, 26, 30]),
    ],
)
BY_WORKFLOW = Table(
    caption="The day by workflow",
    columns=[
        Column(name="Workflow"),
        Column(name="Taken in", unit=Unit.COUNT),
        Column(name="Straight through", unit=Unit.SHARE),
        Column(name="Cost", unit=Unit.DOLLARS),
        Column(name="Median wait", unit=Unit.MINUTES),
    ],
    rows=[
        ["triage", 281, 0.69, 3.3, 7],
        ["invoices", 1_204, 0.31, 2.75, 30.5],
        ["refunds", 0, None, 0, None],
    ],
)

PICTURES: Mapping[str, Sequence[Part]] = {
    "the course of a fortnight": [header("A fortnight"), VOLUME, SHARE],
    "things beside each other": [COST, OUTCOMES],
    "a table": [BY_WORKFLOW],
    "more than a message shows": [VOLUME, COST, OUTCOMES],
    "a course that Slack cannot draw": [PARTLY_KNOWN],
}
"""Parts of messages with pictures, by name."""
