"""The identity of an invoice: its number and its date, by the labels beside them.

An invoice has other numbers and dates too: of the order, the customer, the delivery, the due date. A number passes
where the invoice's own label leads to the whole number, and to no other number. The same holds for a date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from countersign.tools.dates import Dated, dates_at
from countersign.tools.quotes import as_read

from workflows.library.invoice_intake.layout import Cell, Sheet, level, sheet_of

_INVOICE = (
    r"(?:[a-z]{0,20}rechnungs?|[a-z]{0,12}invoice|inv|bill|factures?|factura|fattura|fatura|factuur|fakt(?:ur|uur)[ay]?"
    r"|fakturan?s?|laskun?|beleg|dokument|document[eo]?|doklad[u]?|szamla|arve|racun|saskaita|rekins"
    r"|nota fiscal|fa\b|fv\b|rechnungskorrektur|gutschrift|credit ?note|avoir|creditnota|kreditnota"
    r"|τιμολογι\w+|請求(?:書)?|发票)"
)
_NO = (
    r"(?:id|ref(?:erence|erenz|\.)?|n\.o|nos?|nr|nro|num|num[mb]?er|numeron?|numero|nummer|n"
    r"|numer|cislo|folio|c|sorszam\w{0,3}|szam\w{0,3}|番号|号码|号)"
)
_BETWEEN = (
    r"\)?(?: des [a-z]{3,16})?(?: ?\([^)]{1,14}\))?(?:[ ./-]{0,3}(?:vat|iva|btw|tva|zakupu|sprzedazy))?[ ./-]{0,3}"
)
_OF = r"(?:[ .\u00b0\u00ba]{0,3}(?:d[ei]l?l?a?|der|van|of)?(?: la| l.)? ?)"
"""Words between the word for a number and the word for an invoice: “numéro de facture”, “číslo faktury”."""
_END = r"(?: ?/ ?[a-z .\u00b0\u00ba]{2,24}(?=[:#]))?[ .,:#\u00b0\u00ba\u2116-]{0,8}"
"""The end of a label. After a slash the same label may follow in another language."""
_NAMED = re.compile(
    rf"(?<![^\W\d_])(?:(?P<named>{_INVOICE}{_BETWEEN}{_NO}|{_NO}{_OF}{_INVOICE})"
    rf"|(?P<bare>{_INVOICE}{_BETWEEN}))(?![a-z]){_END}"
)
"""The invoice's own label, with or without the word for a number."""
_PLAIN = re.compile(rf"^\W{{0,3}}(?:{_NO}|αριθμος)(?![a-z]){_END}")
"""A label that only says that it is a number."""
_TOKEN = re.compile(r"[^\s|]+")
_PREFIX = re.compile(r"[A-Z\u0370-\u03ff]{1,5}")
_LABELS = (
    "NO NR DATE DATUM DATA FECHA DATO TO FOR FROM PAGE TOTAL DUE OF VOM DU DEL DE AN AND IN "
    "PO SO DN VAT IBAN TEL FAX NIF CIF NIP ICO DIC REF"
)
_NO_PREFIX = frozenset(_LABELS.split())
_GOES_ON = re.compile(r" ?[-/] ?(?=[^\W_])| (?=[^\s|]{0,12}\d)")
_SPACE = re.compile(" ")
_LEAST_BARE = 3
"""Fewest characters of an invoice number after the bare word for an invoice."""

