"""An invoice that is corrected by its rows, as a reviewer finds it in the browser."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pydantic import JsonValue

from store import schema
from tests.browser.conftest import OpenWindow
from tests.browser.window import Window
from tests.slack.stage import ANA, Stage
from tests.slack.test_rows import Bill, bills, item
from workflows.model.scripted import ScriptedModel, says

pytestmark = pytest.mark.slow

FOUND: dict[str, JsonValue] = {
    "supplier": "Kessel & Sons",
    "lines": [
        item("Pressure kettle, 1 l", 2, "41.50", "83.00"),
        item("Lid", 10, "4.00", "40.00"),
        item("Delivery by lorry", 1, "18.00", "18.00"),
    ],
}
TEXT = "\n".join(
    [
        "Invoice of Kessel & Sons",
        "Pressure kettle, 1 l        3        41.50        124.50",
        "Lid                        10         4.00         40.00",
        "Delivery by lorry           1        18.00         18.00",
    ]
)
KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures of the forms are kept, to be looked at."""


def photographed(window: Window, name: str) -> None:
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"{name}.png")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_an_invoice_is_corrected_by_its_rows_and_what_was_typed_is_there_again(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    delivered: list[Bill] = []
    stage.world.model = ScriptedModel(lambda _: says(FOUND, confidence=0.95))
    stage.submit(stage.placed(bills(delivered, Bill)), id=1, text=TEXT)
    window = open_window(width=width, dark=dark)
    card = window.message("Invoice of Kessel & Sons")
    form = window.open(card, "Edit")
    expect(form).to_contain_text("Lines · 3 rows")
    expect(form).to_contain_text("1. Pressure kettle, 1 l · quantity 2 · price 41.50 · amount 83.00")
    photographed(window, f"rows-{width}")
    form.get_by_label("Supplier").fill("Kessel and Sons")
    with window.acting("press_in_view"):
        form.get_by_role("button", name="Change row 1 of Lines").click()
    expect(form.get_by_role("heading", name="Row 1")).to_be_visible()
    expect(form).to_contain_text("Proposed: 83.00")
    form.get_by_label("Quantity").fill("3")
    window.submit()
    expect(form.get_by_text("quantity times price is not the amount")).to_be_visible()
    form.get_by_label("Amount").fill("124.50")
    photographed(window, f"row-{width}")
    window.submit()
    expect(form).to_contain_text("1. Changed: Pressure kettle, 1 l · quantity 3 · price 41.50 · amount 124.50")
    with window.acting("press_in_view"):
        form.get_by_role("button", name="Remove row 3 of Lines").click()
    expect(form).to_contain_text("Lines · 2 rows · 1 changed, 1 removed")
    expect(form.get_by_label("Supplier")).to_have_value("Kessel and Sons")
    photographed(window, f"rows-changed-{width}")
    with window.acting("close"):
        form.get_by_role("button", name="Cancel").click()
    expect(window.modal).not_to_be_attached()
    form = window.open(card, "Edit")
    expect(form).to_contain_text("Taken up from what you typed at")
    photographed(window, f"taken-up-{width}")
    with window.acting("press_in_view"):
        form.get_by_role("button", name="Add a row to Lines").click()
    expect(form.get_by_role("heading", name="Add a row")).to_be_visible()
    for name, text in {"Article": "Gasket", "Quantity": "7", "Price": "1.10", "Amount": "7.70"}.items():
        form.get_by_label(name).fill(text)
    window.submit()
    expect(form).to_contain_text("3. Added: Gasket · quantity 7 · price 1.10 · amount 7.70")
    window.submit()
    expect(form.get_by_text("The case has no 7.70")).to_be_visible()
    photographed(window, f"doubted-{width}")
    window.submit()
    expect(window.modal).not_to_be_attached()
    stage.work()
    (bill,) = delivered
    assert bill.supplier == "Kessel and Sons"
    assert [(line.article, line.amount) for line in bill.lines] == [
        ("Pressure kettle, 1 l", Decimal("124.50")),
        ("Lid", Decimal("40.00")),
        ("Gasket", Decimal("7.70")),
    ]
    assert stage.world.rows(schema.Draft) == []


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_delivered_invoice_is_corrected_by_its_rows(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    delivered: list[Bill] = []
    stage.world.model = ScriptedModel(lambda _: says(FOUND, confidence=0.95))
    stage.submit(stage.placed(bills(delivered, Bill)), id=1, text=TEXT)
    stage.press(ANA, "approve")
    stage.work()
    window = open_window(width=width, dark=dark)
    form = window.open(window.message("Invoice of Kessel & Sons"), "Correct")
    expect(form).to_contain_text("Lines · 3 rows")
    photographed(window, f"correct-{width}")
    form.get_by_label("Supplier").fill("Kessel and Sons")
    form.get_by_label("What was wrong?").fill("Three kettles came")
    with window.acting("press_in_view"):
        form.get_by_role("button", name="Change row 1 of Lines").click()
    expect(form).to_contain_text("Delivered: 83.00")
    form.get_by_label("Quantity").fill("3")
    form.get_by_label("Amount").fill("124.50")
    photographed(window, f"correct-row-{width}")
    window.submit()
    expect(form).to_contain_text("1. Changed: Pressure kettle, 1 l · quantity 3 · price 41.50 · amount 124.50")
    expect(form).to_contain_text("Delivered: Kessel & Sons.")
    photographed(window, f"correct-changed-{width}")
    with window.acting("close"):
        form.get_by_role("button", name="Cancel").click()
    expect(window.modal).not_to_be_attached()
    form = window.open(window.message("Invoice of Kessel & Sons"), "Correct")
    expect(form).to_contain_text("Taken up from what you typed at")
    expect(form.get_by_label("What was wrong?")).to_have_value("Three kettles came")
    photographed(window, f"correct-taken-up-{width}")
    window.submit()
    expect(form).to_contain_text("waits for a decision, like any proposal")
    photographed(window, f"correct-proposed-{width}")
