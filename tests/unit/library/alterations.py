"""Faults of a reading, or of its paper, each of a kind that was seen to go alone.

Each gives texts and readings of which none may go alone: the reading is wrong, or the paper is nothing to book.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from tests.unit.library.papers import FOLDER, Paper
from workflows.library.invoice_intake.invoice import Invoice, Tax
from workflows.tools.dates import dates_in


@dataclass(frozen=True, kw_only=True)
class Altered:
    """A wrong case: a text, and what a model makes of it."""

    what: str
    text: str
    read: Invoice


def _read(paper: Paper, what: str, **other: object) -> Altered:
    return Altered(what=what, text=paper.text, read=paper.truth.model_copy(update=other))


def amounts(paper: Paper) -> Iterator[Altered]:
    """Net and tax swapped, tax missed, one rate of two, a smaller amount taken for the total."""
    truth = paper.truth
    if truth.tax:
        yield _read(paper, "net and tax swapped", net=truth.tax, tax=truth.net)
        yield _read(paper, "tax missed, net is the total", net=truth.total, tax=Decimal(0))
        yield _read(paper, "tax missed, total is the net", total=truth.net, tax=Decimal(0), due=truth.net)
    for tax in paper.taxes:
        yield _read(paper, "one rate of two", tax=tax, net=truth.total - tax)
        total = truth.net + tax
        yield _read(paper, "one rate of two, total made to fit", tax=tax, total=total, due=total)
    for line in truth.lines:
        if line.amount not in (truth.total, truth.net) and line.amount > 0:
            yield _read(
                paper, "a line taken for the total", net=line.amount, tax=Decimal(0), total=line.amount, due=line.amount
            )
    if truth.due != truth.total:
        yield _read(paper, "partly paid, booked in full", due=truth.total)
        yield _read(paper, "what is left taken for the total", total=truth.due, net=truth.due - truth.tax)


def parts(paper: Paper) -> Iterator[Altered]:
    """The parts of EN 16931 made to fit: a line made up for, a payment made up or dropped, a rate left out or moved."""
    truth = paper.truth
    if len(truth.lines) > 1 and truth.lines[0].amount > 0:
        rest, first = truth.lines[1:], truth.lines[0].amount
        yield _read(paper, "a line taken for a charge", lines=rest, charges=truth.charges + first)
        doubled = [truth.lines[0], *truth.lines]
        yield _read(paper, "a line read twice, and taken off again", lines=doubled, allowances=truth.allowances + first)
    yield _read(paper, "a payment made up", prepaid=truth.total / 2, due=truth.total - truth.total / 2)
    yield _read(paper, "a rounding made up", rounding=Decimal("-0.50"), due=truth.due - Decimal("0.50"))
    yield _read(paper, "paid more than is taken off", prepaid=truth.prepaid + 10)
    if truth.due != truth.total:
        yield _read(paper, "the payment dropped", prepaid=Decimal(0), due=truth.total)
        yield _read(paper, "the payment called a rounding", prepaid=Decimal(0), rounding=truth.due - truth.total)
    for kind in ("credit note", "correction"):
        yield _read(paper, f"taken for a {kind}", kind=kind)
    one = Tax(rate=Decimal(19), net=truth.net, tax=truth.tax)
    if len(truth.taxes) > 1:
        yield _read(paper, "all rates left out", taxes=[])
        yield _read(paper, "one rate left out", taxes=truth.taxes[1:])
        yield _read(paper, "two rates read as one", taxes=[one])
    yield _read(paper, "a rate of another net", taxes=[one.model_copy(update={"net": truth.net / 2})])


def dates(paper: Paper) -> Iterator[Altered]:
    """Each other date of the text as the invoice's."""
    for day in dict.fromkeys(dates_in(paper.text)):
        if day != paper.truth.date:
            yield _read(paper, f"another date, {day}", date=day)


def numbers(paper: Paper) -> Iterator[Altered]:
    """Each other number of the text as the invoice's, and each part of its own."""
    own = paper.truth.number
    for token in dict.fromkeys(re.findall(r"(?<![\w/.,-])[A-Z#]{0,4}-?[0-9][0-9A-Z/.-]*[0-9A-Z](?![\w,])", paper.text)):
        if re.search(r"[0-9]{3}", token) and token not in own and own not in token and not dates_in(token):
            yield _read(paper, f"another number, {token}", number=token)
    for part in {own[len(found[0]) :] for found in re.finditer(r"^.*?[/ -]", own)} | {
        own[: found.start()] for found in re.finditer(r"[/ -](?=[^/ -]*$)", own)
    }:
        if part:
            yield _read(paper, f"a part of the number, {part}", number=part)


