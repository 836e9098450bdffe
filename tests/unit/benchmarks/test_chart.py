"""Charts: well-formed SVG that carries its points and its words."""

from xml.etree import ElementTree

import pytest

from benchmarks.kit.chart import Panel, drawn

pytestmark = pytest.mark.slow

SVG = "{http://www.w3.org/2000/svg}"
PANELS = [
    Panel(title="Cases a second", series={"SQLite": [(1_000, 80), (10_000, 60)], "PostgreSQL": [(1_000, 40)]}),
    Panel(title="On disk < MB", series={"SQLite": [(1_000, 3), (10_000, 30)], "PostgreSQL": []}, is_log=True),
]


def chart() -> ElementTree.Element:
    return ElementTree.fromstring(drawn(PANELS, title="Growth", description="80 & falling", below="stored cases"))


def test_a_chart_can_be_read_without_being_seen() -> None:
    """Title and description are words, with marks of the text itself kept."""
    found = chart()
    assert [found.findtext(f"{SVG}title"), found.findtext(f"{SVG}desc")] == ["Growth", "80 & falling"]
    words = [text.text for text in found.iter(f"{SVG}text")]
    assert {"Cases a second", "On disk < MB", "stored cases", "SQLite", "PostgreSQL", "1k", "10k"} <= set(words)


def test_a_higher_value_stands_higher_and_more_cases_stand_further_right() -> None:
    """Of the first panel, the circles: its mark in the legend, then the points."""
    first = next(chart().iter(f"{SVG}g"))
    circles = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in first.iter(f"{SVG}circle")]
    _, more, less = circles
    assert more[0] < less[0]
    assert more[1] < less[1]


def test_all_of_it_is_within_the_picture() -> None:
    """Values at the ends of the axes too."""
    for group in chart().iter(f"{SVG}g"):
        for point in [*group.iter(f"{SVG}circle"), *group.iter(f"{SVG}text")]:
            x, y = (float(point.attrib.get(name) or point.attrib[name[1]]) for name in ("cx", "cy"))
            assert 0 <= x <= 380
            assert 0 <= y <= 240


def test_it_changes_with_the_reader_s_colours() -> None:
    """Ground and text change together, so the words are readable on either."""
    assert "prefers-color-scheme: dark" in "".join(chart().findtext(f"{SVG}style") or "")
