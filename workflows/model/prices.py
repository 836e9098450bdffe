"""Prices of calls. Apart from every vendor's SDK, so that a budget can be estimated before anything is sent.

    ModelError
    └── Unpriced

A vendor brings the list of its models' prices; nothing is fetched. A model of one's own has the price that the settings
give it, which may be nothing. What has no price is refused: a cost of zero would pass every budget.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from workflows.model.port import ModelError, Usage

_MILLION = 1_000_000
BATCH = Decimal("0.5")
"""Part of the usual price that a question in a batch costs."""


class Unpriced(ModelError):
    """No price is known for this model, and a model without a price is not asked."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(f"no price is known for the model {model!r}, and a model without a price is not asked")


@dataclass(frozen=True, kw_only=True)
class OwnPrice:
    """The price of a model of one's own, in US dollars for a million tokens."""

    read: Decimal
    """Price of a token that is read, with or without a cache."""
    written: Decimal


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """The prices of a vendor's models."""

    price: Callable[[str, Usage], Decimal]
    """US dollars for the tokens of one call. Raises `Unpriced`, or `ValueError` for a negative number of tokens."""
    name: str
    """Of the list, for people."""
    version: str
    """Of the list, for the records."""


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices of models: those from the settings, and the vendor's list for all others."""

    own: Mapping[str, OwnPrice] = field(default_factory=dict)
    """Model -> its price. It goes before the list's."""
    listed: PriceList | None = None
    """None: only those of one's own have a price."""
    part: Decimal = Decimal(1)
    """Part of these prices that is charged."""

    def in_batches(self) -> "Prices":
        """Return the prices of questions that are asked in batches."""
        return replace(self, part=BATCH)

    def of(self, model: str, usage: Usage) -> Decimal:
        """Return the US dollars for the tokens of one call. Raise `Unpriced`, or `ValueError` for a negative number of
        tokens.
        """
        whole = self._whole(model, usage)
        return whole if self.part == 1 else whole * self.part

    def _whole(self, model: str, usage: Usage) -> Decimal:
        own = self.own.get(model)
        if own is None:
            if self.listed is None:
                raise Unpriced(model)
            return self.listed.price(model, usage)
        read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        if min(read, usage.output_tokens) < 0:
            raise ValueError(f"a number of tokens is not negative: {usage}")
        return (read * own.read + usage.output_tokens * own.written) / _MILLION

    def source(self, model: str) -> str:
        """Return the source of a model's price, for the records."""
        named = "settings" if model in self.own or self.listed is None else self.listed.version
        return named if self.part == 1 else f"{named} x {self.part}"

    def source_in_words(self, model: str) -> str:
        """Say for people where the price of a model comes from."""
        if model in self.own or self.listed is None:
            return "as the settings say"
        return f"by {self.listed.name} {self.listed.version}"
