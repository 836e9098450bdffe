"""Charts as values, and what they show in words: who sees no chart is told the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from handlers.texts import bars
from handlers.texts.measures import Number, Unit, measured, said
from handlers.texts.pieces import Paragraph, Room, bullets, line, words
from workflows.engine.text.sanitize import one_line

NO_DATA = "No data."
_MOST_GAPS = 4
"""Places without data that are named; of more, their number is said."""


class ChartKind(StrEnum):
    """Ways to draw a chart."""

    PIE = "pie"
    """Parts of a whole; the first of its series alone."""
    BAR = "bar"
    """Things beside each other."""
    LINE = "line"
    """The course of something; its places follow each other."""
    AREA = "area"


@dataclass(frozen=True, kw_only=True)
class Series:
    """Values of one thing, one for each place of the chart."""

    name: str
    values: Sequence[Number | None]
    """None where there is no data, which is not the same as zero."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart. Its texts may come from anywhere, and a face shortens them."""

    title: str
    kind: ChartKind
    measure: str
    """The thing that is measured, such as cases."""
    unit: Unit
    places: Sequence[str]
    """Label of each place: a date, or the name of a thing."""
    series: Sequence[Series]

    @property
    def is_course(self) -> bool:
        """Tell whether its places follow each other, so that a first and a last one mean something."""
        return self.kind in (ChartKind.LINE, ChartKind.AREA)

    def of(self, series: Series) -> Sequence[float | None]:
        """Return the values of a series, one for each place."""
        found = [measured(value) for value in series.values[: len(self.places)]]
        return [*found, *[None] * (len(self.places) - len(found))]


def trend(
    title: str,
    days: Sequence[date],
    values: Sequence[Number | None],
    *,
    measure: str,
    unit: Unit,
    kind: ChartKind = ChartKind.LINE,
) -> Chart:
    """Return the chart of one value for each day, such as of a fortnight."""
    # Of more than a year, the same day comes twice.
    is_long = bool(days) and (max(days) - min(days)).days > 360
    places = [f"{day.day} {day:%b %Y}" if is_long else f"{day.day} {day:%b}" for day in days]
    series = [Series(name=measure, values=values)]
    return Chart(title=title, kind=kind, measure=measure, unit=unit, places=places, series=series)


def shortened(chart: Chart, *, places: int, series: int) -> Chart:
    """Return a chart with no more than so many places and series.

    Of a course the last places are kept. Of a pie the largest are, and the rest of them is one part.
    """
    kept = chart.series[: 1 if chart.kind is ChartKind.PIE else series]
    if len(chart.places) <= places:
        return replace(chart, series=kept)
    if chart.kind is ChartKind.PIE:
        return _with_others(chart, places)
    part = slice(-places, None) if chart.is_course else slice(places)
    values = [replace(one, values=chart.of(one)[part]) for one in kept]
    return replace(chart, places=chart.places[part], series=values)


def _with_others(chart: Chart, most: int) -> Chart:
    values = chart.of(chart.series[0]) if chart.series else []
    order = sorted(range(len(values)), key=lambda place: -(values[place] or 0))
    named, others = sorted(order[: most - 1]), order[most - 1 :]
    rest = sum(max(values[place] or 0, 0) for place in others)
    kept = [replace(one, values=[*(values[place] for place in named), rest]) for one in chart.series[:1]]
    return replace(chart, places=[*(chart.places[place] for place in named), f"{len(others)} others"], series=kept)


def facts(chart: Chart, room: Room) -> list[str]:
    """Say what a chart shows, a sentence or two for each series."""
    shown = chart.series[:1] if chart.kind is ChartKind.PIE else chart.series[: room.items]
    told = [_facts(chart, one, room) for one in shown] or [NO_DATA]
    more = len(chart.series) - len(shown)
    if more > 0 and chart.kind is not ChartKind.PIE:
        told.append(f"… and {more:,} more")
    return told


def left_out(shown: Chart, chart: Chart) -> list[str]:
    """Say that fewer places are shown than there are."""
    number, total = len(shown.places), len(chart.places)
    return [f"Shown: the {'last' if chart.is_course else 'first'} {number:,} of {total:,}."] if number < total else []


