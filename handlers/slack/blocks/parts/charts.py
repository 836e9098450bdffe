"""A chart as Slack draws it, with a line of words below: Slack has no alt text for one, and no gap in it."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.elements import small_print
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.text import bare
from handlers.texts import charts
from handlers.texts.charts import Chart, ChartKind, Series
from handlers.texts.measures import axis, on_axis
from handlers.texts.pieces import Room
from workflows.engine.text.sanitize import one_line


def chart(what: Chart, room: Room) -> list[Block] | None:
    """Draw a chart and what it shows in words; None where Slack's chart would show what is not so.

    A place where no series has data is left out, and named below. Slack draws no gap: where one series has data and
    another has none, a zero would have to stand there.
    """
    shown = charts.shortened(what, places=limits.CHART_POINTS, series=limits.CHART_SERIES)
    drawn = _pie(what) if what.kind is ChartKind.PIE else _on_axes(shown)
    if drawn is None:
        return None
    made: Block = {
        "type": "data_visualization",
        "title": bare(what.title, limits.CHART_TITLE) or "–",
        "chart": {"type": what.kind.value, **drawn},
    }
    # The words are about what is drawn, except that all parts of a pie are in it.
    of = what if what.kind is ChartKind.PIE else shown
    said = [*charts.facts(of, room), *charts.left_out(of, what)]
    return [made, small_print(one_line(" ".join(said), limits.SECTION_FIELD))]


def plain(what: Chart, room: Room) -> list[Block]:
    """Draw a chart without Slack's charts."""
    return [block(*charts.paragraphs(what, room))]


def _on_axes(what: Chart) -> Block | None:
    values = [what.of(one) for one in what.series]
    kept = [place for place in range(len(what.places)) if any(one[place] is not None for one in values)]
    labels = _different([what.places[place] for place in kept])
    names = _different([one.name for one in what.series])
    drawn = [_series(what, name, labels, [of[place] for place in kept]) for name, of in zip(names, values, strict=True)]
    if not kept or None in drawn:
        return None
    title = bare(axis(what.measure, what.unit), limits.CHART_TITLE)
    return {"series": drawn, "axis_config": {"categories": labels, **({"y_label": title} if title else {})}}


def _series(what: Chart, name: str, labels: Sequence[str], values: Sequence[float | None]) -> Block | None:
    points = [
        {"label": label, "value": on_axis(value, what.unit)}
        for label, value in zip(labels, values, strict=True)
        if value is not None
    ]
    return {"name": name, "data": points} if len(points) == len(labels) else None


def _pie(what: Chart) -> Block | None:
    """Draw the parts that are above zero; None where there are none, or where one is below zero."""
    values = what.of(what.series[0]) if what.series else []
    if any(value is not None and value < 0 for value in values):
        return None
    # What would be drawn as zero is no part.
    kept = [place for place, value in enumerate(values) if value is not None and on_axis(value, what.unit) > 0]
    if not kept:
        return None
    whole = Series(name=what.series[0].name, values=[values[place] for place in kept])
    parts = Chart(
        title=what.title,
        kind=what.kind,
        measure=what.measure,
        unit=what.unit,
        places=[what.places[place] for place in kept],
        series=[whole],
    )
    shown = charts.shortened(parts, places=limits.CHART_SERIES, series=1)
    labels = _different(shown.places)
    sizes = [value or 0 for value in shown.of(shown.series[0])]
    segments = [{"label": label, "value": on_axis(size, what.unit)} for label, size in zip(labels, sizes, strict=True)]
    return {"segments": segments}


def _different(labels: Sequence[str]) -> list[str]:
    """Cut labels to the length that Slack takes, and number those that are then alike: it refuses the same twice."""
    made = list[str]()
    for label in labels:
        text, number = bare(label, limits.CHART_LABEL) or "–", 1
        while text in made:
            number += 1
            ending = f" ({number})"
            text = f"{bare(label, limits.CHART_LABEL - len(ending))}{ending}".strip()
        made.append(text)
    return made
