"""Charts and tables as a lead meets them: drawn, and as figures, on a screen and on a phone."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from handlers.slack.blocks.parts.pictures import illustrated
from handlers.slack.specimens.pictures import BY_WORKFLOW, PICTURES
from handlers.texts.charts import Chart, ChartKind, Series
from handlers.texts.measures import Unit
from tests.browser.conftest import OpenWindow
from tests.slack.stage import SUPPORT, Stage

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_each_picture_is_drawn_within_the_screen_and_has_its_figures(
    width: int, dark: bool, running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    """The figures of a chart stand in a table too, which opens by keys, and in words below it."""
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    for name, parts in PICTURES.items():
        slack.chat_postMessage(channel=SUPPORT, text=name, blocks=illustrated(parts, text=name).blocks)
    window = open_window(width=width, dark=dark)
    expect(window.messages).to_have_count(len(PICTURES))
    expect(window.page.locator(".unknown")).to_have_count(0)
    if KEPT:
        for place, name in enumerate(PICTURES):
            picture = f"{name.replace(' ', '-')}-{width}-{'dark' if dark else 'light'}.png"
            window.messages.nth(place).screenshot(path=Path(KEPT) / picture)
    chart = window.messages.first.get_by_role("figure", name="Straight through")
    expect(chart.locator("svg .dot")).to_have_count(12)
    chart.locator("summary").press("Enter")
    figures = chart.get_by_role("row")
    expect(figures).to_have_count(13)
    expect(figures.filter(has_text="6 Nov").first).to_contain_text("58")
    expect(window.messages.first).to_contain_text("No data: 10 Nov, 16 Nov.")
    pie = window.messages.nth(1).get_by_role("figure", name="What became of 281 cases")
    expect(pie.locator("svg .part")).to_have_count(4)
    expect(pie.get_by_role("listitem").first).to_have_text("Alone: 194 (69%)")
    table = window.messages.nth(2).get_by_role("table", name=BY_WORKFLOW.caption)
    expect(table.get_by_role("row", name="invoices")).to_contain_text("$2.75")
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width


def test_where_slack_takes_no_charts_the_same_is_told_in_words(
    running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    for name, parts in PICTURES.items():
        drawn = illustrated(parts, text=name)
        blocks = (drawn.plain() if drawn.plain is not None else drawn).blocks
        slack.chat_postMessage(channel=SUPPORT, text=name, blocks=blocks)
    window = open_window(width=390)
    expect(window.messages).to_have_count(len(PICTURES))
    expect(window.page.get_by_role("figure")).to_have_count(0)
    expect(window.messages.first).to_contain_text("Cases: 212 (6 Nov) to 281 (19 Nov)")
    expect(window.messages.nth(1)).to_contain_text("Alone: 194, 69% ████████")
    if KEPT:
        for place, name in enumerate(PICTURES):
            window.messages.nth(place).screenshot(path=Path(KEPT) / f"{name.replace(' ', '-')}-plain.png")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_fullest_charts_stay_within_the_screen(
    width: int, running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    """Twelve series of twenty points with long names, some below zero; one point; a pie of one part."""
    places = [f"{place} of the longest names" for place in range(20)]
    series = [
        Series(name=f"series {number} with a name", values=[(place - 6) * (number + 1) * 1e6 for place in range(20)])
        for number in range(12)
    ]
    kinds = (ChartKind.LINE, ChartKind.BAR, ChartKind.PIE)
    full = [
        Chart(title="Full", kind=kind, measure="m", unit=Unit.COUNT, places=places, series=series) for kind in kinds[:2]
    ]
    few = [
        Chart(title="One", kind=kind, measure="m", unit=Unit.COUNT, places=["a"], series=[Series(name="s", values=[7])])
        for kind in kinds
    ]
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    for parts in (full, few[:2], few[2:]):
        slack.chat_postMessage(channel=SUPPORT, text="t", blocks=illustrated(parts, text="t").blocks)
    window = open_window(width=width)
    expect(window.page.get_by_role("figure")).to_have_count(5)
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width
    for figure in window.page.get_by_role("figure").all():
        assert figure.evaluate("node => node.scrollWidth - node.clientWidth") <= 2
    if KEPT:
        for place in range(3):
            window.messages.nth(place).screenshot(path=Path(KEPT) / f"full-{place}-{width}.png")
