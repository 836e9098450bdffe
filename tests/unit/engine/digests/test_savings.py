"""A cheaper model's saving is said only where it can be recomputed from its tokens."""

from collections.abc import Sequence
from decimal import Decimal

from workflows.engine.digests.cost.savings import Bought, cheaper
from workflows.model.port import Usage
from workflows.model.prices import OwnPrice, PriceList, Prices
from workflows.model.vendors.anthropic.prices import PRICES

PRICED = Prices(
    own={
        "small": OwnPrice(read=Decimal(1), written=Decimal(5)),
        "large": OwnPrice(read=Decimal(10), written=Decimal(50)),
    }
)


def bought(model: str, dollars: str, *, prompt: str = "p1", read: int = 1_000_000, most: int = 2_000) -> Bought:
    usage = Usage(input_tokens=read, output_tokens=100_000)
    return Bought(
        workflow="triage", prompt_version=prompt, model=model, dollars=Decimal(dollars), usage=usage, most_read=most
    )


def saved(some: Sequence[Bought], *, named: Sequence[str] = (), prices: Prices = PRICED) -> dict[str, Decimal]:
    found = cheaper(some, prices.of, named=lambda workflow, version: named)
    return {f"{one.model} < {one.dearest}": one.saved for one in found}


def test_the_same_tokens_are_priced_at_the_dearest_model_used_for_the_same_prompt_version() -> None:
    # 1,000,000 read and 100,000 written: 15 at the large one's prices, of which 1.5 was paid.
    assert saved([bought("small", "1.5"), bought("large", "15")]) == {"small < large": Decimal("13.5")}
    assert saved([bought("small", "1.5"), bought("large", "15", prompt="p2")]) == {}


def test_a_model_that_the_prompt_names_counts_although_it_was_not_asked() -> None:
    assert saved([bought("small", "1.5")], named=["large", "small"]) == {"small < large": Decimal("13.5")}


def test_the_dearest_itself_saves_nothing_and_a_high_price_paid_before_is_no_loss() -> None:
    assert saved([bought("large", "15")], named=["small"]) == {}
    assert saved([bought("small", "20"), bought("large", "15")]) == {}


def test_a_model_without_a_price_is_not_compared() -> None:
    assert saved([bought("small", "1.5")], named=["unheard of"]) == {}
    assert saved([bought("unheard of", "1.5")], named=["large"]) == {}


def test_where_long_requests_have_another_price_nothing_is_said() -> None:
    def price(model: str, usage: Usage) -> Decimal:
        of_one = (10 if model == "large" else 1) * (2 if usage.input_tokens > 200_000 else 1)
        return Decimal((usage.input_tokens + usage.output_tokens) * of_one) / 1_000_000

    tiers = Prices(listed=PriceList(price=price, name="list", version="1"))
    # However many they are together.
    assert saved([bought("small", "1.1", most=200_000)], named=["large"], prices=tiers) == {
        "small < large": Decimal("9.9")
    }
    assert saved([bought("small", "1.1", most=200_001)], named=["large"], prices=tiers) == {}


def test_the_tokens_of_many_requests_cost_at_the_vendors_list_what_each_of_them_does() -> None:
    prices = Prices(listed=PRICES)
    one = Usage(input_tokens=917, output_tokens=131, cache_read_tokens=2_048, cache_write_tokens=77)
    total = Usage(input_tokens=917_000, output_tokens=131_000, cache_read_tokens=2_048_000, cache_write_tokens=77_000)
    paid = 1_000 * prices.of("claude-haiku-4-5", one)
    some = Bought(
        workflow="triage",
        prompt_version="p1",
        model="claude-haiku-4-5",
        dollars=paid,
        usage=total,
        most_read=3_042,
    )
    dearer = 1_000 * prices.of("claude-opus-4-5", one)
    assert saved([some], named=["claude-opus-4-5"], prices=prices) == {
        "claude-haiku-4-5 < claude-opus-4-5": dearer - paid
    }