def paragraphs(chart: Chart, room: Room) -> list[Paragraph]:
    """Tell a chart without drawing it: its title, what it shows, and bars made of letters."""
    title: Paragraph = line(words(one_line(chart.title, room.line), bold=True))
    if chart.is_course:
        told = facts(chart, room)
        drawn = [bars.standing(chart.of(one)) if _has_data(chart, one) else "" for one in chart.series]
        lines = [line(words(f"{text} {bar}".rstrip())) for text, bar in zip(told, [*drawn, ""], strict=False)]
        return [title, *(lines if len(lines) == 1 else [bullets(lines)])]
    return [title, *_things(chart, room)]


def _things(chart: Chart, room: Room) -> list[Paragraph]:
    """Tell of each thing, the bar last: who is read to hears the name and the number first."""
    if not chart.series or not chart.places:
        return [line(words(NO_DATA))]
    first = chart.of(chart.series[0])
    most = max((value for value in first if value is not None), default=0.0)
    lines = []
    for place, name in enumerate(chart.places[: room.items]):
        if len(chart.series) == 1 or chart.kind is ChartKind.PIE:
            numbers = [_value(chart, chart.series[0], place), *_part(chart, first[place])]
            bar = bars.lying(first[place] or 0, most)
        else:
            shown = chart.series[: room.items]
            numbers, bar = [f"{one_line(one.name, room.line)} {_value(chart, one, place)}" for one in shown], ""
        lines.append(line(words(f"{one_line(name, room.line)}: {', '.join(numbers)} {bar}".rstrip())))
    if more := len(chart.places) - len(lines):
        lines.append(line(words(f"… and {more:,} more")))
    return [bullets(lines)]


def _value(chart: Chart, series: Series, place: int) -> str:
    value = chart.of(series)[place]
    return "no data" if value is None else said(value, chart.unit)


def _part(chart: Chart, value: float | None) -> list[str]:
    """Say which part of a pie a value is."""
    total = sum(max(one or 0, 0) for one in chart.of(chart.series[0]))
    if chart.kind is not ChartKind.PIE or chart.unit is Unit.SHARE or not total or not value or value < 0:
        return []
    return [said(value / total, Unit.SHARE)]


def _has_data(chart: Chart, series: Series) -> bool:
    return any(value is not None for value in chart.of(series))


def _facts(chart: Chart, series: Series, room: Room) -> str:
    name = one_line(series.name, room.line) or one_line(chart.measure, room.line)
    values = chart.of(series)
    known = [(value, place) for place, value in enumerate(values) if value is not None]
    if not known:
        return f"{name}: no data."
    if not chart.is_course:
        return f"{name}: {', '.join(_named(chart, known, room))}."
    (first, begun), (last, ended) = known[0], known[-1]
    at = [one_line(place, room.line) for place in chart.places]
    if len(known) == 1:
        return f"{name}: {said(first, chart.unit)} ({at[begun]}). {_gaps(chart, values, room)}".rstrip()
    least, most = min(known, key=lambda one: one[0]), max(known, key=lambda one: one[0])
    if least[0] == most[0]:
        told = f"{said(first, chart.unit)} from {at[begun]} to {at[ended]}"
    else:
        course = f"{said(first, chart.unit)} ({at[begun]}) to {said(last, chart.unit)} ({at[ended]})"
        told = f"{course}; least {said(least[0], chart.unit)} ({at[least[1]]})"
        told += f", most {said(most[0], chart.unit)} ({at[most[1]]})"
    return f"{name}: {told}. {_gaps(chart, values, room)}".rstrip()


def _named(chart: Chart, known: Sequence[tuple[float, int]], room: Room) -> list[str]:
    """Say each value with its name; of very many, the largest."""
    kept = known if len(known) <= room.items else sorted(known, key=lambda one: -one[0])[: room.items]
    told = [f"{one_line(chart.places[place], room.line)} {said(value, chart.unit)}" for value, place in kept]
    return [*told, f"{len(known) - len(told):,} more"] if len(known) > len(told) else told


def _gaps(chart: Chart, values: Sequence[float | None], room: Room) -> str:
    gaps = [one_line(chart.places[place], room.line) for place, value in enumerate(values) if value is None]
    if not gaps:
        return ""
    if len(gaps) > _MOST_GAPS:
        return f"No data for {len(gaps):,} of {len(values):,}."
    return f"No data: {', '.join(gaps)}."
