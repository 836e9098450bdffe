"""The data of an e-invoice, from the XML that a PDF carries: Factur-X and ZUGFeRD, in the versions 1 and 2.

Both are the Cross Industry Invoice of the UN, whose elements the versions name differently. Only their local names
count. What is not of its form is left out; nothing is fetched, and no entity is put in.
"""

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from workflows.documents.e_invoice import EInvoice, EInvoiceLine, EInvoiceTax

FILE_NAMES = frozenset({"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"})
"""Names of the files that are read, in small letters. An order, as order-x.xml, is none."""
LARGEST = 4 * 1024 * 1024
"""Bytes of the XML."""
_ROOTS = frozenset({"CrossIndustryInvoice", "CrossIndustryDocument", "Invoice"})
"""Elements at the top. The last is of drafts of ZUGFeRD 1, which some programs write."""
_HEADER = "ExchangedDocument|HeaderExchangedDocument"
_MOST_LINES = 2_000
_MOST = 50
"""Tax rates, accounts and invoices that are corrected."""
_LONGEST = 300
"""Characters of a text."""
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,10})?")
_DAY_FORMATS = (None, "102")
"""Formats of a day that are read: the year, the month and the day, in eight digits."""


class NoEInvoice(Exception):
    """The XML is broken, or it is no invoice."""


def e_invoice_of(data: bytes) -> EInvoice:
    """Return the data of an invoice. Raise `NoEInvoice`."""
    if len(data) > LARGEST:
        raise NoEInvoice("it is too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NoEInvoice("it is broken") from error
    if root.getroottree().docinfo.doctype or _name(root) not in _ROOTS or _first(root, _HEADER) is None:
        raise NoEInvoice("it is no invoice")
    return _read(root)


def _read(root: etree._Element) -> EInvoice:
    header = _first(root, _HEADER)
    trade = _first(root, "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction")
    agreement = _first(trade, "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement")
    paid = _first(trade, "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement")
    sums = _first(paid, "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation")
    currency = _text(paid, "InvoiceCurrencyCode")
    return EInvoice(
        type_code=_text(header, "TypeCode"),
        number=_text(header, "ID"),
        date=_day(header, "IssueDateTime/DateTimeString") or _day(header, "IssueDateTime"),
        currency=currency,
        seller=_text(agreement, "SellerTradeParty/Name"),
        buyer=_text(agreement, "BuyerTradeParty/Name"),
        accounts=_accounts(paid),
        line_total=_number(sums, "LineTotalAmount"),
        allowances=_number(sums, "AllowanceTotalAmount"),
        charges=_number(sums, "ChargeTotalAmount"),
        net=_number(sums, "TaxBasisTotalAmount"),
        tax=_tax(sums, currency),
        total=_number(sums, "GrandTotalAmount"),
        prepaid=_number(sums, "TotalPrepaidAmount"),
        due=_number(sums, "DuePayableAmount"),
        taxes=tuple(_rate(one) for one in _all(paid, "ApplicableTradeTax", _MOST)),
        lines=tuple(_line(one) for one in _all(trade, "IncludedSupplyChainTradeLineItem", _MOST_LINES)),
        corrects=_corrected(paid),
    )


def _rate(tax: etree._Element) -> EInvoiceTax:
    return EInvoiceTax(
        category=_text(tax, "CategoryCode") or "",
        rate=_number(tax, "RateApplicablePercent|ApplicablePercent"),
        net=_number(tax, "BasisAmount"),
        tax=_number(tax, "CalculatedAmount"),
    )


def _line(line: etree._Element) -> EInvoiceLine:
    agreement = "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement"
    delivery = "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery"
    paid = "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement"
    sums = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
    return EInvoiceLine(
        description=_text(line, "SpecifiedTradeProduct/Name") or "",
        quantity=_number(line, f"{delivery}/BilledQuantity"),
        unit_price=_number(line, f"{agreement}/NetPriceProductTradePrice/ChargeAmount"),
        amount=_number(line, f"{paid}/{sums}/LineTotalAmount"),
    )


def _accounts(paid: etree._Element | None) -> tuple[str, ...]:
    """Return the accounts of the one who is paid; an account of the payer is none to pay to."""
    found = list[str]()
    for means in _all(paid, "SpecifiedTradeSettlementPaymentMeans", _MOST):
        account = _text(means, "PayeePartyCreditorFinancialAccount/IBANID")
        iban = "".join((account or "").split())
        if iban and iban not in found:
            found.append(iban)
    return tuple(found)


def _tax(sums: etree._Element | None, currency: str | None) -> Decimal | None:
    """Return the tax in the currency of the invoice: it may also be stated in the one of the seller's country."""
    stated = list(_all(sums, "TaxTotalAmount", _MOST))
    in_currency = [one for one in stated if one.get("currencyID") in (None, currency)]
    return _decimal((in_currency or stated)[0].text) if stated else None


def _corrected(paid: etree._Element | None) -> tuple[str, ...]:
    found = (_text(one, "IssuerAssignedID|ID") for one in _all(paid, "InvoiceReferencedDocument", _MOST))
    return tuple(one for one in found if one)


def _day(inside: etree._Element | None, path: str) -> datetime.date | None:
    found = _first(inside, path)
    if found is None or not found.text or found.get("format") not in _DAY_FORMATS:
        return None
    try:
        return datetime.datetime.strptime(found.text.strip(), "%Y%m%d").replace(tzinfo=datetime.UTC).date()
    except ValueError:
        return None


def _number(inside: etree._Element | None, path: str) -> Decimal | None:
    found = _first(inside, path)
    return None if found is None else _decimal(found.text)


def _decimal(text: str | None) -> Decimal | None:
    said = (text or "").strip()
    return Decimal(said) if _NUMBER.fullmatch(said) else None


def _text(inside: etree._Element | None, path: str) -> str | None:
    found = _first(inside, path)
    return None if found is None else " ".join((found.text or "").split())[:_LONGEST] or None


def _first(inside: etree._Element | None, path: str) -> etree._Element | None:
    """Return the first element on a path of local names; a bar is between names of the same thing."""
    found = inside
    for names in path.split("/"):
        found = next(_all(found, names, 1), None)
    return found


def _all(inside: etree._Element | None, names: str, most: int) -> Iterator[etree._Element]:
    if inside is None:
        return
    wanted, count = names.split("|"), 0
    for child in inside:
        if _name(child) in wanted:
            yield child
            count += 1
            if count == most:
                return


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
