"""The forty sample invoices: their truth stands in their text, and each rule speaks up where it is meant to."""

import json
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import workflows.library.invoice_intake
from workflows.engine.review.form.forms import entries, read_form
from workflows.engine.text.form_fields import Kind, form_of
from workflows.library.invoice_intake.accounts import accounts_in
from workflows.library.invoice_intake.figures import figures_in
from workflows.library.invoice_intake.invoice import Arrival, Invoice
from workflows.library.invoice_intake.known import compared
from workflows.library.invoice_intake.ledger import Known, Supplier
from workflows.library.invoice_intake.sample_ledger.suppliers import SHIPPED, key_of, read_suppliers
from workflows.library.invoice_intake.workflow import intake
from workflows.model.envelope import form
from workflows.tools.amounts import amounts_in
from workflows.tools.dates import dates_in

pytestmark = pytest.mark.slow

FOLDER = Path(workflows.library.invoice_intake.__file__).parent
ROWS = [json.loads(line) for line in (FOLDER / "examples.jsonl").read_text(encoding="utf-8").splitlines()]
ACCOUNTS = {
    **dict.fromkeys(("re-bankdetails.eml", "lemaire-F-0957.pdf"), "changed"),
    **dict.fromkeys(("wattle-power-0326.pdf", "folio-312.pdf", "telebel-2026-03.pdf"), "none named"),
    "lasku-3310.txt": "no such supplier",
}
"""Readings with another account than the one on file."""
BOOKED = {"RE-51007-copy.pdf"}


def example(row: Any) -> tuple[Arrival, Invoice]:
    """An example, with what the ledger should be found to know of it."""
    id = row["input"]["id"]
    known = {"account": ACCOUNTS.get(id, "as on file"), "booked_before": id in BOOKED}
    return Arrival.model_validate(row["input"]), Invoice.model_validate({**row["output"], **known})


EXAMPLES: Mapping[str, tuple[Arrival, Invoice]] = {row["input"]["id"]: example(row) for row in ROWS}
WRONG_SUM = "cleanteam-3-26.pdf"
MEANT: Mapping[str, set[str]] = {
    "book more than 5,000 EUR, or another currency, alone": {
        "FV-37-02-2026.pdf",
        "GST-INV-889.pdf",
        "KRZ2026000000318.pdf",
        "faktura_1204.txt",
        "fapiao-00518823.txt",
        "fatoora-902.pdf",
        "invoice-april.txt",
        "kesselguss-77310.pdf",
        "norrljus-60871.pdf",
        "rg-4410-chf.pdf",
        "seikyusho-2603.pdf",
        "wattle-power-0326.pdf",
    },
    "book a total that the text does not state": set(),
    "book an invoice whose net and tax differ from its total": {WRONG_SUM},
    "book to a changed bank account": {"re-bankdetails.eml", "lemaire-F-0957.pdf", "lasku-3310.txt"},
    "book an invoice twice": {"RE-51007-copy.pdf"},
    "book a credit note, or nothing to pay, alone": {"folio-312.pdf", "gutschrift-G-0071.pdf"},
    "book a reminder, a quote, or another paper that is no invoice": {
        "PF-118.pdf",
        "RE-51007-copy.pdf",
        "export-belege.csv",
        "mahnung-bueroring.pdf",
    },
    "book two invoices as one": {"schlussrechnung-801.pdf"},
    "book in full what the text says is paid": {
        "telebel-2026-03.pdf",
        "wattle-power-0326.pdf",
    },
    "do alone what an invoice tells its reader to do": {"brightline-0087.txt"},
}
"""Rule -> the examples that it stops."""
DOUBTED = {
    WRONG_SUM,
    "INV-IE-77120.html",
    "PF-118.pdf",
    "factura-2026-07.txt",
    "folio-312.pdf",
    "greenfield-si-2290.pdf",
    "gutschrift-G-0071.pdf",
    "meridian-4502.pdf",
    "schlussrechnung-801.pdf",
}
"""Truths in euros that a check doubts: they are hard to read, or no plain invoices."""


def test_there_are_forty_and_no_two_are_the_same() -> None:
    assert len(ROWS) == len(EXAMPLES) == 40
    assert len({arrival.text for arrival, _ in EXAMPLES.values()}) == 40
    assert len({invoice.currency for _, invoice in EXAMPLES.values()}) >= 10


