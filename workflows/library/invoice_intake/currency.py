"""The currency of an invoice: the one beside its total, and not one in a footer."""

import re
from collections.abc import Iterator
from decimal import Decimal

from countersign.tools.currencies import currencies_of

from workflows.library.invoice_intake.figures import figures_in
from workflows.library.invoice_intake.labels import is_about_capital
from workflows.library.invoice_intake.layout import level, sheet_of

_TOKEN = re.compile(
    r"(?<![^\W\d_])(?:[A-Z]{3}|[A-Z]{1,3}\$|kr|Kr|zł|Kč|SFr|Euro?s?|euro?s?|EURO)(?![^\W\d_])\.?|[^\w\s]"
)
_CODES = (
    "EUR USD GBP CHF SEK NOK DKK PLN CZK HUF RON BGN JPY CNY CAD AUD NZD INR TRY AED HKD SGD ZAR BRL MXN ILS KRW ISK"
)
_MAIN = frozenset(_CODES.split())
"""Codes that count as currencies anywhere; other codes may be words in capitals."""


def states_currency(text: str, currency: str, *, total: Decimal) -> bool:
    """Tell whether the currency is beside the total, or is the only one in a text without one beside the total."""
    figures = figures_in(text)
    beside = [one.currencies for one in figures.totals(total) if one.currencies]
    if beside:
        return all(found == {currency} for found in beside)
    return set(_named(text)) == {frozenset({currency})}


def codes_at(row: str) -> frozenset[str]:
    """Return the currencies that the signs and codes of a row may mean."""
    return frozenset(code for token in _TOKEN.findall(row) for code in currencies_of(token))


def codes_beside_totals(text: str) -> list[frozenset[str]]:
    """Return the possible currencies of each total of a text that has one."""
    return [one.currencies for one in figures_in(text).stated if one.is_total and one.currencies]


def names_alone(text: str, currency: str) -> bool:
    """Tell whether a text has a sign or a code of this currency alone, and none of another one."""
    found = set(_named(text))
    return frozenset({currency}) in found and all(currency in one for one in found)


def _named(text: str) -> Iterator[frozenset[str]]:
    for line in sheet_of(text).lines:
        if is_about_capital(level(line)):
            continue
        for token in _TOKEN.findall(line):
            found = currencies_of(token)
            if found and (len(found) > 1 or found <= _MAIN or not token.isalpha()):
                yield found
