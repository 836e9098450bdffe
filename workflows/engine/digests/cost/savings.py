"""Savings by cheaper models: the same tokens, at the price of the dearest model that they could have gone to. Pure.

A model is compared only where that is exact. The tokens of many requests are priced together, which is right as long as
none of them was so long that a higher price began; where one was, or a model has no price, nothing is said.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflows.engine.digests.cost.views import Cheaper
from workflows.model.port import Usage
from workflows.model.prices import Unpriced

Price = Callable[[str, Usage], Decimal]
"""Returns the US dollars for the tokens of a call of a model. Raises `Unpriced`."""


@dataclass(frozen=True, kw_only=True)
class Bought:
    """The tokens that one workflow bought for one prompt version from one model."""

    workflow: str
    prompt_version: str
    model: str
    dollars: Decimal
    """Paid for them."""
    usage: Usage
    most_read: int
    """Most tokens that one request read."""


def cheaper(bought: Sequence[Bought], price: Price, *, named: Callable[[str, str], Iterable[str]]) -> list[Cheaper]:
    """Return what was saved beside the dearest model, the largest first.

    `named`: returns the models that a workflow's prompt version names, whether they were asked or not.
    """
    found = []
    for one in bought:
        same = [other.model for other in bought if _is_alike(one, other)]
        models = sorted({*same, *named(one.workflow, one.prompt_version)})
        prices = {model: cost for model in models if (cost := _price(model, one, price)) is not None}
        if one.model not in prices or len(prices) < 2:
            continue
        dearest = max(prices, key=lambda model: (prices[model], model))
        saved = prices[dearest] - one.dollars
        if prices[dearest] > prices[one.model] and saved > 0:
            found.append(Cheaper(workflow=one.workflow, model=one.model, dearest=dearest, saved=saved))
    return sorted(found, key=lambda saving: (-saving.saved, saving.workflow, saving.model))


def _is_alike(one: Bought, other: Bought) -> bool:
    return (one.workflow, one.prompt_version) == (other.workflow, other.prompt_version)


def _price(model: str, one: Bought, price: Price) -> Decimal | None:
    """Return the price of the same tokens at a model; None where it cannot be told from their sum."""
    try:
        of_one = price(model, Usage(input_tokens=1))
        if price(model, Usage(input_tokens=one.most_read)) != one.most_read * of_one:
            return None
        # Token by token: to a list of prices, the sum of many requests would be one that is very long.
        return (
            one.usage.input_tokens * of_one
            + one.usage.output_tokens * price(model, Usage(output_tokens=1))
            + one.usage.cache_read_tokens * price(model, Usage(cache_read_tokens=1))
            + one.usage.cache_write_tokens * price(model, Usage(cache_write_tokens=1))
        )
    except Unpriced:
        return None