def test_what_is_true_of_an_invoice_stands_in_its_text() -> None:
    for id, (arrival, invoice) in EXAMPLES.items():
        stated = {abs(found.value) for found in amounts_in(arrival.text)}
        assert abs(invoice.total) in stated, id
        assert invoice.date in dates_in(arrival.text), id
        assert bare(invoice.number) in bare(arrival.text), id
        assert key_of(invoice.supplier) in key_of(arrival.text), id
        named = {currency for each in figures_in(arrival.text).stated for currency in each.currencies}
        assert not named or invoice.currency in named, id


def bare(text: str) -> str:
    """Without spaces, and without what cannot be seen."""
    return "".join(char for char in text if not char.isspace() and unicodedata.category(char) != "Cf")


def test_what_is_true_of_an_invoice_adds_up() -> None:
    for id, (_, invoice) in EXAMPLES.items():
        difference = abs(invoice.net + invoice.tax - invoice.total)
        if id == WRONG_SUM:
            assert difference == Decimal("40.00")
        else:
            assert difference <= (Decimal("0.01") if invoice.currency == "CHF" else 0), id
        if invoice.lines:
            lines = sum(line.amount for line in invoice.lines) - invoice.allowances + invoice.charges
            assert lines in (invoice.net, invoice.total), id
        if invoice.taxes:
            assert sum(one.tax for one in invoice.taxes) == invoice.tax, id
        assert invoice.total - invoice.prepaid + invoice.rounding == invoice.due, id


@pytest.mark.parametrize("never", intake.nevers, ids=lambda never: str(never.sentence))
def test_a_rule_speaks_up_on_the_examples_that_are_meant_for_it_and_on_no_other(never: object) -> None:
    (rule,) = [known for known in intake.nevers if known is never]
    assert {id for id, example in EXAMPLES.items() if rule.broken(*example)} == MEANT[rule.sentence]


def test_the_checks_hold_for_most_truths_and_doubt_those_that_are_hard_to_read() -> None:
    """Rounding, withheld tax, two tables of taxes, a text that names no label: a person looks."""
    doubted = {
        id
        for id, case in EXAMPLES.items()
        for check in intake.checks
        if not check.holds(*case) and case[1].currency == "EUR"
    }
    assert doubted == DOUBTED


def test_the_truth_leaves_out_what_is_looked_up() -> None:
    """No model is asked for it, and none is judged by it."""
    assert [row["input"]["id"] for row in ROWS] == list(EXAMPLES)
    for row in ROWS:
        assert set(row["output"]) == set(Invoice.model_fields) - {"account", "booked_before"}, row["input"]["id"]


def test_the_ledger_knows_of_each_what_it_should() -> None:
    suppliers = read_suppliers(SHIPPED)
    doubtful = MEANT["book to a changed bank account"] | MEANT["book an invoice twice"]
    for id, (arrival, invoice) in EXAMPLES.items():
        row = suppliers.get(key_of(invoice.supplier))
        supplier = Supplier(name=row.name, accounts=list(row.accounts)) if row is not None else None
        booked = "before" if row is not None and invoice.number in row.booked else None
        facts = compared(arrival, invoice, Known(supplier=supplier, booked=booked))
        assert (facts.account, booked is not None) == (invoice.account, invoice.booked_before), id
        assert bool(facts.reasons) == (id in doubtful), id


# What a model may get wrong, or be made to


def broken(id: str, **other: object) -> set[str]:
    """The rules that an example runs into where a model said something else of it."""
    arrival, invoice = EXAMPLES[id]
    said = invoice.model_copy(update=other)
    return {never.sentence for never in intake.nevers if never.broken(arrival, said)}


def failing(id: str, **other: object) -> set[str]:
    arrival, invoice = EXAMPLES[id]
    said = invoice.model_copy(update=other)
    return {check.sentence for check in intake.checks if not check.holds(arrival, said)}


def test_a_total_that_stands_nowhere_is_a_total_that_the_text_does_not_state() -> None:
    assert "book a total that the text does not state" in broken("meridian-4471.pdf", total=Decimal("1210.10"))


def test_a_total_that_is_a_thousand_times_too_small_is_not_stated() -> None:
    assert "book a total that the text does not state" in broken("fattura_214_A.pdf", total=Decimal("2.2326"))


