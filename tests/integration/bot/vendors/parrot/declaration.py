"""The parrot, as it is declared to the rest of Countersign."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pydantic import Field, SecretStr

from workflows.model.asking.requests import Reply, Request
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import ModelUnavailable, NoAnswer, Usage
from workflows.model.prices import PriceList, Unpriced
from workflows.model.vendors.declaration import Checked, VendorDeclaration, VendorSettings

MODEL = "parrot-1"


class ParrotSettings(VendorSettings):
    """Its seed, its cage, and what it says."""

    seed: SecretStr | None = Field(default=None, validation_alias="PARROT_SEED")
    cage: str = Field(default="the garden", validation_alias="PARROT_CAGE")
    says: str = Field(default="polly", max_length=20)


def price(model: str, usage: Usage) -> Decimal:
    """A dollar for every token, of the one model that there is."""
    if model != MODEL:
        raise Unpriced(model)
    return Decimal(usage.input_tokens + usage.cache_write_tokens + usage.output_tokens) / 1_000_000


PRICES = PriceList(price=price, name="the seed merchant", version="spring")


class Parrot:
    """A `Vendor` in this process."""

    prices = PRICES

    def __init__(self, says: str) -> None:
        self._says = says

    def send(self, request: Request) -> Reply:
        """Say the one thing."""
        said = json.dumps({"answer": {"text": self._says}})
        usage = Usage(input_tokens=1_000, output_tokens=500)
        return Reply(verdict=Verdict(outcome=Outcome.ANSWERED), text=said, usage=usage, answered_by=request.model)

    def prepare(self) -> None:
        """There is nothing to load."""

    def masked(self, text: str) -> str:
        """It knows no secret."""
        return text

    def close(self) -> None:
        """There is nothing to close."""


def _connect(settings: ParrotSettings, timeout: float | None) -> Parrot:
    if settings.seed is None:
        raise ModelUnavailable("the parrot has no seed: set PARROT_SEED", no_answer=NoAnswer.ACCOUNT)
    return Parrot(settings.says)


def _check(settings: ParrotSettings, models: Sequence[str]) -> Iterator[Checked]:
    for model in models:
        yield Checked(
            model=model,
            where=settings.cage,
            wrong=None if settings.cage != "the attic" else "it does not speak there",
            do="open the window",
        )


VENDOR = VendorDeclaration(
    name="parrot",
    settings=ParrotSettings,
    key="PARROT_SEED",
    has_key=lambda settings: settings.seed is not None,
    default_model=lambda _: MODEL,
    connect=_connect,
    check=_check,
    prices=lambda _: PRICES,
    sent_to={"PARROT_CAGE": ("PARROT_SEED",)},
)
