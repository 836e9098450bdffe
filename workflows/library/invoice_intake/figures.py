"""The amounts of an invoice with their labels, and the checks whether a model's values fit them.

A quote proves that the text has an amount, but not which amount it is. So the label beside it has to fit, the largest
amount has to be the total, and the tax has to follow from the tax rates. A text that cannot be understood fits nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import product

from countersign.tools.characters import plain
from countersign.tools.dates import dates_at
from countersign.tools.money import Found, scan

from workflows.library.invoice_intake.accounts import without_accounts
from workflows.library.invoice_intake.labels import (
    Figure,
    figure_of,
    is_about_capital,
    is_allowance,
    is_charge,
    is_head_of_lines,
    is_rounding,
    names_tax,
    says_tax_free,
    says_withheld,
)
from workflows.library.invoice_intake.layout import Sheet, is_worded, level, sheet_of

_CENT = Decimal("0.01")
_LONGEST_HEAD = 5
"""Most words in the head of a column. A longer line holds the heads of several columns, or a sentence."""
_MOST_AMOUNTS = 30
"""Most amounts of a line that are told apart by their labels; no line of an invoice has more."""
_HIGHEST_RATE = 30
"""Percent of the highest tax on sales anywhere."""
_UNIT = re.compile(r" ?[^\W\d_]{1,12}\b")
_MARK = re.compile(r"[A-Za-z]{1,2}[-\d]")
"""Possible beginning of an invoice's number that is also a sign of some currency, as in R-30992."""
_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,2})?) ?%|% ?(\d{1,2}(?:[.,]\d{1,2})?)(?![\d.,])")
_TOTALS = frozenset({Figure.GROSS, Figure.SUM, Figure.DUE})
_NETS = frozenset({Figure.NET, Figure.SUM})
_SUMMED = frozenset({Figure.NET, Figure.TAX, Figure.GROSS, Figure.DUE, Figure.PAID, Figure.BASE, Figure.SUM})
_ROUNDING = Decimal("0.05")
"""Tolerance for a tax of many lines, each rounded; half a thousandth of the net is added to it."""
_MOST_PARTS = 12
"""Most rates or bases that are added up."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """An amount that a text states."""

    line: int
    value: Decimal
    figure: Figure | None
    """The kind of the amount; None: its label does not tell."""
    currencies: frozenset[str]
    """The possible currencies of the sign or code beside it; empty where there is none."""
    is_money: bool
    """True if it has cents or a currency and is no quantity."""
    may_be_negative: bool
    is_capital: bool
    """True if it is a company's capital or turnover."""
    label: str
    """The words to its left, in level letters."""
    start: int
    """Its first character in the line."""
    end: int
    """The character after its last one."""

    @property
    def is_total(self) -> bool:
        """True if its label is that of a total."""
        return self.figure in _TOTALS


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The amounts of one text."""

    stated: tuple[Stated, ...]
    rates: frozenset[Decimal]
    """The tax rates above zero, in percent, beside the name of a tax."""
    tax_is_named: bool
    is_tax_free: bool
    """True if the text says why there is no tax, or that it is 0 %."""
    is_withheld: bool
    """True if a tax is withheld."""

    def values(self, *figures: Figure) -> list[Decimal]:
        """Return the amounts of these kinds, in order."""
        return [one.value for one in self.stated if one.figure in figures]

    def totals(self, value: Decimal) -> list[Stated]:
        """Return the places where an amount is stated as a total."""
        return [one for one in self.stated if one.value == value and one.is_total]


@lru_cache(maxsize=32)
def figures_in(text: str) -> Figures:
    """Return the amounts of a text. The result is cached, because several rules ask for it."""
    sheet = sheet_of(_without_marks(text))
    levels = [level(line) for line in sheet.lines]
    flowing = " ".join(" ".join(levels).split())
    return Figures(
        stated=tuple(one for line in range(len(sheet.lines)) for one in _stated(sheet, line, levels[line])),
        rates=frozenset(rate for line in levels if names_tax(line) for rate in _rates(line) if rate),
        tax_is_named=any(names_tax(line) for line in levels),
        is_tax_free=says_tax_free(flowing),
        is_withheld=says_withheld(flowing),
    )


def states_total(text: str, total: Decimal) -> bool:
    """Tell whether it is beside the label of a total, and no amount of the text is larger."""
    figures = figures_in(text)
    larger = [one for one in figures.stated if abs(one.value) > total and _may_be_asked(one)]
    return bool(figures.totals(total)) and not larger


def states_tax(text: str, *, net: Decimal, tax: Decimal) -> bool:
    """Tell whether it is the stated tax, of all rates together. No tax is right only where the text names none, or says
    why.
    """
    figures = figures_in(text)
    taxes = [value for value in figures.values(Figure.TAX) if value]
    if figures.is_withheld or tax < 0 or tax > abs(net):
        return False
    if not tax:
        return not taxes and not figures.rates and (figures.is_tax_free or not figures.tax_is_named)
    if not taxes or any(value > tax for value in taxes):
        return False
    parts = [value for value in taxes if value != tax]
    is_whole = _add_up(parts, tax) if parts else len(figures.rates) <= 1
    return is_whole and _fits_rates(figures, net=net, tax=tax)


def states_net(text: str, *, net: Decimal) -> bool:
    """Tell whether it is one of the stated amounts before tax, or their sum; True where the text states none."""
    figures = figures_in(text)
    nets = [value for value in figures.values(Figure.NET) if value]
    if not nets:
        return True
    return any(abs(value - net) <= _CENT for value in nets) or _add_up(nets, net)


def is_stated(text: str, total: Decimal, *, currency: str) -> bool:
    """Tell whether the text has it with its sign, in this currency or without one. A refund may lack the minus."""
    for one in figures_in(text).stated:
        is_same = one.value == total or (total < 0 and one.value == -total)
        if is_same and (not one.currencies or currency in one.currencies):
            return True
    return False


def fits_due(text: str, *, total: Decimal, due: Decimal, rounding: Decimal = Decimal(0)) -> bool:
    """Tell whether the amount due is the total, less the payments that the text states, and rounded as it states."""
    figures = figures_in(text)
    paid = {abs(value) for value in figures.values(Figure.PAID) if value}
    left = set(figures.values(Figure.DUE))
    total += rounding
    if due == total:
        return not paid and left <= {total}
    return due > 0 and due in left and left <= {total, due} and any(total - part == due for part in (*paid, sum(paid)))


def payments(text: str) -> tuple[Stated, ...]:
    """Return the payments on account that the text states."""
    return tuple(one for one in figures_in(text).stated if one.figure is Figure.PAID)


def leaves_less(text: str, total: Decimal) -> bool:
    """Tell whether the text says that something was paid, or that less than the total is left to pay."""
    return any(one.value for one in payments(text)) or any(left < total for left in figures_in(text).values(Figure.DUE))


def may_be_negative(text: str, total: Decimal) -> bool:
    """Tell whether a total of the text may be negative, or be a refund."""
    return any(
        one.value < 0 or one.may_be_negative
        for one in figures_in(text).stated
        if one.figure in _TOTALS or (one.is_money and abs(one.value) == abs(total))
    )


def asks_for_more(text: str, limit: Decimal, currency: str) -> bool:
    """Tell whether a text has an amount above a limit, in this currency or without one."""
    return any(
        abs(one.value) > limit and _may_be_asked(one) and (not one.currencies or currency in one.currencies)
        for one in figures_in(text).stated
    )


def holds_lines(text: str) -> bool:
    """Tell whether a text seems to have invoice lines: money that is neither a sum nor a tax."""
    stated = figures_in(text).stated
    return any(one.is_money and one.value and one.figure not in _SUMMED and not one.is_capital for one in stated)


def states_amount(text: str, value: Decimal) -> bool:
    """Tell whether a text has an amount, with any sign."""
    return any(abs(one.value) == abs(value) for one in figures_in(text).stated)


def states_tax_of(text: str, *, rate: Decimal, tax: Decimal) -> bool:
    """Tell whether a text states a rate with its tax, with any sign. A tax of nothing needs only the reason."""
    figures = figures_in(text)
    if not tax:
        return not rate or figures.is_tax_free
    stated = {abs(value) for value in figures.values(Figure.TAX, Figure.OTHER)}
    return abs(tax) in stated and (abs(rate) in figures.rates or not figures.rates)


def lists_rates(text: str) -> bool:
    """Tell whether a text has the taxes of several rates."""
    return len({value for value in figures_in(text).values(Figure.TAX) if value}) > 1


def states_allowances(text: str, value: Decimal, *, lines: Sequence[Decimal]) -> bool:
    """Tell whether it is a discount that the text states below its lines, or the sum of all of them.

    `lines`: the amounts of the lines.
    """
    return _is_one_or_all(value, _labelled(text, is_allowance, below=lines))


def states_charges(text: str, value: Decimal, *, lines: Sequence[Decimal]) -> bool:
    """Tell whether it is a charge that the text states below its lines, or the sum of all of them.

    `lines`: the amounts of the lines.
    """
    return _is_one_or_all(value, _labelled(text, is_charge, below=lines))


def states_rounding(text: str, value: Decimal) -> bool:
    """Tell whether it is the rounding that the text states."""
    return _is_one_or_all(value, _labelled(text, is_rounding, below=()))


def states_prepaid(text: str, value: Decimal) -> bool:
    """Tell whether it is a payment that the text states, or the sum of all of them."""
    return _is_one_or_all(value, [one.value for one in payments(text)])


def _labelled(text: str, names: Callable[[str], bool], *, below: Sequence[Decimal]) -> list[Decimal]:
    """Return the amounts with such labels that stand below the last line of the invoice, by the lines' amounts."""
    first: dict[Decimal, int] = {}
    for one in figures_in(text).stated:
        first.setdefault(abs(one.value), one.line)
    last = max((first[abs(amount)] for amount in below if abs(amount) in first), default=-1)
    stated = figures_in(text).stated
    return [one.value for one in stated if one.label and one.is_money and one.line > last and names(one.label)]