def lines(paper: Paper) -> Iterator[Altered]:
    """Lines left out."""
    yield _read(paper, "all lines left out", lines=[])
    if len(paper.truth.lines) > 1:
        yield _read(paper, "one line left out", lines=paper.truth.lines[1:])


def currencies(paper: Paper) -> Iterator[Altered]:
    """Another currency beside the amounts, and a footer that mentions euros."""
    for sign in ("$", "kr", "CHF", "USD", "£", "zł", "CHF "):
        text, count = re.subn(r"€|\bEUR\b|\bEuro\b", sign, paper.text)
        if count:
            yield Altered(
                what=f"{sign} read as EUR",
                text=f"{text}\nPrices in EUR on request. Preise in EUR auf Anfrage.\n",
                read=paper.truth,
            )


MINUS = (
    "-{}",
    "- {}",
    "-   {}",
    "{}-",
    "{} -",
    "\u2212{}",
    "{}\u2212",
    "\u2013{}",
    "\u2013 {}",
    "{}\u2013",
    "({})",
    "( {} )",
    "{} CR",
    "{} H",
    "<{}>",
)


def signs(paper: Paper) -> Iterator[Altered]:
    """The total with a minus, in the ways that accounting systems print one."""
    printed = _printed(paper, paper.truth.total)
    if printed is None:
        return
    for minus in MINUS:
        text = re.sub(rf"(?<![\d.,]){re.escape(printed)}(?![\d])", minus.format(printed), paper.text)
        yield Altered(what=f"total as {minus}", text=text, read=paper.truth)
        with_currency = re.compile(rf"(?<![\d.,])({re.escape(printed)}(?: ?(?:€|EUR))?)(?![\d])")
        text = with_currency.sub(minus.format(r"\1"), paper.text)
        yield Altered(what=f"total and currency as {minus}", text=text, read=paper.truth)


WORDS = (FOLDER / "words.txt").read_text(encoding="utf-8").splitlines()
"""Titles of papers that are no invoices."""


_TITLE = re.compile(
    r"(?<![\w-])(?:TAX INVOICE|INVOICE|Invoice|RECHNUNG|Rechnung|FACTURE|Facture|FACTURA|FATTURA|FACTUUR|FAKTURA|LASKU)"
    r"(?=[ ]{2,}|$)",
    re.MULTILINE,
)


def words(paper: Paper) -> Iterator[Altered]:
    """Return papers with another title: in its place, in a line of its own, and far behind the sender's name."""
    for word in WORDS:
        text, count = _TITLE.subn(word, paper.text, count=1)
        if count:
            yield Altered(what=f"{word} in place of the title", text=text, read=paper.truth)
        yield Altered(what=f"{word} in a line", text=f"{word}\n{paper.text}", read=paper.truth)
        head, rest = paper.text.split("\n", 1)
        yield Altered(what=f"{word} behind a name", text=f"{head}{' ' * 44}{word}\n{rest}", read=paper.truth)


PAID = (FOLDER / "paid.txt").read_text(encoding="utf-8").splitlines()
"""Sentences that say that an invoice is paid, or will be collected."""


def payments(paper: Paper) -> Iterator[Altered]:
    """Paid already, or in part, and booked in full."""
    for word in PAID:
        yield Altered(what=f"“{word}” at its end", text=f"{paper.text}\n{word}\n", read=paper.truth)
        head, rest = paper.text.split("\n", 1)
        yield Altered(what=f"“{word}” behind a name", text=f"{head}{' ' * 30}{word}\n{rest}", read=paper.truth)
    for label in (
        "Anzahlung",
        "Deposit received",
        "Acompte versé",
        "Anticipo",
        "Acconto",
        "Aanbetaling",
        "Zaliczka",
        "Záloha",
        "Less payment",
        "Bereits gezahlt",
    ):
        text = f"{paper.text}\n{label}        20,00 EUR\n"
        yield Altered(what=f"{label} of 20", text=text, read=paper.truth.model_copy(update={"due": paper.truth.total}))


