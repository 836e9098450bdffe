"""Values that a text states, in whatever format, and the places where it does. Pure."""

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from pydantic import BaseModel

from workflows.errors import Unclear
from workflows.tools.quotes import Mapped, Span, as_read, mapped, places_of, stands

LONGEST = 200
"""Most characters of a quote. A quote of the whole letter would prove any number in it."""
_WORDS = {True: ("yes", "true"), False: ("no", "false")}
Spans: TypeAlias = tuple[Span, ...]
"""The stretches of a text in which a value stands: one, or one for each part of a list or a record."""


def says(quote: str, value: object) -> bool:
    """Tell whether a quote states a value, in whatever format. For a list or a record it has to state every part.

    A number, a date and a text are searched for as people write them, yes and no as these words, and any other value in
    its written form (a UUID, a choice, a time of day).
    """
    try:
        return _says(quote, value)
    except Unclear:
        return False


def stated_at(text: str, value: object) -> list[Spans]:
    """Return every place at which a text states a value, as `says` finds it: of a number only its digits and its sign.

    Of a list or a record it is one place, with the first stretch for each part that no other part has. Where numbers or
    dates stand in columns, the spaces between them have to be those of the page.
    """
    try:
        # A gap between two columns is wider than one between the groups of a number.
        return _places(text, value, with_gaps=True) or _places(text, value, with_gaps=False)
    except Unclear:
        return []


def is_nothing(value: object) -> bool:
    """Tell whether a value is None or an empty list: a missing value cannot be quoted."""
    return value is None or (isinstance(value, (Sequence, Set, Mapping)) and not isinstance(value, str) and not value)


def _says(quote: str, value: object) -> bool:
    from workflows.tools.amounts import amounts_in
    from workflows.tools.dates import dates_in

    match value:
        case Enum():
            return _says(quote, value.value)
        case bool():
            return any(_holds(quote, word) for word in _WORDS[value])
        case int() | float() | Decimal():
            return any(amount.value == Decimal(str(value)) for amount in amounts_in(quote))
        case datetime():
            return value.date() in dates_in(quote)
        case date():
            return value in dates_in(quote)
        case str():
            return _holds(quote, value) or any(amount.currency == value for amount in amounts_in(quote))
        case BaseModel() | Mapping() | Sequence() | Set():
            stated = _parts(value)
            return bool(stated) and all(_says(quote, part) for part in stated)
        case _:
            return _holds(quote, str(value))


def _parts(value: object) -> list[object]:
    """Return the parts of a list or a record that are not empty."""
    match value:
        case BaseModel():
            parts = [getattr(value, name) for name in type(value).model_fields]
        case Mapping():
            parts = list(value.values())
        case Sequence() | Set():
            parts = list(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no parts")
    return [part for part in parts if not is_nothing(part)]


def _holds(quote: str, text: str) -> bool:
    return stands(text.casefold(), as_read(quote.casefold()))


def _places(text: str, value: object, *, with_gaps: bool) -> list[Spans]:
    match value:
        case Enum():
            return _places(text, value.value, with_gaps=with_gaps)
        case bool():
            return [place for word in _WORDS[value] for place in _words(text, word)]
        case int() | float() | Decimal():
            return _numbers(mapped(text, with_gaps=with_gaps), Decimal(str(value)))
        case datetime():
            return _dates(mapped(text, with_gaps=with_gaps), value.date())
        case date():
            return _dates(mapped(text, with_gaps=with_gaps), value)
        case str():
            return _words(text, value) or _currencies(mapped(text, with_gaps=with_gaps), value)
        case BaseModel() | Mapping() | Sequence() | Set():
            return _all_parts(_parts(value), lambda part: _places(text, part, with_gaps=with_gaps))
        case _:
            return _words(text, str(value))


def _all_parts(parts: Sequence[object], places: Callable[[object], list[Spans]]) -> list[Spans]:
    taken: list[Span] = []
    for part in parts:
        found = places(part)
        free = [spans for spans in found if not any(span.meets(other) for span in spans for other in taken)]
        if not found:
            return []
        taken += (free or found)[0]
    return [tuple(dict.fromkeys(taken))] if taken else []


def _words(text: str, passage: str) -> list[Spans]:
    return [(span,) for span in places_of(passage.casefold(), mapped(text, folded=True))]


def _dates(text: Mapped, value: date) -> list[Spans]:
    from workflows.tools.dates import dates_at

    return [(text.span(one.start, one.end),) for one in dates_at(text.ready) if value in one.days]


def _numbers(text: Mapped, value: Decimal) -> list[Spans]:
    from workflows.tools.amounts import amounts_at
    from workflows.tools.characters import plain

    ready, found = plain(text.ready), list[Spans]()
    for one in amounts_at(ready):
        if any(amount.value == value for amount in one.amounts):
            start, end = _narrowed(ready[one.start : one.end], value)
            found.append((text.span(one.start + start, one.start + end),))
    return found


def _narrowed(amount: str, value: Decimal) -> tuple[int, int]:
    """Return the part of an amount that is the number: without its currency, and without another number beside it."""
    from workflows.tools.numbers import readings

    start = next(at for at, char in enumerate(amount) if char.isdigit())
    end = len(amount) - next(at for at, char in enumerate(reversed(amount)) if char.isdigit())
    if amount[max(start - 1, 0)] in ".,":
        start -= 1
    number, sign = amount[start:end], amount[:start]
    # A soft space may stand between two numbers, as in `3 198,00`: the wanted one of them may be alone.
    if abs(value) not in readings(number):
        at = start
        for part in number.split(" "):
            if abs(value) in readings(part):
                return at, at + len(part)
            at += len(part) + 1
    if sign.rstrip(" \u00a0").endswith(("-", "(")):
        start = len(sign.rstrip(" \u00a0-("))
        start += len(amount[start:]) - len(amount[start:].lstrip())
    while end < len(amount) and amount[end] in "-)–—,.":
        end += 1
    return start, end


def _currencies(text: Mapped, code: str) -> list[Spans]:
    """Return the places of a currency beside its amounts, whether it is written as a code, a sign or a name."""
    from workflows.tools.amounts import amounts_at
    from workflows.tools.characters import plain

    ready, found = plain(text.ready), list[Spans]()
    for one in amounts_at(ready):
        if not any(amount.currency == code for amount in one.amounts):
            continue
        amount = ready[one.start : one.end]
        first = next(at for at, char in enumerate(amount) if char.isdigit())
        last = len(amount) - next(at for at, char in enumerate(reversed(amount)) if char.isdigit())
        for start, end in ((0, first), (last, len(amount))):
            said = amount[start:end]
            bare = said.strip(" \u00a0-().,–—")
            if bare:
                begin = one.start + start + said.index(bare)
                found.append((text.span(begin, begin + len(bare)),))
    return found