def _is_one_or_all(value: Decimal, stated: Sequence[Decimal]) -> bool:
    sizes = [abs(one) for one in stated if one]
    return not value or abs(value) in {*sizes, sum(sizes, Decimal(0))}


def _may_be_asked(one: Stated) -> bool:
    """Tell whether it may be an amount to pay, and not a quantity, a meter reading or a company's capital."""
    return not one.is_capital and (one.is_money or one.figure in _SUMMED)


def _fits_rates(figures: Figures, *, net: Decimal, tax: Decimal) -> bool:
    """Tell whether a tax fits the rates. An invoice that is partly free of tax has less than the rates give."""
    if not figures.rates:
        return True
    most = max(figures.rates) * net / 100
    rounding = _ROUNDING + net / 2000
    return tax <= most + rounding and (len(figures.rates) > 1 or figures.is_tax_free or tax >= most - rounding)


def _add_up(parts: Sequence[Decimal], whole: Decimal) -> bool:
    """Tell whether the parts add up to the whole: all of them, each once, or half of them where a table repeats
    them.
    """
    if not 1 < len(parts) <= 2 * _MOST_PARTS:
        return False
    once = list(dict.fromkeys(parts))
    if len(once) == 1:
        return sum(parts) == whole
    every, each = sum(parts, Decimal(0)), sum(once, Decimal(0))
    return any(abs(found - whole) <= _CENT * len(once) for found in (every, each, every / 2))


