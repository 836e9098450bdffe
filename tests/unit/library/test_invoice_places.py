"""A figure has evidence at the place of its own field, and nowhere else on the page."""

from datetime import date
from decimal import Decimal

import pytest

from workflows.documents.document import ReadBy
from workflows.engine.declare.documents import Place
from workflows.library.invoice_intake import places
from workflows.library.invoice_intake.workflow import intake

TABLE = """\
MERIDIAN FREIGHT B.V.                                       INVOICE
Bill to: Hearth & Kettle GmbH, Berlin      Invoice no.      MF-2026-4471
Your ref. PO 88120                         Invoice date     12 March 2026
                                           Due date         11 April 2026

Description                      Qty     Unit price        Amount
Groupage, 2 pallets                2         310.00        620.00
Haulage                            1         380.00        380.00
Carried forward                                          1,000.00
                                 Subtotal             EUR 1,000.00
                                 Discount                    50.00
                                 Carriage                    25.00
                                 Net                        975.00
                                 VAT 21%                    204.75
                                 Total                    1,179.75
                                 Deposit received           200.00
                                 Amount due          EUR    979.75
Share capital EUR 50,000.00
"""
RATES = """\
Rechnung R2026-0118                    Berlin, den 03.02.2026
Nettobetrag 19 %              405,00 €
Nettobetrag 7 %                50,00 €
Nettobetrag gesamt            455,00 €
Umsatzsteuer 19 %              76,95 €
Umsatzsteuer 7 %                3,50 €
Umsatzsteuer gesamt            80,45 €
Rechnungsbetrag               535,45 €
"""
ABOVE = """\
Norrljus Foto AB
Fakturanummer     Fakturadatum      Förfallodatum
60871             2026-03-02        2026-04-01

Summa exkl. moms     Moms 25 %     Att betala
12 500,00            3 125,00      15 625,00 SEK
"""
BLOCKS = """\
Atelier Lemaire SARL                    Facture n° F-0957
12 rue Inconnue                         Date            23/03/2026
69000 Lyon                              Échéance        22/04/2026

Étagères murales      870,00            Total HT           870,00 €
                                        TVA 20,00 %        174,00 €
                                        Total TTC        1 044,00 €
"""
NOTE = """\
Lieferschein LS-7701
Datum 28.02.2026
Zur Rechnung von März

2 x Palette            1.000,00
"""


def at(page: str, value: str, *, nth: int = 0) -> Place:
    """Return the place of a text on a page."""
    start = -1
    for _ in range(nth + 1):
        start = page.index(value, start + 1)
    return Place(
        document="a.pdf",
        field="document",
        page=1,
        text=page,
        start=start,
        end=start + len(value),
        read_by=ReadBy.TEXT,
    )


AMOUNTS = {
    "net": places.holds_net,
    "tax": places.holds_tax,
    "total": places.holds_total,
    "due": places.holds_due,
    "prepaid": places.holds_prepaid,
    "allowances": places.holds_allowance,
    "charges": places.holds_charge,
}
STATED = {
    "Net": (("net",), "975.00", 0),
    "VAT 21%": (("tax",), "204.75", 0),
    "Total": (("total",), "1,179.75", 0),
    "Deposit received": (("prepaid",), "200.00", 0),
    "Amount due": (("due",), "979.75", 0),
    "Discount": (("allowances",), "50.00", 0),
    "Carriage": (("charges",), "25.00", 0),
    "a line": ((), "620.00", 0),
    "Carried forward": ((), "1,000.00", 0),
    "Share capital": ((), "50,000.00", 0),
}


@pytest.mark.parametrize("label", STATED)
def test_an_amount_stands_at_its_own_field_only(label: str) -> None:
    fields, written, nth = STATED[label]
    value, place = Decimal(written.replace(",", "")), at(TABLE, written, nth=nth)
    assert {field for field, rule in AMOUNTS.items() if rule(place, value)} == set(fields)


@pytest.mark.parametrize(
    ("value", "rule", "holds"),
    [
        ("455,00", places.holds_net, True),
        ("405,00", places.holds_net, False),
        ("50,00", places.holds_net, False),
        ("80,45", places.holds_tax, True),
        ("76,95", places.holds_tax, False),
        ("3,50", places.holds_tax, False),
        ("535,45", places.holds_total, True),
        ("535,45", places.holds_due, True),
        ("455,00", places.holds_total, False),
    ],
)
def test_the_figure_of_one_rate_of_several_is_not_that_of_all(value: str, rule: object, holds: bool) -> None:
    assert callable(rule)
    assert rule(at(RATES, value), Decimal(value.replace(",", "."))) is holds


