"""Comparison of a model's quotes with the case: whether each is in the case, and whether it states the model's value.

A model can be sure of a value that it made up. A quote can be checked, whatever confidence the model states. Where the
check fails, the field's confidence is capped and a person is told why.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from unicodedata import east_asian_width

from pydantic import JsonValue

from workflows.engine.declare.proposal import Proposal
from workflows.engine.documents.places import QuotePlace, Standing
from workflows.engine.propose.checks import less_sure
from workflows.engine.propose.evidence.pages import PageEvidence, texts_in
from workflows.engine.text.stated_values import LONGEST, is_nothing, says
from workflows.labels import label_of
from workflows.tools.quotes import as_read, stands

CAP = 0.5
"""The highest confidence of a field whose quote is missing or wrong."""
SHORTEST = 3
"""Fewest letters and digits of a quote. Shorter ones occur in any text; a short value is quoted with the word beside
it.
"""


def with_evidence(
    proposal: Proposal[Any], *, shown: JsonValue, needed: Sequence[str], pages: PageEvidence | None = None
) -> Proposal[Any]:
    """Return the proposal with less confidence in the fields whose quotes do not prove them.

    `shown`: all that the model was shown of the case. `needed`: the fields that need a quote. The quotes of other
    fields only have to be in the case. `pages`: those of the case's documents, where it has any. What is shown of them
    counts page by page, and only at a place that the author's rules allow.
    """
    found = pages.of(proposal) if pages is not None else {}
    texts = [as_read(text) for text in (texts_in(shown) if pages is None else pages.beside(shown))]
    called = partial(label_of, type(proposal.output))
    for field, quote in proposal.evidence.items():
        if not quote.strip():
            continue
        if len(quote) > LONGEST:
            doubt = f"the quote for {called(field)} is too long to prove anything"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=doubt)
        elif field in found and found[field].standing is Standing.FOUND:
            continue
        elif field in found and found[field].standing is not Standing.NOWHERE:
            if pages is not None and not any(stands(quote, as_read(text)) for text in pages.own_texts):
                proposal = less_sure(proposal, [field], cap=CAP, doubt=_misplaced(found[field], field, called))
        elif not any(stands(quote, text) for text in texts):
            where = "is not in the case" if pages is None else "stands on no page"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=f"the quote for {called(field)} {where}")
    for field in needed:
        quote, value = proposal.evidence.get(field, ""), getattr(proposal.output, field)
        if is_nothing(value):
            continue
        if not quote.strip():
            proposal = less_sure(proposal, [field], cap=CAP, doubt=f"there is no quote for {called(field)}")
        elif _letters(quote) < SHORTEST:
            doubt = f"the quote for {called(field)} is too short to prove anything"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=doubt)
        elif len(quote) <= LONGEST and not says(quote, value):
            doubt = f"the quote for {called(field)} says something else"
            proposal = less_sure(proposal, [field], cap=CAP, doubt=doubt)
    return proposal if pages is None else pages.as_sure_as_read(proposal, found)


def _misplaced(found: QuotePlace, field: str, called: Callable[[str], str]) -> str:
    """Return the doubt about a quote that stands on a page, and proves nothing there."""
    match found.standing:
        case Standing.UNCHECKED:
            return f"the place of the quote for {called(field)} could not be checked"
        case Standing.SHARED:
            return f"{called(field)} is read from the place of {called(found.shared_with or '')}, as another value"
        case _:
            return f"the quote for {called(field)} stands beside something else on the page"


def _letters(quote: str) -> int:
    """Count the letters and digits. East Asian characters count twice: two of them are a word."""
    return sum(1 + (east_asian_width(char) in ("W", "F")) for char in quote if char.isalnum())
