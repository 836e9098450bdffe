"""The arithmetic of a soak: a slope that single values do not move, and the lines of a log by event. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

Point = tuple[float, float]
"""(hours, value)."""


def slope(points: Sequence[Point]) -> float | None:
    """Return by how much a value grows in an hour, as Theil and Sen reckon it: the median of the slopes between all
    pairs of points. None for fewer than two times.
    """
    slopes = [
        (value - before) / (at - then)
        for place, (then, before) in enumerate(points)
        for at, value in points[place + 1 :]
        if at > then
    ]
    return median(slopes) if slopes else None


def after(points: Iterable[Point], hours: float) -> list[Point]:
    """Return the points from a time on."""
    return [(at, value) for at, value in points if at >= hours]


def events(lines: Iterable[str], levels: Sequence[str] = ("warning", "error", "critical")) -> Counter[tuple[str, str]]:
    """Count the lines of a log by level and event. A line that is no event of ours counts as an `unread` one."""
    found: Counter[tuple[str, str]] = Counter()
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if not isinstance(said, dict) or "event" not in said:
            if line.strip():
                found["unread", line.strip()[:100]] += 1
        elif said.get("level") in levels:
            found[str(said["level"]), str(said["event"])] += 1
    return found