def test_a_label_above_its_value_tells_which_it_is() -> None:
    for value, field in (("12 500,00", "net"), ("3 125,00", "tax")):
        number = Decimal(value.replace(" ", "").replace(",", "."))
        assert {name for name, rule in AMOUNTS.items() if rule(at(ABOVE, value), number)} == {field}
    assert places.holds_number(at(ABOVE, "60871"), "60871")
    assert places.holds_date(at(ABOVE, "2026-03-02"), date(2026, 3, 2))
    assert not places.holds_date(at(ABOVE, "2026-04-01"), date(2026, 4, 1))
    assert places.holds_currency(at(ABOVE, "SEK"), "SEK")


def test_a_block_of_sums_beside_the_lines_is_no_part_of_them() -> None:
    assert places.holds_net(at(BLOCKS, "870,00", nth=1), Decimal("870.00"))
    assert places.holds_tax(at(BLOCKS, "174,00"), Decimal("174.00"))
    assert places.holds_total(at(BLOCKS, "1 044,00"), Decimal("1044.00"))
    assert places.holds_date(at(BLOCKS, "23/03/2026"), date(2026, 3, 23))
    assert not places.holds_date(at(BLOCKS, "22/04/2026"), date(2026, 4, 22))


def test_only_a_credit_note_prints_without_a_minus_what_is_less_to_pay() -> None:
    sums = "Net      100.00\nVAT 19%   19.00\nTotal    119.00\n"
    plain, credit = f"INVOICE 12\n{sums}", f"GUTSCHRIFT\nNr. G-12\n{sums}"
    rules = ((places.holds_net, "100.00"), (places.holds_tax, "19.00"), (places.holds_total, "119.00"))
    for rule, written in (*rules, (places.holds_due, "119.00")):
        value = Decimal(written)
        assert rule(at(plain, written), value)
        assert rule(at(credit, written), -value)
        assert not rule(at(plain, written), -value)
        minus = plain.replace(f" {written}", f"-{written}")
        assert not rule(at(minus, f"-{written}"), value)
        assert rule(at(minus, f"-{written}"), -value)


def test_a_discount_and_a_payment_may_be_printed_with_a_minus_and_have_none_as_a_value() -> None:
    for label, rule in (("Discount", places.holds_allowance), ("Deposit received", places.holds_prepaid)):
        for written in ("50.00", "-50.00", "50.00-"):
            page = f"INVOICE 12\n{label}     {written}\nTotal    119.00\n"
            assert rule(at(page, written), Decimal("50.00")), (label, written)
        assert not rule(at(f"INVOICE 12\n{label}     50.00\nTotal    119.00\n", "50.00"), Decimal("-50.00"))


def test_charges_are_printed_as_they_are() -> None:
    assert {"charges", "rounding"}.isdisjoint(intake.any_sign)
    assert {"allowances", "prepaid", "net", "tax", "total", "due"} == intake.any_sign


def test_the_number_of_an_order_and_the_customers_name_are_not_the_invoices() -> None:
    assert places.holds_number(at(TABLE, "MF-2026-4471"), "MF-2026-4471")
    assert not places.holds_number(at(TABLE, "PO 88120"), "PO 88120")
    assert not places.holds_number(at(TABLE, "2026-4471"), "2026-4471")
    assert places.holds_supplier(at(TABLE, "MERIDIAN FREIGHT B.V."), "Meridian Freight B.V.")
    assert not places.holds_supplier(at(TABLE, "Hearth & Kettle GmbH"), "Hearth & Kettle GmbH")


def test_a_currency_of_the_share_capital_proves_nothing() -> None:
    page = "Invoice 12\nTotal    kr 100.00\nShare capital EUR 50,000.00\n"
    assert not places.holds_currency(at(page, "EUR"), "EUR")
    assert places.holds_currency(at(TABLE, "EUR"), "EUR")


def test_nothing_on_a_delivery_note_is_the_invoices() -> None:
    assert not places.holds_date(at(NOTE, "28.02.2026"), date(2026, 2, 28))
    assert not places.holds_number(at(NOTE, "LS-7701"), "LS-7701")
    assert not places.holds_supplier(at(NOTE, "Palette"), "Palette")
    assert not any(rule(at(NOTE, "1.000,00"), Decimal(1000)) for rule in AMOUNTS.values())


def test_the_day_on_which_a_mail_was_sent_is_not_the_invoices() -> None:
    page = "From: a@b.example\nDate: Mon, 30 Mar 2026 09:00:00 +0000\nSubject: Invoice 12\n\nSee the invoice.\n"
    assert not places.holds_date(at(page, "30 Mar 2026"), date(2026, 3, 30))
