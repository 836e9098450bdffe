"""Anthropic, as it is declared to the rest of Countersign."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from workflows.model.port import ModelUnavailable, NoAnswer
from workflows.model.vendors.anthropic.batches import AnthropicBatches
from workflows.model.vendors.anthropic.client import AnthropicVendor
from workflows.model.vendors.anthropic.pages import page_limits
from workflows.model.vendors.anthropic.prices import PRICES
from workflows.model.vendors.anthropic.settings import AnthropicSettings
from workflows.model.vendors.declaration import PATIENCE, Checked, VendorDeclaration

_KEY, _URL = "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"
_CURES = f"see whether {_KEY} is right, its account is in order, and the model is spelled as the provider does"


def _connect(settings: AnthropicSettings, timeout: float | None) -> AnthropicVendor:
    if settings.api_key is None:
        why = f"no key for Anthropic: set {_KEY}, or COUNTERSIGN_MODEL=local"
        raise ModelUnavailable(why, no_answer=NoAnswer.ACCOUNT)
    return AnthropicVendor(api_key=settings.api_key, base_url=settings.base_url, timeout=timeout)


def _check(settings: AnthropicSettings, models: Sequence[str]) -> Iterator[Checked]:
    where = settings.base_url or "Anthropic"
    with closing(_connect(settings, PATIENCE)) as vendor:
        for model in models:
            yield Checked(model=model, where=where, wrong=vendor.knows(model), do=_CURES)


VENDOR = VendorDeclaration(
    name="anthropic",
    settings=AnthropicSettings,
    key=_KEY,
    has_key=lambda settings: settings.api_key is not None,
    default_model=lambda settings: settings.model,
    connect=_connect,
    connect_batches=lambda settings, timeout: AnthropicBatches(_connect(settings, timeout)),
    check=_check,
    prices=lambda _: PRICES,
    source=lambda settings: settings.base_url or "",
    pages=lambda settings, model: page_limits(model) if settings.shows_pages else None,
    sent_to={_URL: (_KEY,)},
)