_DAY_WORD = r"(?:date|datum|dat\b|data|fecha|dato|dag|tag|pvm|paiva\w{0,6}|dagen|nap|kuup\w{0,8}|tarihi)"
_ISSUED = re.compile(
    rf"(?:{_INVOICE}[ ./-]{{0,3}}(?:s|n)?{_DAY_WORD})|(?:date|fecha|data|datum|tag)(?: d[aeiou]l?l?a?| of"
    rf"| der| van)? ?(?:l.)?"
    r"(?:invoice|issue|factur\w*|facturation|emis\w+|expedicion|fattura|documento|fatura|ausstellung|rechnung)"
    r"|issue date|issued?(?: on)?\b|dated\b|tax point|ausstellungs\w*|ausgestellt\w*|beleg-?datum"
    r"|emise? le|emitida|emesso"
    r"|data wystawienia|wystawion\w*|datum vystaveni|vystaven\w*|faktur\w{0,8}dat\w*|fakturer\w*dat\w*|factuurdatum"
    r"|laskun? ?p\w+|paivays\w*|kelt\w*|szamla kelte|発行日|开票日期|fatura tarihi"
    r"|ημερομηνια εκδοσης|utstedt|udstedt|invoiced"
)
_OTHER_DAY = re.compile(
    r"(?<![a-z])(?:(?:abschlags?|anzahlungs?|teil)rechnung\w*|due|fallig\w*|payment|payable|pay\b|zahl\w*|bis\b|bezahl\w*|uberweis\w*|until|by\b"
    r"|before|avant|regler|reglement|antes|entro|uiterlijk|voor\b|senast|senest|innen|viimeistaan|deliver\w*"
    r"|liefer\w*|ausliefer\w*|leistung\w*|versand\w*|ship\w*|dispatch\w*|service\w*|supply|perform\w*"
    r"|order\w*|bestell\w*"
    r"|auftrag\w*|vertrag\w*|commande\w*|pedido\w*|ordine\w*|bestelling\w*|zamow\w*|objedn\w*|ordre\w*|tilaus\w*|order"
    r"|period\w*|[a-z]{0,16}zeitraum\w*|abrechnung\w*|from\b|to\b|von\b|ab\b|echeance\w*|echoir|limite\w*|vencim\w*"
    r"|vence\w*|scad\w*"
    r"|verval\w*|termin\w*|splatn\w*|forfald\w*|forfall\w*|forfal\w*|erapaiva\w*|era\b|found\w*"
    r"|gegrundet\w*|established"
    r"|est\b|since|seit|depuis|desde|dal\b|sinds|sedan|zaloz\w*|rok\w*|valid\w*|gultig\w*|contract\w*"
    r"|contrat\w*|print\w*"
    r"|gedruckt\w*|anreise\w*|abreise\w*|arriv\w*|depart\w*|birth\w*|geb\b|livr\w*|entrega\w*|consegna\w*"
    r"|lever\w*|toimit\w*"
    r"|sprzeda\w*|zdan\w*|uskutecn\w*|duzp|plneni\w*|receiv\w*|eingang\w*|paid|quote\w*|offer\w*"
    r"|angebot\w*|devis|offre|offerte|preventivo|presupuesto|accept\w*|agree\w*|signed|skonto\w*"
    r"|regist\w*|eintrag\w*|handelsreg\w*|version\w*|stand\b|rev\b|presta\w*|operaci\w*|ejecuci\w*"
    r"|periodo|competenza|ddt"
    r"|wykonan\w*|dodan\w*|dostaw\w*|zaplat\w*|platno\w*|betal\w*|maks\w*|esedekes\w*|teljesit\w*|last\w*"
    r"|next|reminder|mahn\w*"
    r"|customer|kunde\w*|client\w*|statement|balance|cash|discount|lieferschein\w*|delivery note|bon\b"
    r"|albaran\w*|pakbon\w*"
    r"|inkomst\w*|oprettet|gesticht|opgericht\w*|fundad\w*|fondat\w*|fondee?|creee|costituit\w*"
    r"|constitu\w*|perustett\w*"
    rf"|zalo\w*|grundet\w*|grundad\w*|stiftet|etabl\w*|πληρωτε\w*)(?:[ .:-]{{0,2}}{_DAY_WORD})?"
)
_ANY_DAY = re.compile(rf"(?<![a-z]){_DAY_WORD}(?![a-z])|ημερομηνια|日期|التاريخ")
_OWN = re.compile(rf"(?<![a-z]){_INVOICE}(?!s?(?:betrag|summe|zeitraum))")
_LONGEST_SPAN = 5
"""Characters between the two dates of a period."""
_ENGLISH = re.compile(r"\b(?:invoice|bill)\b")
_NUMERIC_SLASH = re.compile(r"\d/\d")


