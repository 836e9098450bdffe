"""The cost of a call."""

import subprocess
import sys
from decimal import Decimal

import genai_prices
import pytest

from workflows.model.port import ModelError, Usage
from workflows.model.prices import Unpriced
from workflows.model.vendors.anthropic.prices import price

MODEL = "claude-sonnet-5-5"
"""Dollars for a million tokens: input 2, output 10, cache read 0.10, one-hour cache write 4."""


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        (Usage(), "0"),
        (Usage(input_tokens=1_000_000), "2"),
        (Usage(output_tokens=1_000_000), "10"),
        (Usage(cache_read_tokens=1_000_000), "0.1"),
        (Usage(cache_write_tokens=1_000_000), "4"),
        (Usage(input_tokens=1, output_tokens=1, cache_read_tokens=1, cache_write_tokens=1), "0.0000161"),
    ],
)
def test_each_kind_of_token_has_its_own_price(usage: Usage, dollars: str) -> None:
    assert price(MODEL, usage) == Decimal(dollars)


def test_the_price_is_the_one_that_the_library_finds_in_the_api_s_own_words() -> None:
    """`input_tokens` of the API leaves cached tokens out, the library's holds them: they are counted once."""
    said = {
        "model": MODEL,
        "usage": {
            "input_tokens": 120,
            "output_tokens": 45,
            "cache_read_input_tokens": 2_000,
            "cache_creation_input_tokens": 700,
            "cache_creation": {"ephemeral_1h_input_tokens": 700, "ephemeral_5m_input_tokens": 0},
        },
    }
    by_the_library = genai_prices.extract_usage(said, provider_id="anthropic").calc_price().total_price
    ours = price(MODEL, Usage(input_tokens=120, output_tokens=45, cache_read_tokens=2_000, cache_write_tokens=700))
    assert ours == by_the_library > 0


def test_a_long_prompt_is_dearer_for_each_token_so_calls_are_priced_one_by_one() -> None:
    half = Usage(input_tokens=60_000)
    assert price("claude-haiku-5-5", Usage(input_tokens=120_000)) > 2 * price("claude-haiku-5-5", half)


@pytest.mark.parametrize("model", ["claude-unheard-of-9", "gpt-5", "", " claude-sonnet-5-5"])
def test_a_model_without_a_price_is_refused_and_never_free(model: str) -> None:
    with pytest.raises(Unpriced, match="no price is known for the model") as refused:
        price(model, Usage())
    assert isinstance(refused.value, ModelError)
    assert refused.value.model == model


def test_a_model_that_the_library_knows_by_name_only_is_unpriced(monkeypatch: pytest.MonkeyPatch) -> None:
    known = genai_prices.calc_price(genai_prices.Usage(), MODEL, provider_id="anthropic").model
    monkeypatch.setattr(known, "prices", genai_prices.types.ModelPrice())
    with pytest.raises(Unpriced):
        price(MODEL, Usage(input_tokens=1_000))


def test_fewer_than_no_tokens_have_no_price() -> None:
    with pytest.raises(ValueError, match="output_tokens: expected a finite non-negative"):
        price(MODEL, Usage(output_tokens=-1))


def test_prices_are_known_without_the_vendor_s_sdk() -> None:
    code = "import sys, workflows.model.prices; sys.exit('anthropic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
