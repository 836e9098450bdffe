"""Holds a model's quotes against the case: does each stand there, and does it say what the model made of it?

A model is sure of what it made up too. A quote can be checked, whatever the model thinks of itself; where it fails, the
field's confidence is capped and a person is told why.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import JsonValue

from workflows.engine.checks import less_sure
from workflows.engine.proposal import Proposal
from workflows.errors import Unclear
from workflows.tools.quotes import as_read, stands

CAP = 0.5
"""The most that a field's confidence may be whose quote is missing or wrong."""
LONGEST = 200
"""Characters of a quote. A whole letter as a quote would prove any number in it."""


def with_evidence(proposal: Proposal[Any], *, shown: JsonValue, needed: Sequence[str]) -> Proposal[Any]:
    """The proposal, less sure of the fields whose quotes do not prove them.

    `shown`: all that the model was shown of the case. `needed`: the fields that need a quote; the quotes of others only
    have to stand in the case.
    """
    texts = [as_read(text) for text in _texts(shown)]
    for field, quote in proposal.evidence.items():
        if not quote.strip():
            continue
        if len(quote) > LONGEST:
            doubt = f"the quote for {field} is too long to prove anything"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=doubt)
        elif not any(stands(quote, text) for text in texts):
            doubt = f"the quote for {field} does not stand in the case"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=doubt)
    for field in needed:
        quote, value = proposal.evidence.get(field, ""), getattr(proposal.output, field)
        if value is None:
            continue
        if not quote.strip():
            proposal = less_sure(proposal, [field], cap=CAP, doubt=f"there is no quote for {field}")
        elif len(quote) <= LONGEST and not says(quote, value):
            doubt = f"the quote for {field} says something else"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=doubt)
    return proposal


def says(quote: str, value: object) -> bool:
    """Does a quote state a value, in whatever format? Of what is no text, number or date, nothing can be said: True."""
    try:
        return _says(quote, value)
    except Unclear:
        return False


def _says(quote: str, value: object) -> bool:
    from workflows.tools.amounts import amounts_in
    from workflows.tools.dates import dates_in

    match value:
        case bool():
            return True
        case int() | float() | Decimal():
            return any(amount.value == Decimal(str(value)) for amount in amounts_in(quote))
        case datetime():
            return value.date() in dates_in(quote)
        case date():
            return value in dates_in(quote)
        case str():
            if stands(value.casefold(), as_read(quote.casefold())):
                return True
            return any(amount.currency == value for amount in amounts_in(quote))
        case _:
            return True


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
