"""The data of e-invoices."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

from tests.documents.hostile import HOSTILE
from workflows.documents.document import LeftOut
from workflows.documents.limits import Limits
from workflows.documents.reading.e_invoices import LARGEST, NoEInvoice, e_invoice_of
from workflows.documents.reading.files import FOUND, read
from workflows.documents.refusals import Why

REAL = next((one for at in Path(__file__).parents if (one := at / "shared" / "data" / "invoices").is_dir()), None)
SETTLED = """<rsm:CrossIndustryInvoice xmlns:rsm="a" xmlns:ram="b" xmlns:udt="c">
<rsm:ExchangedDocument><ram:ID>R 7</ram:ID><ram:TypeCode>384</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">20260203</udt:DateTimeString></ram:IssueDateTime>
</rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeSettlement>
<ram:InvoiceCurrencyCode>CHF</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementPaymentMeans>
<ram:PayerPartyDebtorFinancialAccount><ram:IBANID>DE00</ram:IBANID></ram:PayerPartyDebtorFinancialAccount>
<ram:PayeePartyCreditorFinancialAccount><ram:IBANID>CH12 3456</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>
</ram:SpecifiedTradeSettlementPaymentMeans>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:TaxTotalAmount currencyID="EUR">9.99</ram:TaxTotalAmount>
<ram:TaxTotalAmount currencyID="CHF">7.70</ram:TaxTotalAmount>
<ram:GrandTotalAmount>NaN</ram:GrandTotalAmount><ram:DuePayableAmount>1e9</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>R 5</ram:IssuerAssignedID></ram:InvoiceReferencedDocument>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"""


def test_what_is_not_of_its_form_is_left_out() -> None:
    found = e_invoice_of(SETTLED.encode())
    assert (found.number, found.type_code, found.corrects, str(found.date)) == ("R 7", "384", ("R 5",), "2026-02-03")
    assert (found.total, found.due) == (None, None)
    assert found.tax == Decimal("7.70")
    assert found.accounts == ("CH123456",)


@pytest.mark.parametrize("data", [b"", b"<a/>", b"no", b"<x" + b" " * LARGEST, SETTLED[:400].encode()])
def test_what_is_no_invoice_is_none(data: bytes) -> None:
    with pytest.raises(NoEInvoice):
        e_invoice_of(data)


@pytest.mark.parametrize("name", ["billion laughs", "entity from outside", "data that is deep", "data that is none"])
def test_broken_data_is_no_reason_to_refuse_a_file_and_is_named(name: str) -> None:
    found = FOUND.validate_json(read(HOSTILE[name].make(), {"limits": Limits().__dict__}))
    assert found.reading.e_invoice is None
    assert found.reading.left_out == (LeftOut(name="factur-x.xml", why=Why.BROKEN),)
    assert found.reading.pages[0].text == "Total 12,50\n"


@pytest.mark.skipif(REAL is None, reason="the real invoices do not stand beside the checkout")
def test_the_data_of_real_invoices_is_their_truth() -> None:
    """Factur-X and ZUGFeRD 2, ZUGFeRD 1 and a draft of it, by four programs."""
    assert REAL
    truth = json.loads((REAL / "truth.json").read_text())
    assert len(truth) == 19
    for name, wanted in truth.items():
        found = e_invoice_of(_embedded(REAL / name))
        stated = {
            "type": found.type_code,
            "number": found.number,
            "currency": found.currency,
            "supplier": found.seller,
            "linetotal": found.line_total,
            "net": found.net,
            "tax": found.tax,
            "total": found.total,
            "due": found.due,
            "lines": [
                (line.description, line.quantity, line.unit_price, line.amount)
                for line in found.lines
                if line.amount is not None
            ],
        }
        assert stated == _as_stated(wanted), name
        if name.startswith("acme"):
            # Its program writes the account of the payer there, and another invoice than the one on the page.
            assert found.accounts == ()
        else:
            assert found.accounts == tuple("".join(iban.split()) for iban in wanted["ibans"] if iban)
        if wanted["date"]:  # the truth does not know where a draft of the form has it
            assert str(found.date) == wanted["date"]


def _as_stated(wanted: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    def number(value: str | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    return {
        **{name: wanted[name] for name in ("type", "number", "currency")},
        "supplier": " ".join(wanted["supplier"].split()),
        **{name: number(wanted[name]) for name in ("linetotal", "net", "tax", "total", "due")},
        "lines": [
            (
                " ".join((line["description"] or "").split()),
                *(number(line[name]) for name in ("quantity", "unit_price", "amount")),
            )
            for line in wanted["lines"]
        ],
    }


def _embedded(path: Path) -> bytes:
    pdf = pdfium.PdfDocument(path)
    try:
        return bytes(pdf.get_attachment(0).get_data())
    finally:
        pdf.close()