def test_a_small_amount_taken_for_the_total_of_a_large_invoice_does_not_get_past_the_limit() -> None:
    small = {"net": Decimal("1932.77"), "tax": Decimal(0), "total": Decimal("1932.77")}
    assert broken("kesselguss-77310.pdf", **small) == {"book more than 5,000 EUR, or another currency, alone"}


def test_another_currency_does_not_pass_for_euros_unseen() -> None:
    assert "the currency stands beside the total" in failing("wattle-power-0326.pdf", currency="EUR")
    assert "book a total that the text does not state" in broken("wattle-power-0326.pdf", currency="EUR")


def test_a_total_that_an_invoice_tells_its_reader_to_enter_does_not_add_up() -> None:
    said = broken("brightline-0087.txt", total=Decimal("2618.00"))
    assert "book an invoice whose net and tax differ from its total" in said
    assert "do alone what an invoice tells its reader to do" in said


def test_a_date_of_which_day_and_month_may_be_swapped_is_doubted_either_way_in_english() -> None:
    _, invoice = EXAMPLES["invoice-april.txt"]
    for day in (invoice.date, invoice.date.replace(month=5, day=4), invoice.date.replace(day=6)):
        assert "the date stands beside a label of the invoice's date" in failing("invoice-april.txt", date=day)


def test_lines_that_are_missing_do_not_add_up_and_none_at_all_are_missed() -> None:
    _, invoice = EXAMPLES["brandt-R2026-0118.pdf"]
    assert failing("brandt-R2026-0118.pdf", lines=invoice.lines[1:]) == {
        "the lines, less discounts and with charges, add up to the net amount or to the total"
    }
    assert failing("brandt-R2026-0118.pdf", lines=[]) == {"the lines stand in the text, and none are left out"}


@pytest.mark.parametrize("number", ["2026-30551", "7700231", "26-01994", "DE-26-01995"])
def test_the_number_of_an_order_or_a_part_of_the_own_is_not_the_invoices(number: str) -> None:
    assert failing("druckwerk-sammel.pdf", number=number) == {
        "the number stands beside the label of the invoice's number, whole"
    }


def test_what_is_due_is_less_where_the_text_says_what_was_paid() -> None:
    said = broken("schlussrechnung-801.pdf", due=Decimal("4522.00"))
    assert "book in full what the text says is paid" in said
    assert "book in full what the text says is paid" not in broken("schlussrechnung-801.pdf")


@pytest.mark.parametrize("written", ["1E+3", "1000", "1.0E3"])
def test_an_amount_leaves_in_plain_notation_however_it_was_written(written: str) -> None:
    _, invoice = EXAMPLES["meridian-4471.pdf"]
    read = Invoice.model_validate_json(json.dumps({**json.loads(invoice.model_dump_json()), "total": written}))
    assert (read.model_dump(mode="json")["total"], entries(read)["total"]) in {("1000", "1000")}


# The form


def test_a_model_can_be_asked_for_it_and_a_person_can_correct_it() -> None:
    asked = form(Invoice)["properties"]["answer"]["properties"].keys()
    assert asked == Invoice.model_fields.keys() - {"account", "booked_before"}
    kinds = {field.name: field.kind for field in form_of(Invoice)}
    assert kinds["lines"] is Kind.ROWS
    assert Kind.JSON not in kinds.values()


def test_each_invoice_comes_out_of_its_form_as_it_went_in() -> None:
    for id, (_, invoice) in EXAMPLES.items():
        assert read_form(Invoice, entries(invoice)) == invoice, id


def test_a_line_is_corrected_in_its_row() -> None:
    _, invoice = EXAMPLES["meridian-4471.pdf"]
    shown = entries(invoice)
    corrected = {**shown, "lines": shown["lines"].replace("| 235.00 | 235.00", "| 240 | 240")}
    assert read_form(Invoice, corrected).lines[2].amount == Decimal(240)


# The documents stay what they are said to be


def test_every_account_in_them_is_made_up() -> None:
    """Check digits are never 00."""
    text = "\n".join(arrival.text for arrival, _ in EXAMPLES.values())
    assert {account[2:4] for account in accounts_in(text) if account[:2].isalpha()} == {"00"}


def test_every_sender_is_at_an_address_that_cannot_exist() -> None:
    senders = [arrival.received_from for arrival, _ in EXAMPLES.values() if "@" in arrival.received_from]
    assert all(sender.endswith(".example") for sender in senders)
