"""The declaration of a vendor: all that the rest of Countersign asks of its folder.

`declaration.py` in the folder holds one as `VENDOR`. It is read at every start, so it loads no SDK.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from workflows.model.asking.attachments import PageLimits
from workflows.model.asking.requests import Vendor
from workflows.model.batches.port import BatchVendor
from workflows.model.port import Prompt
from workflows.model.prices import PriceList

PATIENCE = 10.0
"""Seconds that a vendor has to answer a question about one of its models."""


class VendorSettings(BaseModel):
    """Settings for a vendor. A vendor adds its fields.

    A field is read from the variable that its alias names. Without one, that is COUNTERSIGN, the vendor's name and its
    own, joined. An empty variable is as one that is not set.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _unset(cls, values: object) -> object:
        # CI and containers often pass an empty variable where a secret is not set.
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values


def _no_pages(settings: VendorSettings, model: str) -> PageLimits | None:
    return None


def _takes_all(settings: VendorSettings, prompt: Prompt) -> str | None:
    return None


def _nothing_more(settings: VendorSettings) -> str:
    return ""


SettingsT = TypeVar("SettingsT", bound=VendorSettings)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A model, after its vendor was asked whether it can be had."""

    model: str
    where: str
    """The place that was asked, for people."""
    wrong: str | None
    """The reason for which it cannot be had; None where it can."""
    do: str = ""
    """The way to fix that."""


@dataclass(frozen=True, kw_only=True)
class VendorDeclaration(Generic[SettingsT]):
    """A vendor of models."""

    name: str
    """Of its folder. `COUNTERSIGN_MODEL` takes it."""
    settings: type[SettingsT]
    key: str
    """The variable that has to be set before it can be asked."""
    has_key: Callable[[SettingsT], bool]
    default_model: Callable[[SettingsT], str]
    """Model for prompts that name none."""
    connect: Callable[[SettingsT, float | None], Vendor]
    """Makes a connection. The number: seconds without a byte; None: as long as an answer may take.

    Raises `ModelUnavailable` where it cannot be asked.
    """
    check: Callable[[SettingsT, Sequence[str]], Iterator[Checked]]
    """Asks the vendor about these models, for `doctor`. Raises `ModelUnavailable` where it cannot be asked."""
    prices: Callable[[SettingsT], PriceList]
    """The prices of its models, which may depend on where they are asked."""
    refuses: Callable[[SettingsT, Prompt], str | None] = _takes_all
    """Tells why a prompt cannot be put to its models, such as a setting that they do not have; None: it can."""
    source: Callable[[SettingsT], str] = _nothing_more
    """Tells its answers from those of a model with the same name elsewhere; empty: the name alone does."""
    place: Callable[[SettingsT], str] = _nothing_more
    """Place of its questions for the data map, such as a region or a host; empty: the vendor's name says it."""
    pages: Callable[[SettingsT, str], PageLimits | None] = _no_pages
    """Tells which pages a model can be shown; None, and left out: none, and it is told the text of documents."""
    connect_batches: Callable[[SettingsT, float | None], BatchVendor] | None = None
    """As `connect`, for questions in batches; None: the vendor takes none here."""
    sent_to: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Variable with an address -> the variables with the secrets that are sent there."""


AnyVendor = VendorDeclaration[Any]
"""A vendor among others; its settings are its own."""
