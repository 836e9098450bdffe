"""Servers that speak OpenAI's API, as they are declared to the rest of Countersign."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from urllib.parse import urlsplit

from workflows.model.port import ModelUnavailable, NoAnswer, Prompt
from workflows.model.vendors.declaration import PATIENCE, Checked, VendorDeclaration
from workflows.model.vendors.openai_compatible.client import PRICES, OpenAICompatibleVendor
from workflows.model.vendors.openai_compatible.pages import PAGES
from workflows.model.vendors.openai_compatible.settings import OpenAICompatibleSettings

_URL, _KEY = "COUNTERSIGN_OPENAI_COMPATIBLE_URL", "COUNTERSIGN_OPENAI_COMPATIBLE_KEY"
_EFFORTS = ("low", "medium", "high")
_CURES = f"see whether {_URL} and {_KEY} are right, the server runs, and the model is spelled as it is there"
_HELD = {"json_schema": "response_format", "tool": "a tool call"}


def _connect(settings: OpenAICompatibleSettings, timeout: float | None) -> OpenAICompatibleVendor:
    if settings.url is None:
        why = f"no address of the model's server: set {_URL}, or COUNTERSIGN_MODEL=local"
        raise ModelUnavailable(why, no_answer=NoAnswer.ACCOUNT)
    return OpenAICompatibleVendor(
        url=settings.url,
        key=settings.key,
        form=settings.form,
        temperature=settings.temperature,
        timeout=timeout,
    )


def _check(settings: OpenAICompatibleSettings, models: Sequence[str]) -> Iterator[Checked]:
    where = f"{settings.url}, held to its form by {_HELD[settings.form]}"
    with closing(_connect(settings, PATIENCE)) as vendor:
        for model in models:
            yield Checked(model=model, where=where, wrong=vendor.knows(model), do=_CURES)


def _refuses(settings: OpenAICompatibleSettings, prompt: Prompt) -> str | None:
    if prompt.effort is not None and prompt.effort not in _EFFORTS:
        return f"an OpenAI-compatible server has no effort {prompt.effort}, only {', '.join(_EFFORTS)}; or leave it out"
    if prompt.thinking is not None:
        return (
            "an OpenAI-compatible server is told nothing of thinking; leave it out of the prompt, and set it at the "
            "server, or by effort"
        )
    return None


def _source(settings: OpenAICompatibleSettings) -> str:
    return f"{settings.url} by {settings.form} at {settings.temperature}"


VENDOR = VendorDeclaration(
    name="openai_compatible",
    settings=OpenAICompatibleSettings,
    key=_URL,
    has_key=lambda settings: settings.url is not None,
    default_model=lambda settings: settings.model,
    connect=_connect,
    check=_check,
    prices=lambda _: PRICES,
    refuses=_refuses,
    place=lambda settings: urlsplit(settings.url or "").netloc,
    source=_source,
    pages=lambda settings, model: PAGES if settings.pages else None,
    sent_to={_URL: (_KEY,)},
)
"""A server of one's own, or any other that speaks this API. It is asked where its address is set."""
