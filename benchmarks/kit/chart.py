"""Charts as SVG: small panels beside each other, a line for each series, readable in light and in dark."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 380, 240
"""Size of a panel."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 22, 48, 40
"""Space around a panel's plot."""
_STYLE = """
  .ground { fill: #ffffff } .text { fill: #1f2328 } .quiet { fill: #59636e } .grid { stroke: #d1d9e0 }
  .line { fill: none; stroke-width: 2 } .s0 { stroke: #2a78d6 } .s1 { stroke: #c8501f }
  .m0 { fill: #2a78d6 } .m1 { fill: #c8501f }
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif } .title { font-weight: 600; font-size: 13px }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .text { fill: #f0f6fc } .quiet { fill: #9198a1 } .grid { stroke: #3d444d }
    .s0 { stroke: #58a6ff } .s1 { stroke: #f0883e } .m0 { fill: #58a6ff } .m1 { fill: #f0883e }
  }
"""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A plot of one measure."""

    title: str
    series: Mapping[str, Sequence[tuple[float, float]]]
    """Name -> points, from left to right. At most two."""
    is_log: bool = False
    """True if each mark of the left axis is ten times the one below it. The lower axis always is so."""


def drawn(panels: Sequence[Panel], *, title: str, description: str, below: str) -> str:
    """Return an SVG of panels, two in a row. `below`: what the lower axes count."""
    rows = math.ceil(len(panels) / 2)
    width, height = 2 * _WIDTH, rows * _HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>",
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{width}" height="{height}" rx="6"/>',
    ]
    for place, panel in enumerate(panels):
        x, y = place % 2 * _WIDTH, place // 2 * _HEIGHT
        parts.append(f'<g transform="translate({x} {y})">{_panel(panel, below)}</g>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, below: str) -> str:
    points = [point for line in panel.series.values() for point in line]
    decades = [math.floor(math.log10(min(x for x, _ in points))), math.ceil(math.log10(max(x for x, _ in points)))]
    marks = _decades(y for _, y in points) if panel.is_log else _marks(max(y for _, y in points))
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT

    def across(value: float) -> float:
        share = (math.log10(value) - decades[0]) / max(decades[1] - decades[0], 1)
        return _LEFT + share * (right - _LEFT)

    def up(value: float) -> float:
        low, high = marks[0], marks[-1]
        share = math.log10(value / low) / math.log10(high / low) if panel.is_log else value / high
        return bottom - share * (bottom - _TOP)

    parts = [f'<text class="text title" x="{_LEFT}" y="20">{escape(panel.title)}</text>', _legend(panel.series)]
    for mark in marks:
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{up(mark):.1f}" y2="{up(mark):.1f}"/>')
        parts.append(_words(_LEFT - 6, up(mark) + 4, _short(mark), anchor="end"))
    for decade in range(decades[0], decades[1] + 1):
        parts.append(_words(across(10.0**decade), bottom + 16, _short(10.0**decade)))
    parts.append(_words((_LEFT + right) / 2, bottom + 32, below))
    for number, line in enumerate(panel.series.values()):
        places = [(across(x), up(y)) for x, y in line]
        parts.append(f'<polyline class="line s{number}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
        parts += [_point(number, x, y) for x, y in places]
    return "".join(parts)


def _legend(series: Mapping[str, object]) -> str:
    parts = []
    for number, name in enumerate(series):
        x = _LEFT + 4 + number * 90
        parts.append(_point(number, x, 34) + _words(x + 9, 38, name, anchor="start"))
    return "".join(parts)


def _point(number: int, x: float, y: float) -> str:
    """Return a point, whose form tells the series as its colour does."""
    if number:
        return f'<rect class="m{number}" x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7"/>'
    return f'<circle class="m{number}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'


def _words(x: float, y: float, words: str, *, anchor: str = "middle") -> str:
    return f'<text class="quiet" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _marks(highest: float) -> list[float]:
    """Return marks from zero to the highest value or above, evenly apart."""
    rough = max(highest, 1e-9) / 4
    ten = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * ten for factor in (1, 2, 2.5, 5, 10) if factor * ten >= rough)
    return [step * place for place in range(math.ceil(highest / step) + 1)]


def _decades(values: Iterable[float]) -> list[float]:
    """Return the powers of ten around the values."""
    found = list(values)
    low, high = math.floor(math.log10(min(found))), math.ceil(math.log10(max(found)))
    return [10.0**power for power in range(low, max(high, low + 1) + 1)]


def _short(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
