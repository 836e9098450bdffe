"""The choice between a vendor's models and the local one, by an operator's settings, which come in as a value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workflows.model.asking.attachments import PageLimits
from workflows.model.asking.requests import Vendor
from workflows.model.batches.port import BatchVendor
from workflows.model.concurrency import AT_ONCE
from workflows.model.port import Prompt
from workflows.model.prices import OwnPrice, Prices
from workflows.model.vendors.declaration import AnyVendor, Checked, VendorSettings
from workflows.model.vendors.registry import vendors

AUTO, LOCAL = "auto", "local"


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """An operator's settings about models."""

    wanted: str = AUTO
    """`auto`, `local`, or a vendor's name."""
    vendors: Mapping[str, VendorSettings] = field(default_factory=dict)
    """Vendor's name -> what is said of it. A vendor that is left out has its defaults."""
    at_once: int = AT_ONCE
    """Questions to one model that are under way at once, in this process."""
    per_minute: int | None = None
    """Questions to one model that begin in any minute, in this process; None: no limit."""
    prices: Mapping[str, OwnPrice] = field(default_factory=dict)
    """Prices of the operator's own models."""
    timeout: float | None = None
    """Seconds without a byte of an answer after which a request is given up; None: by the number of its tokens."""
    states_form: bool = False
    """True to put the form of the answer into the prompt, for a server that does not enforce it."""
    sample_answers: bool = False
    """Without a key, may a workflow show answers written by hand?"""
    embedding: Path | None = None
    """Folder with the embedding of local models; None: they learn from words and letters alone."""


@dataclass(frozen=True, kw_only=True)
class ChosenVendor:
    """A vendor with the settings that were made for it."""

    declared: AnyVendor
    settings: VendorSettings

    @property
    def key(self) -> str:
        """The variable that has to be set before it can be asked."""
        return self.declared.key

    @property
    def has_key(self) -> bool:
        """Tell whether that is set."""
        return self.declared.has_key(self.settings)

    @property
    def default_model(self) -> str:
        """Model for prompts that name none."""
        return self.declared.default_model(self.settings)

    def prices(self, own: Mapping[str, OwnPrice]) -> Prices:
        """Return the prices of its models. `own`: those that go before its own."""
        return Prices(own=own, listed=self.declared.prices(self.settings))

    @property
    def source(self) -> str:
        """A text that tells its answers from those of a model with the same name elsewhere."""
        return self.declared.source(self.settings)

    @property
    def place(self) -> str:
        """The vendor's name, and where a question goes, for people."""
        name, place = self.declared.name, self.declared.place(self.settings)
        return f"{name} ({place})" if place else name

    def refuses(self, prompt: Prompt) -> str | None:
        """Say why a prompt cannot be put to its models; None where it can."""
        return self.declared.refuses(self.settings, prompt)

    def pages(self, model: str) -> PageLimits | None:
        """Return the pages that one of its models can be shown; None: none."""
        return self.declared.pages(self.settings, model)

    def connect(self, timeout: float | None) -> Vendor:
        """Make a connection. Raise `ModelUnavailable` where it cannot be asked."""
        return self.declared.connect(self.settings, timeout)

    def connect_batches(self, timeout: float | None) -> BatchVendor | None:
        """Make a connection for questions in batches; None where it takes none.

        Raise `ModelUnavailable` where it cannot be asked.
        """
        connect = self.declared.connect_batches
        return connect(self.settings, timeout) if connect is not None else None

    def check(self, models: Sequence[str]) -> Iterator[Checked]:
        """Ask it about these models. Raise `ModelUnavailable` where it cannot be asked."""
        return self.declared.check(self.settings, models)


def chosen_vendor(settings: ModelSettings) -> ChosenVendor:
    """Return the vendor to be asked: the wanted one, else the first with a key, else the first."""
    known = [
        ChosenVendor(declared=vendor, settings=settings.vendors.get(name) or vendor.settings())
        for name, vendor in vendors().items()
    ]
    wanted = [vendor for vendor in known if vendor.declared.name == settings.wanted]
    return next(iter([*wanted, *(vendor for vendor in known if vendor.has_key), *known]))


def is_local(settings: ModelSettings, vendor: ChosenVendor, *, has_prompt: bool) -> bool:
    """Tell whether the local model proposes for a workflow. In `auto` it does where a key or the prompt is missing."""
    if settings.wanted == AUTO:
        return not vendor.has_key or not has_prompt
    return settings.wanted == LOCAL
