"""Amounts of money as people write them: `1.234,56 €`, `CHF 1'234.50`, `(12.00)`, `12,-`, `₹1,23,456.00`.

Where a text has several sensible readings, nothing is guessed: a wrong guess would be wrong by a factor of 1,000.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from workflows.errors import Unclear
from workflows.tools.characters import plain, shown, text_of
from workflows.tools.money import scan, with_codes

__all__ = ["LONGEST_AMOUNT", "LONGEST_TEXT", "Amount", "AmountPlace", "Unclear", "amount", "amounts_at", "amounts_in"]

LONGEST_TEXT = 100_000
"""Characters that are searched for amounts."""
LONGEST_AMOUNT = 100
"""Characters of one amount with its currency."""


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount of money."""

    value: Decimal
    currency: str | None = None
    """ISO 4217 code; None where none is written, or where a sign such as “$” may mean several."""


def amount(text: str, *, decimal: Literal[".", ","] | None = None) -> Amount:
    """Read one amount, with nothing beside it but its currency.

    `decimal`: the decimal sign that the source is known to use; a text that contradicts it is refused. Beside a
    currency without a smaller unit (JPY), three digits after a sign are a group. Brackets mean a negative amount. Raise
    `Unclear` for a text with no reading or with several, such as `1.234` without `decimal`, and for further words:
    `12 million` is not 12.
    """
    if len(text_of(text)) > LONGEST_AMOUNT:
        raise Unclear(f"an amount has at most {LONGEST_AMOUNT} characters, this has {len(text)}")
    ready = with_codes(plain(text).strip())
    found = list(scan(ready, decimal))
    if len(found) != 1 or (found[0].start, found[0].end) != (0, len(ready)):
        raise Unclear(f"{shown(text)} is not one amount with nothing beside it but its currency")
    (one,) = found
    if not one.values:
        raise Unclear(
            f"{shown(text)} has no reading as an amount" + (f" with “{decimal}” as its decimal sign" if decimal else "")
        )
    if len(one.values) > 1:
        first, second = one.values
        raise Unclear(f"{shown(text)} may be {first} or {second}: say whether “.” or “,” is its decimal sign")
    is_negative = one.in_brackets or one.maybe_negative
    return Amount(value=-abs(one.values[0]) if is_negative else one.values[0], currency=one.currency)


def amounts_in(text: str) -> list[Amount]:
    """Return every number in a text that may be an amount, in order; for an ambiguous one, each sensible reading.

    With it a caller can tell whether a text states a total: for `1.234` it gives both readings, for `(12.00)`, `-
    12.00` and `12.00 CR` also -12.00, for `2 500` also 2 and 500. Dates, times, percentages and numbers inside words
    are left out. Raise `Unclear` for a text of more than 100,000 characters.
    """
    if len(text_of(text)) > LONGEST_TEXT:
        raise Unclear(f"at most {LONGEST_TEXT:,} characters are searched for amounts, these are {len(text):,}")
    return [each for place in amounts_at(plain(text)) for each in place.amounts]


@dataclass(frozen=True, kw_only=True)
class AmountPlace:
    """A place in a text that holds a number that may be an amount."""

    start: int
    """The first character of it, or of its sign, its bracket or its currency."""
    end: int
    amounts: tuple[Amount, ...]
    """Its sensible readings."""


def amounts_at(text: str) -> list[AmountPlace]:
    """Return the places of the amounts in a text of plain characters, in order, as `amounts_in` finds them."""
    found: list[AmountPlace] = []
    for one in scan(text, None):
        either_sign = one.in_brackets or one.maybe_negative
        amounts = dict.fromkeys(
            Amount(value=signed, currency=one.currency)
            for value in (*one.values, *one.apart)
            for signed in ((-value, value) if either_sign else (value,))
        )
        found.append(AmountPlace(start=one.start, end=one.end, amounts=tuple(amounts)))
    return found