def _rates(line: str) -> Iterator[Decimal]:
    for found in _RATE.finditer(line):
        yield Decimal((found[1] or found[2]).replace(",", "."))


def _without_marks(text: str) -> str:
    """Return the text with its account numbers and dates masked, because figures in them are no amounts."""
    ready, pieces, free = without_accounts(plain(text)), list[str](), 0
    for one in dates_at(ready):
        pieces += [ready[free : one.start], "#" * (one.end - one.start)]
        free = one.end
    return "".join([*pieces, ready[free:]])


def _stated(sheet: Sheet, line: int, leveled: str) -> Iterator[Stated]:
    found = [(one, value) for one in scan(sheet.lines[line], None) if (value := _value(one)) is not None]
    text, rows, free = sheet.lines[line], list[_Row](), 0
    for one, value in found:
        label = level(sheet.label(line, _first_digit(text, one), free))
        if not label and rows and sheet.cell_at(line, one.start) == sheet.cell_at(line, rows[-1].found.start):
            label = rows[-1].label
        rows.append(_Row(found=one, value=value, label=label, is_money=_is_money(text, one, value)))
        free = one.end
    if len(rows) > _MOST_AMOUNTS:
        yield from (_bare(row, line) for row in rows)
        return
    labels = Counter(row.label for row in rows if row.is_money)
    heads = [_head(sheet, line, row.found) for row in rows]
    for row, head in zip(rows, heads, strict=True):
        figure = figure_of(row.label)
        if not row.label or (figure is not None and labels[row.label] > 1):
            figure = figure_of(head) if head and heads.count(head) == 1 else None
            if names_tax(f"{row.label} {' '.join(heads)}"):
                figure = _by_rate(row, rows, figure, leveled)
        if figure is Figure.TAX and figure_of(rows[0].label) is Figure.OTHER:
            figure = Figure.OTHER  # a discount or a charge, with the rate of its tax
        if not row.is_money and not _ends_its_cell(text, row.found):
            figure = None
        yield Stated(
            line=line,
            value=row.value,
            figure=figure,
            currencies=row.found.currencies,
            is_money=row.is_money,
            may_be_negative=row.found.in_brackets or row.found.maybe_negative,
            is_capital=is_about_capital(leveled),
            label=row.label,
            start=row.found.start,
            end=row.found.end,
        )


