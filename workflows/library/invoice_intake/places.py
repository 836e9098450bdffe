"""Places on a page at which a value of an invoice may stand, by the labels around it.

A quote shows that a figure is on the page, but not which figure it is: the tax of one rate, the sum that was carried
over, the date of delivery. A place passes where the words left of it, or above it, lead to this field. In doubt it does
not pass: then the value has no evidence, and a person looks.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from countersign import Place
from countersign.tools.characters import plain

from workflows.library.invoice_intake import identity
from workflows.library.invoice_intake.currency import codes_at, codes_beside_totals, names_alone
from workflows.library.invoice_intake.figures import Stated, figures_in
from workflows.library.invoice_intake.labels import (
    Figure,
    is_about_capital,
    is_allowance,
    is_charge,
    is_rounding,
    names_tax,
    says_tax_free,
)
from workflows.library.invoice_intake.layout import level, sheet_of
from workflows.library.invoice_intake.paper import is_credit

_WHOLE = (Figure.GROSS, Figure.SUM)
_CENT = Decimal("0.01")
_RECIPIENT = re.compile(
    r"(?<![a-z])(?:bill(?:ed)? to|ship to|sold to|invoice to|customer|client\w*|kunde\w*|empfanger|rechnung an"
    r"|an:|buyer|kaufer|destinataire|facture a|para\b|klant|aan:|cliente|spett\w*|destinatario|nabywca|odberatel"
    r"|kober|kund\b|kjoper|ostaja|asiakas|sayin|gast\b|guest|to:|account holder|kontoinhaber|attn)"
)
_DELIVERY_NOTE = re.compile(
    r"(?<![a-z])(?:delivery note|packing (?:slip|list)|lieferschein|packzettel|bon de livraison|albaran|documento di "
    r"trasporto|pakbon|wz\b|dowod dostawy|dodaci list|folgeseddel|foljesedel|pakkseddel|lahete|guia de remessa)"
)
_SUBJECT = re.compile(r"^(?:subject|betreff|objet|asunto|oggetto|onderwerp|temat)\s*:", re.MULTILINE)
_SENT = re.compile(r"\s*(?:date|sent|datum|gesendet)\s*:")
_TOP = 12
"""Lines at the top of a page in which it says what paper it is."""


def holds_supplier(place: Place, supplier: str) -> bool:
    """Tell whether a name is not the customer's, nor that of an account's holder."""
    return _is_of_invoice(place) and _RECIPIENT.search(level(place.before)) is None


def holds_number(place: Place, number: str) -> bool:
    """Tell whether the label of the invoice's number leads to this place."""
    return _is_of_invoice(place) and identity.leads_to_number(place.text, number, *_at(place))


def holds_date(place: Place, day: date) -> bool:
    """Tell whether the label of the invoice's date, or none of another date, leads to this place."""
    if not _is_of_invoice(place) or _is_head_of_mail(place):
        return False
    return identity.leads_to_date(place.text, day, *_at(place))


def holds_currency(place: Place, currency: str) -> bool:
    """Tell whether the currency stands beside an amount of the invoice, or in a row that names no other one.

    A sign of several currencies, such as `kr`, has to be told by a code somewhere on the page.
    """
    line, _, _ = _at(place)
    if not _is_of_invoice(place) or is_about_capital(level(place.row)):
        return False
    own, beside = codes_at(place.text[place.start : place.end]), codes_beside_totals(place.text)
    if currency not in own or any(currency not in found for found in beside):
        return False
    if any(one.line == line and one.currencies for one in figures_in(place.text).stated):
        return own == {currency} or names_alone(place.text, currency)
    return own == codes_at(place.row) == {currency}


def holds_net(place: Place, net: Decimal) -> bool:
    """Tell whether it is the amount before tax, and not that of one rate of several.

    It may have no label, as the amount of an only line, where it gives the total together with the tax.
    """
    one, stated = _signed(place, net)
    if one is None or one.figure in (Figure.TAX, Figure.PAID, Figure.GROSS, Figure.DUE):
        return one is not None and one.figure is not Figure.TAX and _is_untaxed(place, stated, net)
    if one.figure is not Figure.NET and _names(stated, net, Figure.NET):
        return False
    wholes, taxes = _values(stated, *_WHOLE, Figure.DUE), _taxes(stated)
    if any(abs(abs(net) + tax - whole) <= _CENT for tax in taxes for whole in wholes if tax):
        return one.figure in (Figure.NET, Figure.SUM) or not _names(stated, net, Figure.SUM)
    if one.figure is Figure.NET:
        return set(_values(stated, Figure.NET)) <= {abs(net)}
    return one.figure is Figure.SUM and _is_untaxed(place, stated, net)


def _is_untaxed(place: Place, stated: Sequence[Stated], net: Decimal) -> bool:
    """Tell whether a page has no tax, and no amount before tax, so that its total is that amount."""
    figures = figures_in(place.text)
    has_tax = any(_values(stated, Figure.TAX)) or bool(figures.rates)
    is_told = figures.is_tax_free or not figures.tax_is_named
    return is_told and not has_tax and not _values(stated, Figure.NET) and holds_total(place, net)