def states_number(text: str, number: str) -> bool:
    """Tell whether the invoice's own label leads to this number, whole, and to no other."""
    wanted = _key(number)
    found = _numbers(text)
    named = [one for one in found if one.is_certain] or found
    others = [one for one in found if one.is_certain and one.key != wanted]
    return bool(wanted) and any(one.key == wanted for one in named) and not others


def numbers_in(text: str) -> frozenset[str]:
    """Return the numbers to which labels of invoices lead. A text with two invoices has two."""
    return frozenset(one.key for one in _numbers(text) if one.is_certain)


def states_date(text: str, day: date) -> bool:
    """Tell whether the invoice's own label, or a label of no other date, leads to this day."""
    found = _days(text)
    for kind in ("issued", "date", "none"):
        alike = [one for one in found if one.kind == kind]
        if alike:
            return all(day in one.place.days for one in alike) and _is_in_order(text, alike, day)
    return False


def leads_to_number(text: str, number: str, line: int, start: int, end: int) -> bool:
    """Tell whether the invoice's own label leads to the number at this place, whole, and to no other before it.

    `line`, `start`, `end`: the place, as `layout` counts lines and columns.
    """
    wanted = _key(number)
    found = _numbers(text)
    named = [one for one in found if one.is_certain] or found
    # Of several invoices the first is the page's own: the others are those that it corrects, or that were paid.
    if not named or wanted not in (found[0].key, named[0].key):
        return False
    return any(one.key == wanted and one.line == line and one.start < end and start < one.end for one in found)


def leads_to_date(text: str, day: date, line: int, start: int, end: int) -> bool:
    """Tell whether the invoice's own label, or a label of no other date, leads to the date at this place."""
    if not states_date(text, day):
        return False
    found = _days(text)
    best = next(kind for kind in ("issued", "date", "none") if any(one.kind == kind for one in found))
    return any(
        one.kind == best and one.line == line and one.place.start < end and start < one.place.end for one in found
    )


@dataclass(frozen=True, kw_only=True)
class _Number:
    """A number to which a label for an invoice's number leads."""

    key: str
    is_certain: bool
    """True if it is the number of some invoice; otherwise it may be something else beside a title."""
    length: int = 0
    """Characters of the number in the cell of its label."""
    line: int = -1
    start: int = 0
    """Its first column."""
    end: int = 0
    """The column after its last one."""


@dataclass(frozen=True, kw_only=True)
class _Day:
    place: Dated
    line: int
    kind: str
    """“issued”, “date” (a label without more), “none” (no label) or “other”."""


@lru_cache(maxsize=32)
def _numbers(text: str) -> tuple[_Number, ...]:
    sheet = sheet_of(text)
    found = [one for cell in sheet.every_cell() for one in _numbers_of(sheet, cell)]
    if any(one.is_certain for one in found):
        return tuple(found)
    plain = (
        one
        for cell in sheet.every_cell()
        if (label := _PLAIN.search(cell.level))
        for one in _led_to(sheet, cell, label)
    )
    return (*found, *plain)


def _numbers_of(sheet: Sheet, cell: Cell) -> Iterator[_Number]:
    free = 0
    for label in _NAMED.finditer(cell.level):
        if label.start() < free:
            continue  # a number may begin like a label: FA 2026/15
        for one in _led_to(sheet, cell, label):
            free = label.end() + one.length
            yield one