def _bare(row: "_Row", line: int) -> Stated:
    """Return an amount without a search for its label."""
    return Stated(
        line=line,
        value=row.value,
        figure=None,
        currencies=row.found.currencies,
        is_money=row.is_money,
        may_be_negative=row.found.in_brackets or row.found.maybe_negative,
        is_capital=False,
        label=row.label,
        start=row.found.start,
        end=row.found.end,
    )


@dataclass(frozen=True, kw_only=True)
class _Row:
    """An amount with the others of its line."""

    found: Found
    value: Decimal
    label: str
    """The words to its left, in level letters."""
    is_money: bool


def _head(sheet: Sheet, line: int, one: Found) -> str:
    """Return the words above an amount that may be the head of its column; empty where they are the heads of invoice
    lines.
    """
    above = sheet.above(line, one.start, one.end)
    if above is None or is_head_of_lines(level(sheet.lines[above.line])) or len(above.text.split()) > _LONGEST_HEAD:
        return ""
    return above.level


def _by_rate(row: _Row, rows: Sequence[_Row], figure: Figure | None, leveled: str) -> Figure | None:
    """Return the kind of an amount in a table of taxes: the tax is the product of a rate and another amount of
    the row.
    """
    money = [other.value for other in rows if other.is_money]
    whole = {other.value for other in rows if 0 < other.value < _HIGHEST_RATE and not other.is_money}
    for base, rate in product(money, {*_rates(leveled), *whole}):
        tax = (base * rate / 100).quantize(_CENT)
        if tax and any(abs(other - tax) <= _CENT for other in money):
            if abs(row.value - tax) <= _CENT:
                return Figure.TAX
            return Figure.BASE if row.value == base else figure
    return figure


def _ends_its_cell(text: str, one: Found) -> bool:
    """Tell whether nothing follows a number, as after an amount without cents."""
    return not text[one.end : one.end + 2].strip(" |\u00a0")


def _first_digit(line: str, one: Found) -> int:
    """Return the position of the first digit. A label may end in the currency before the digits."""
    return next((at for at in range(one.start, one.end) if line[at].isdigit()), one.start)


def _value(one: Found) -> Decimal | None:
    """Return the reading of a number as money: three digits after its only sign are a group."""
    if not one.values:
        return None
    if len(one.values) > 1:
        return max(one.values, key=abs)
    return one.values[0]


def _is_money(line: str, one: Found, value: Decimal) -> bool:
    if one.currencies and not _MARK.match(line, one.start):
        return True
    if value.as_tuple().exponent != -2:
        return False
    behind = _UNIT.match(line, one.end)
    return behind is None or not is_worded(behind[0]) or line[one.end : one.end + 1] != " "