def holds_tax(place: Place, tax: Decimal) -> bool:
    """Tell whether it is the tax of all rates together."""
    one, stated = _signed(place, tax)
    if one is None or one.figure is not Figure.TAX:
        # No tax at all is stated by a rate of nought, or its words.
        return not tax and one is not None and names_tax(one.label) and says_tax_free(level(place.row))
    others = {value for value in _values(stated, Figure.TAX) if value} - {abs(tax)}
    if not others:
        return True
    wholes, nets = _values(stated, *_WHOLE, Figure.DUE), _values(stated, Figure.NET, Figure.SUM)
    return any(abs(net + abs(tax) - whole) <= _CENT for net in nets for whole in wholes if net != whole)


def holds_total(place: Place, total: Decimal) -> bool:
    """Tell whether it is the total: none is larger on the page, and a label of a total is at no other place."""
    one, stated = _signed(place, total)
    if one is None or one.figure not in (*_WHOLE, Figure.DUE):
        return False
    if one.figure is Figure.DUE and _names(stated, total, *_WHOLE):
        return False
    if one.figure is Figure.SUM and _names(stated, total, Figure.GROSS):
        return False
    return not any(value > abs(total) for value in _values(stated, *_WHOLE, Figure.NET, Figure.DUE))


def holds_due(place: Place, due: Decimal) -> bool:
    """Tell whether it is what is left to pay: beside its own label, or the total where there is no such label."""
    one, stated = _signed(place, due)
    if one is None:
        return False
    if one.figure is Figure.DUE:
        return True
    has_label = bool(_values(stated, Figure.DUE, Figure.PAID))
    return not has_label and one.figure in _WHOLE and holds_total(place, due)


def holds_prepaid(place: Place, prepaid: Decimal) -> bool:
    """Tell whether it is a payment that was made before."""
    one = _lessened(place, prepaid)
    return one is not None and one.figure is Figure.PAID


def holds_allowance(place: Place, value: Decimal) -> bool:
    """Tell whether the label is a discount's."""
    one = _lessened(place, value)
    return one is not None and one.figure in (Figure.OTHER, None) and is_allowance(one.label)


def holds_charge(place: Place, value: Decimal) -> bool:
    """Tell whether the label is that of shipping, or another charge."""
    one, _ = _stated(place)
    return one is not None and one.figure in (Figure.OTHER, None) and is_charge(one.label)


def holds_rounding(place: Place, value: Decimal) -> bool:
    """Tell whether the label is a rounding's."""
    one, _ = _stated(place)
    return one is not None and is_rounding(one.label)


def _signed(place: Place, value: Decimal) -> tuple[Stated | None, tuple[Stated, ...]]:
    """Return the amount at a place as `_stated` does; None where its sign is another one.

    Only what calls itself a credit note may print without a minus what is negative here.
    """
    one, stated = _stated(place)
    is_other = one is not None and one.value * value < 0
    return None if is_other and not (value < 0 and is_credit(place.text)) else one, stated


def _lessened(place: Place, value: Decimal) -> Stated | None:
    """Return the amount at a place that makes an invoice less. It may have a minus there, and has none as a value."""
    one, _ = _stated(place)
    return one if one is not None and (value > 0 or one.value == value) else None


def _stated(place: Place) -> tuple[Stated | None, tuple[Stated, ...]]:
    """Return the amount at a place, and all amounts of the page. None where it is no amount of an invoice."""
    stated = figures_in(place.text).stated
    line, start, end = _at(place)
    at = [one for one in stated if one.line == line and one.start < end and start < one.end and not one.is_capital]
    if len(at) != 1 or not _is_of_invoice(place):
        return None, stated
    return at[0], stated


def _at(place: Place) -> tuple[int, int, int]:
    """Return the line of a place, and its first and last column, as the rules count them."""
    # One more character keeps the line that the place begins.
    lines = plain(f"{place.text[: place.start]}.").replace("\t", "    ").splitlines()
    start = len(lines[-1]) - 1
    return len(lines) - 1, start, start + len(plain(place.text[place.start : place.end]))


def _is_of_invoice(place: Place) -> bool:
    """Tell whether the page is no delivery note, neither by its place in the case nor by what it calls itself."""
    if place.field == "delivery_note":
        return False
    top = [level(line) for line in sheet_of(place.text).lines if line.strip()][:_TOP]
    titles = [cell for line in top for cell in re.split(r" {2,}|\|", line) if cell.strip()]
    is_note = any(_DELIVERY_NOTE.match(title.strip()) and len(title.split()) <= 4 for title in titles)
    return not is_note or bool(identity.numbers_in(place.text))


def _is_head_of_mail(place: Place) -> bool:
    """Tell whether it is in the head of a mail, whose date is the day on which it was sent."""
    head = place.text[: place.text.find("\n\n")] if "\n\n" in place.text else place.text
    return (
        place.end <= len(head)
        and _SUBJECT.search(level(head)) is not None
        and _SENT.match(level(place.row)) is not None
    )


def _values(stated: Iterable[Stated], *kinds: Figure) -> list[Decimal]:
    """Return the amounts of these kinds, without signs: a credit note is printed with and without them."""
    return [abs(one.value) for one in stated if one.figure in kinds and not one.is_capital]


def _names(stated: Iterable[Stated], value: Decimal, *kinds: Figure) -> bool:
    return any(each == abs(value) for each in _values(stated, *kinds))


def _taxes(stated: Iterable[Stated]) -> set[Decimal]:
    """Return the taxes of a page, and their sum."""
    each = list(dict.fromkeys(value for value in _values(stated, Figure.TAX) if value))
    return {*each, sum(each, Decimal(0))}
