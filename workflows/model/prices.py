"""What a call costs. Apart from every vendor's SDK, so that a budget can be reckoned before anything is sent.

    ModelError
    └── Unpriced

Prices come from the library `genai-prices`, which ships them; nothing is fetched. A model of one's own has the price
that the settings give it, which may be nothing. What has no price is refused: a cost of zero would pass every budget.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.metadata import version

import genai_prices

from workflows.model.port import ModelError, Usage

_PROVIDER = "anthropic"
_MILLION = 1_000_000


class Unpriced(ModelError):
    """No price is known for this model, and a model without a price is not asked."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(f"no price is known for the model {model!r}, and a model without a price is not asked")


@dataclass(frozen=True, kw_only=True)
class OwnPrice:
    """What a model of one's own costs, in US dollars for a million tokens."""

    read: Decimal
    """Whether a cache is read, written or passed by."""
    written: Decimal


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What the models cost: those of one's own as it was set, the others as the library knows."""

    own: Mapping[str, OwnPrice] = field(default_factory=dict)
    """Model -> its price. It goes before the library's."""

    def of(self, model: str, usage: Usage) -> Decimal:
        """US dollars for the tokens of one call. Raise `Unpriced`, or `ValueError` for a negative number of tokens."""
        own = self.own.get(model)
        if own is None:
            return price(model, usage)
        read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        if min(read, usage.output_tokens) < 0:
            raise ValueError(f"a call takes no fewer than no tokens: {usage}")
        return (read * own.read + usage.output_tokens * own.written) / _MILLION

    def source(self, model: str) -> str:
        """Where the price of a model comes from, for the records."""
        return "settings" if model in self.own else version("genai-prices")


def price(model: str, usage: Usage) -> Decimal:
    """US dollars for the tokens of one call at today's prices.

    Of one call: a long prompt can have a higher price for each token, so that a sum of calls has to be added up from
    their prices. Cache writes count at the price of the one-hour cache, the only one that is asked for here and the
    dearest. Raise `Unpriced` for a model whose price is not known, `ValueError` for a negative number of tokens.
    """
    counted = genai_prices.Usage(
        input_tokens=usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_write_1h_tokens=usage.cache_write_tokens,
        output_tokens=usage.output_tokens,
    )
    try:
        calculation = genai_prices.calc_price(counted, model, provider_id=_PROVIDER)
    except LookupError:
        raise Unpriced(model) from None
    if calculation.model_price.input_mtok is None or calculation.model_price.output_mtok is None:
        # The library knows some models by name only and reckons them at nothing.
        raise Unpriced(model)
    return calculation.total_price