def _led_to(sheet: Sheet, cell: Cell, label: re.Match[str]) -> Iterator[_Number]:
    """Yield the number after a label: in the same cell, else in the next one, else in the one below."""
    is_named = label.re is _NAMED and (label["named"] is not None or ":" in label[0])
    rest = cell.text[label.end() :]
    if rest and label[0][-1] not in " :#\u00b0\u00ba\u2116" and not (is_named and label[0][-1] == "."):
        return  # a number may begin like a label: INV/2026, FA-231
    own = _number(rest, is_named=is_named)
    if own is not None:
        yield replace(own, line=cell.line, start=cell.start + label.end(), end=cell.start + label.end() + own.length)
    if rest.strip():
        return
    for near in (sheet.beside(cell), sheet.below(cell)):
        number = _number(near.text, is_named=is_named) if near is not None else None
        if near is not None and number is not None:
            at = replace(number, line=near.line, start=near.start, end=near.start + number.length)
            if is_named:
                yield replace(at, is_certain=True, length=0)
            elif number.key == _key(near.text):
                yield replace(at, is_certain=False, length=0)
            return


def _number(rest: str, *, is_named: bool) -> _Number | None:
    """Return the number at the beginning of a text, with all that belongs to it."""
    start = len(rest) - len(rest.lstrip(" :#.\u00a0"))
    days = [one.start for one in dates_at(rest[:80])]
    end, at, has_digit = start, start, False
    while (token := _TOKEN.match(rest, at)) is not None and at not in days:
        word = token[0].rstrip(",.;:)")
        is_prefix = not has_digit and _PREFIX.fullmatch(word) is not None and word not in _NO_PREFIX
        if not any(map(str.isdigit, word)) and not is_prefix:
            break
        has_digit = has_digit or any(map(str.isdigit, word))
        end = at + len(word)
        gap = (_GOES_ON if has_digit else _SPACE).match(rest, end)
        if gap is None:
            break
        at = gap.end()
    key = _key(rest[start:end])
    if not has_digit or not key:
        return None
    return _Number(key=key, is_certain=is_named or len(key) >= _LEAST_BARE, length=end)


@lru_cache(maxsize=32)
def _days(text: str) -> tuple[_Day, ...]:
    sheet = sheet_of(text)
    found: list[_Day] = []
    for line, written in enumerate(sheet.lines):
        free = 0
        for place in dates_at(written):
            between = written[free : place.start] if free else ""
            if free and not any(map(str.isalpha, between)) and len(between) <= _LONGEST_SPAN:
                kind = found[-1].kind
            else:
                kind = _kind(level(sheet.label(line, place.start, free)))
            if kind == "none":
                head = sheet.above(line, place.start, place.end)
                kind = _kind(head.level) if head is not None and not _stands_before(sheet, line, place) else kind
            found.append(_Day(place=place, line=line, kind=kind))
            free = place.end
    return tuple(found)


def _stands_before(sheet: Sheet, line: int, place: Dated) -> bool:
    """Tell whether words come before a date in its own cell, as in “Berlin, den 3. März 2026”."""
    at = sheet.cell_at(line, place.start)
    return at is not None and any(map(str.isalpha, sheet.lines[line][sheet.cells[line][at].start : place.start]))


def _kind(label: str) -> str:
    """Return the kind of a date by the words nearest to it."""
    ends = {
        "issued": _last(_ISSUED, label),
        "other": _last(_OTHER_DAY, label),
        "date": _last(_ANY_DAY, label),
        "own": _last(_OWN, label),
    }
    kind, end = max(ends.items(), key=lambda each: each[1])
    if end < 0:
        return "none"
    return "issued" if kind == "own" else kind


def _last(pattern: re.Pattern[str], label: str) -> int:
    return max((found.end() for found in pattern.finditer(label)), default=-1)


def _is_in_order(text: str, found: list[_Day], day: date) -> bool:
    """Tell which order of day and month holds: the one that another date proves, else day first, except in English.

    In an English text with slashes, both orders are possible, so neither is accepted.
    """
    if any(one.place.days == (day,) for one in found):
        return True
    proofs = {one.place.day_first for one in _days(text)} - {None}
    first = all(one.place.days[0] == day for one in found)
    if proofs:
        return len(proofs) == 1 and first == (True in proofs)
    lines = sheet_of(text).lines
    is_english = any(_ENGLISH.search(level(line)) for line in lines)
    return first and not (is_english and any(_NUMERIC_SLASH.search(line) for line in lines))


def _key(number: str) -> str:
    return "".join(as_read(number).split()).casefold()
