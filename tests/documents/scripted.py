"""A stand-in for a model that reads invoices: it gives the truth, with quotes from the pages as a model takes them.

It is scripted and reads nothing: it looks for each true value on the pages, and quotes the row, the label with the
value, or the value alone, turn by turn. Of several rows it takes the one whose words it would take for the field's.
Whether that place is right is not its to know: the rules of the automation have to tell.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from workflows.documents.document import Document
from workflows.engine.text.stated_values import says, stated_at
from workflows.library.invoice_intake.invoice import Invoice
from workflows.library.invoice_intake.workflow import intake
from workflows.tools.quotes import Span

_WORDS: Mapping[str, str] = {
    "net": r"net|sub|ht\b|base|imponibile|excl|exkl|netto|razem|ilíquido|ilíq|veroton|καθαρ|warenwert|summe|小計",
    "tax": r"vat|tax|mwst|ust|umsatzsteuer|tva|iva|btw|moms|kdv|alv|φπα|税|gst",
    "total": r"total|ttc|gesamt|betrag|brutto|end|合計|合计|σύνολο|i alt|yhteens|documento|tutar|summe",
    "due": r"due|pay|pagar|zahl|betalen|betala|maksettava|ödenecek|rest|offen|total|zapłaty|total",
    "date": r"date|datum|data|fecha|dato|issued|tarihi|päiväys|ημερομ|日|vom|del|tax point|den ",
    "number": r"invoice|rechnung|factur|fattura|factuur|faktur|fatura|lasku|nummer|bill|αριθμ|号|no|nr",
    "prepaid": r"paid|bezahlt|gezahlt|anzahlung|abschlag|voraus",
    "allowances": r"discount|rabatt|korting|abschl|nachlass|skonto",
    "charges": r"carriage|zuschl|versand|fracht|shipping|porto",
}
_OWN_DUE = r"ohne|excl|netto|positions|zahlbetrag|net à payer|amount due|offene|restbetrag|zapłaty"
FIELDS = (*intake.evidence, "prepaid", "allowances", "charges")
_WAYS = 3


@dataclass(frozen=True, kw_only=True)
class _Found:
    page: str
    span: Span

    @property
    def row(self) -> str:
        start = self.page.rfind("\n", 0, self.span.start) + 1
        return self.page[start:].partition("\n")[0]

    @property
    def before(self) -> str:
        return self.page[self.page.rfind("\n", 0, self.span.start) + 1 : self.span.start]


def quotes(documents: Sequence[Document], invoice: Invoice) -> dict[str, str]:
    """Return a quote for each field that a page states. `documents`: those that the model would be shown."""
    pages = [page.text for document in documents for one in document.all for page in one.pages]
    found = {field: _quote(pages, field, getattr(invoice, field)) for field in FIELDS}
    return {field: quote for field, quote in found.items() if quote or field in intake.evidence}


def _quote(pages: Sequence[str], field: str, value: object) -> str:
    if isinstance(value, Decimal) and not value and field not in ("due", "tax"):
        return ""
    places = list(_places(pages, value))
    if field == "currency":
        places = [one for one in places if any(map(str.isdigit, one.row))] or places
        places = places[-1:]
    if not places:
        return ""
    if field == "total":
        # It does not take the amount due for it, where both are printed.
        places = [one for one in places if not re.search(_OWN_DUE, one.before, re.IGNORECASE)] or places
    best = max(places, key=lambda one: (_fit(field, one), field in ("total", "due") and one.span.start))
    way = sha256(f"{field}{value}{pages[0][:40]}".encode()).digest()[0] % _WAYS
    alone = best.page[best.span.start : best.span.end]
    if way == 0 and sum(map(str.isalnum, alone)) >= 3 and says(alone, value):
        return alone
    label = re.search(r"\S(?:\S| (?=\S))*\s*\Z", best.before)
    near = (label[0] if label else "") + alone
    if way == 1 and 3 <= len(near) <= 200 and says(near, value):
        return near.strip()
    return best.row.strip() if len(best.row.strip()) <= 200 else alone


def _fit(field: str, one: _Found) -> int:
    words = _WORDS.get(field)
    if words is None:
        return 0
    above = one.page[: max(one.page.rfind("\n", 0, one.span.start), 0)].rpartition("\n")[2]
    return 2 * bool(re.search(words, one.before, re.IGNORECASE)) + bool(re.search(words, above, re.IGNORECASE))


def _places(pages: Sequence[str], value: object) -> Iterator[_Found]:
    for page in pages:
        for spans in stated_at(page, value):
            yield _Found(page=page, span=Span(start=spans[0].start, end=spans[-1].end))
        if isinstance(value, Decimal) and value:
            # A credit note that is printed without a minus, or a discount with one.
            for spans in stated_at(page, -value):
                yield _Found(page=page, span=Span(start=spans[0].start, end=spans[-1].end))
