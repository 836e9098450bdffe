"""Prices and sizes of Anthropic's models, at Anthropic and elsewhere, from the library `genai-prices`.

Nothing is fetched.
"""

from decimal import Decimal
from importlib.metadata import version

from workflows.model.port import Usage
from workflows.model.prices import PriceList, Unpriced

_PROVIDER = "anthropic"
_LIBRARY = "genai-prices"


def price(model: str, usage: Usage) -> Decimal:
    """Return the US dollars for the tokens of one call to Anthropic at today's prices.

    For one call only: a long prompt can have a higher price for each token, so the price of several calls is the sum of
    their prices. Cache writes count at the price of the one-hour cache, which is the only one in use there and the most
    expensive. Raise `Unpriced` for a model whose price is not known, `ValueError` for a negative number of tokens.
    """
    return _price(model, usage, provider=_PROVIDER, is_cached_for_an_hour=True)


def prices_at(provider: str, *, factor: Decimal = Decimal(1)) -> PriceList:
    """Return the prices at another provider of these models, with its cache of five minutes.

    `provider`: as the library names it. `factor`: what it adds for the place where a model runs.
    """

    def price_there(model: str, usage: Usage) -> Decimal:
        return factor * _price(model, usage, provider=provider, is_cached_for_an_hour=False)

    named = version(_LIBRARY) if factor == 1 else f"{version(_LIBRARY)} x {factor}"
    return PriceList(price=price_there, name=_LIBRARY, version=named)


def _price(model: str, usage: Usage, *, provider: str, is_cached_for_an_hour: bool) -> Decimal:
    # Loaded here: it is all providers' prices, and most processes ask for none when they start.
    import genai_prices

    counted = genai_prices.Usage(
        input_tokens=usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_write_1h_tokens=usage.cache_write_tokens if is_cached_for_an_hour else 0,
        output_tokens=usage.output_tokens,
    )
    try:
        calculation = genai_prices.calc_price(counted, model, provider_id=provider)
    except LookupError:
        raise Unpriced(model) from None
    if calculation.model_price.input_mtok is None or calculation.model_price.output_mtok is None:
        # The library knows only the names of some models and gives them a price of zero.
        raise Unpriced(model)
    return calculation.total_price


def context_window(model: str) -> int | None:
    """Return the tokens that a model reads and writes at most in one call; None where that is not known."""
    import genai_prices

    try:
        return genai_prices.calc_price(genai_prices.Usage(), model, provider_id=_PROVIDER).model.context_window
    except LookupError:
        return None


PRICES = PriceList(price=price, name=_LIBRARY, version=version(_LIBRARY))
