"""Settings for Anthropic, or for another server that speaks its API."""

from pydantic import Field, SecretStr, field_validator

from workflows.model.addresses import safe_url
from workflows.model.vendors.declaration import VendorSettings

DEFAULT_MODEL = "claude-haiku-5-5"
"""A small model, made for sorting and extracting, which is what most workflows do."""


class AnthropicSettings(VendorSettings):
    """The key, the address and the model."""

    model: str = DEFAULT_MODEL
    """Model for prompts that name none."""
    api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    base_url: str | None = Field(default=None, validation_alias="ANTHROPIC_BASE_URL")
    """None: the SDK's own."""
    pages: bool | None = None
    """Can its models be shown pages and pictures? None: those of Anthropic can, those of another server cannot."""

    @property
    def shows_pages(self) -> bool:
        """Tell whether its models can be shown pages."""
        return self.pages if self.pages is not None else self.base_url is None

    @field_validator("base_url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        return value if value is None else safe_url(value)
