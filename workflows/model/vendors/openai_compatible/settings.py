"""Settings for a server that speaks OpenAI's API."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from workflows.model.addresses import safe_url
from workflows.model.vendors.declaration import VendorSettings

Form = Literal["json_schema", "tool"]
"""The ways in which a server holds an answer to its form."""
DEFAULT_MODEL = "default"
"""A name for the one model of a server that answers to any name, as llama.cpp's does."""


class OpenAICompatibleSettings(VendorSettings):
    """The address, the key and the model, and what the server can do."""

    url: str | None = None
    """URL of the API, such as http://127.0.0.1:8080/v1."""
    key: SecretStr | None = None
    """None: the server asks for none."""
    model: str = DEFAULT_MODEL
    """Model for prompts that name none."""
    form: Form = "json_schema"
    """The way in which the server is asked for an answer in its form: `response_format`, or the call of a tool."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """None: the server's own."""
    pages: bool = False
    """Can its models be shown pages and pictures?"""

    @field_validator("url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if "?" in value or "#" in value or "@" in value:
            raise ValueError("has to be a URL without a query, a fragment and a password; the key has its own setting")
        return safe_url(value).rstrip("/")
