"""Comparison of a model's quotes with the case: whether each is in the case, and whether it states the model's value.

A model can be sure of a value that it made up. A quote can be checked, whatever confidence the model states. Where the
check fails, the field's confidence is capped and a person is told why.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any
from unicodedata import east_asian_width

from pydantic import BaseModel, JsonValue

from workflows.engine.declare.proposal import Proposal
from workflows.engine.propose.checks import less_sure
from workflows.errors import Unclear
from workflows.labels import label_of
from workflows.tools.quotes import as_read, stands

CAP = 0.5
"""The highest confidence of a field whose quote is missing or wrong."""
LONGEST = 200
"""Most characters of a quote. A quote of the whole letter would prove any number in it."""
SHORTEST = 3
"""Fewest letters and digits of a quote. Shorter ones occur in any text; a short value is quoted with the word beside
it.
"""


def with_evidence(proposal: Proposal[Any], *, shown: JsonValue, needed: Sequence[str]) -> Proposal[Any]:
    """Return the proposal with less confidence in the fields whose quotes do not prove them.

    `shown`: all that the model was shown of the case. `needed`: the fields that need a quote. The quotes of other
    fields only have to be in the case.
    """
    texts, called = [as_read(text) for text in _texts(shown)], partial(label_of, type(proposal.output))
    for field, quote in proposal.evidence.items():
        if not quote.strip():
            continue
        if len(quote) > LONGEST:
            doubt = f"the quote for {called(field)} is too long to prove anything"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=doubt)
        elif not any(stands(quote, text) for text in texts):
            doubt = f"the quote for {called(field)} is not in the case"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=doubt)
    for field in needed:
        quote, value = proposal.evidence.get(field, ""), getattr(proposal.output, field)
        if _is_nothing(value):
            continue
        if not quote.strip():
            proposal = less_sure(proposal, [field], cap=CAP, doubt=f"there is no quote for {called(field)}")
        elif _letters(quote) < SHORTEST:
            doubt = f"the quote for {called(field)} is too short to prove anything"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=doubt)
        elif len(quote) <= LONGEST and not says(quote, value):
            doubt = f"the quote for {called(field)} says something else"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=doubt)
    return proposal


def says(quote: str, value: object) -> bool:
    """Tell whether a quote states a value, in whatever format. For a list or a record it has to state every part.

    A number, a date and a text are searched for as people write them, yes and no as these words, and any other value in
    its written form (a UUID, a choice, a time of day).
    """
    try:
        return _says(quote, value)
    except Unclear:
        return False


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
        case BaseModel():
            return _says_all(quote, [getattr(value, name) for name in type(value).model_fields])
        case Mapping():
            return _says_all(quote, list(value.values()))
        case Sequence() | Set():
            return _says_all(quote, list(value))
        case _:
            return _holds(quote, str(value))


_WORDS = {True: ("yes", "true"), False: ("no", "false")}


def _says_all(quote: str, parts: Sequence[object]) -> bool:
    """Tell whether a quote states all parts that are not empty, and at least one."""
    stated = [part for part in parts if not _is_nothing(part)]
    return bool(stated) and all(_says(quote, part) for part in stated)


def _holds(quote: str, text: str) -> bool:
    return stands(text.casefold(), as_read(quote.casefold()))


def _is_nothing(value: object) -> bool:
    """Tell whether a value is None or an empty list: a missing value cannot be quoted."""
    return value is None or (isinstance(value, (Sequence, Set, Mapping)) and not isinstance(value, str) and not value)


def _letters(quote: str) -> int:
    """Count the letters and digits. East Asian characters count twice: two of them are a word."""
    return sum(1 + (east_asian_width(char) in ("W", "F")) for char in quote if char.isalnum())


def _texts(shown: JsonValue) -> Iterator[str]:
    match shown:
        case str():
            yield shown
        case dict():
            for inner in shown.values():
                yield from _texts(inner)
        case list():
            for inner in shown:
                yield from _texts(inner)
        case int() | float():
            yield str(shown)