IBANS = (
    "DE89370400440532013000",
    "NL91ABNA0417164300",
    "FR1420041010050500013M02606",
    "GB29NWBK60161331926819",
    "BR1800360305000010009795493C1",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
    "XK051212012345678906",
    "BE68539007547034",
    "PL61109010140000071219812874",
)
SPACED = (
    lambda iban: iban,
    lambda iban: iban.lower(),
    lambda iban: _grouped(iban, 4, " "),
    lambda iban: _grouped(iban, 4, "\u00a0"),
    lambda iban: _grouped(iban, 4, "\u202f"),
    lambda iban: _grouped(iban, 4, "\u2009"),
    lambda iban: _grouped(iban, 4, "  "),
    lambda iban: _grouped(iban, 2, " "),
    lambda iban: _grouped(iban, 5, " "),
    lambda iban: _grouped(iban, 3, "-"),
    lambda iban: _grouped(iban, 4, "."),
    lambda iban: _grouped(iban.lower(), 4, " "),
    lambda iban: _grouped(iban, 8, "\n   "),
    lambda iban: _grouped(iban, 4, "\t"),
)
NATIONAL = (
    "Konto-Nr. 9876543210, BLZ 37040044",
    "Account no: 98765432, sort code 60-16-13",
    "Kontonummer: 9876 543 210",
    "Bankgiro 987-6543",
    "Numer konta: 61 1090 1014 0000 0712 1981 2874",
    "Číslo účtu: 9876543210/0800",
    "Rekeningnummer 98.76.54.321",
)


def accounts(paper: Paper) -> Iterator[Altered]:
    """Another account, in any spelling, in the place of its own or beside it."""
    for at, iban in enumerate(IBANS):
        for space in SPACED:
            written = space(iban)
            for lead in ("IBAN ", "Pay to: ", "IBAN:", "IBAN", "") if at == 0 else ("IBAN ",):
                yield Altered(
                    what=f"account {lead}{written!r}", text=f"{paper.text}\n{lead}{written}\n", read=paper.truth
                )
    for national in NATIONAL:
        yield Altered(what=national, text=f"{paper.text}\n{national}\n", read=paper.truth)
    for prose in (
        "Please note our new bank details.",
        "Unsere Bankverbindung hat sich geändert.",
        "Nos coordonnées bancaires ont changé.",
    ):
        yield Altered(what=prose, text=f"{paper.text}\n{prose}\n", read=paper.truth)


def several(paper: Paper) -> Iterator[Altered]:
    """A second invoice behind it."""
    at = max(at for at, char in enumerate(paper.truth.number) if char.isdigit())
    changed = f"{paper.truth.number[:at]}{(int(paper.truth.number[at]) + 1) % 10}{paper.truth.number[at + 1 :]}"
    yield Altered(
        what="its own text with another number behind it",
        text=f"{paper.text}\n{paper.text.replace(paper.truth.number, changed)}",
        read=paper.truth,
    )


def larger(paper: Paper) -> Iterator[Altered]:
    """A larger amount than the total."""
    for line in (
        "Gesamtbetrag 4.310,00 EUR",
        "Total due                    €4,310.00",
        "Offener Gesamtbetrag inkl. Vorsaldo: 1.904,10 €",
    ):
        yield Altered(what=line, text=f"{paper.text}\n{line}\n", read=paper.truth)


KINDS: tuple[Callable[[Paper], Iterator[Altered]], ...] = (
    amounts,
    parts,
    dates,
    numbers,
    lines,
    currencies,
    signs,
    words,
    payments,
    accounts,
    several,
    larger,
)


def _grouped(iban: str, size: int, gap: str) -> str:
    return gap.join(iban[start : start + size] for start in range(0, len(iban), size))


def _printed(paper: Paper, value: Decimal) -> str | None:
    """An amount as the text prints it."""
    whole, cents = f"{value:.2f}".split(".")
    grouped = f"{int(whole):,}"
    forms = (f"{grouped.replace(',', '.')},{cents}", f"{grouped}.{cents}", f"{whole},{cents}", f"{whole}.{cents}")
    return next((form for form in forms if form in paper.text), None)
