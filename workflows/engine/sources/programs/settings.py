"""Settings of sources, as they are kept with each: one form for each kind of source. None holds a secret."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from workflows.complaints import WHOLE, complaints
from workflows.engine.errors import Refused

MOST_BYTES = 1024 * 1024
"""Most bytes of a request, where nothing else was said."""
_LARGEST = 32 * 1024 * 1024
"""Most bytes of a request that may be allowed: it is held in memory."""
PER_MINUTE = 600
"""Most requests in a minute, where nothing else was said."""
_LONGEST_NAME = 50
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_Settings = TypeVar("_Settings", bound=BaseModel)


def _webhook(address: str) -> str:
    try:
        url = TypeAdapter(AnyUrl).validate_python(address)
    except ValidationError:
        raise ValueError("has to be a web address such as https://example.com/hook") from None
    if url.scheme not in ("https", "http") or not url.host:
        raise ValueError("has to begin with https://")
    if url.username is not None or url.password is not None:
        raise ValueError("may hold no user and no password; what is sent there is signed")
    if url.fragment is not None:
        raise ValueError("may have no part after #")
    return str(url)


def _sorted(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


class ApiSettings(BaseModel):
    """The settings of a source that hands in over HTTP or the Model Context Protocol."""

    model_config = ConfigDict(frozen=True)

    workflows: Annotated[tuple[str, ...], AfterValidator(_sorted)] | None
    """Names of the workflows that it may hand in for; None: all. An empty list is none."""
    may_propose: bool = False
    """True if it may hand in proposals with its cases."""
    per_minute: int = Field(PER_MINUTE, ge=1, le=100_000)
    """Most requests in a minute, of all its keys together."""
    most_bytes: int = Field(MOST_BYTES, ge=1024, le=_LARGEST)
    """Most bytes of a request."""
    webhook: Annotated[str, Field(max_length=1000), AfterValidator(_webhook)] | None = None
    """Address to which the outcomes of its cases are sent; None: it asks."""
    allow_private: bool = False
    """True if that address may be a private one, and may be reached by plain HTTP."""
    webhook_gone_at: datetime | None = None
    """Time when that address said that it is gone for good (410): nothing is sent there until it is set again."""
    secret_version: int = Field(1, ge=1)
    """Version of the secret that signs what is sent there. The secret itself is kept nowhere."""
    secret_rotated_at: datetime | None = None
    """Time of its last rotation; None where there was none."""

    @model_validator(mode="after")
    def _encrypted(self) -> "ApiSettings":
        if self.webhook is not None and self.webhook.startswith("http:") and not self.allow_private:
            raise ValueError("a webhook has to begin with https://; plain HTTP needs --allow-private")
        return self


class FileSettings(BaseModel):
    """The settings of a source that is a file, which comes again with other rows."""

    model_config = ConfigDict(frozen=True)

    workflow: str
    """Name of the workflow that takes it in."""
    named: Mapping[str, str] = Field(default_factory=dict)
    """Field -> the column that holds it."""
    encoding: str | None = None
    """None: UTF-8, or the one that the file's first bytes show."""


def checked(form: type[_Settings], values: Mapping[str, Any]) -> _Settings:  # Any: what an operator typed, or a row
    """Return settings. Raise `Refused` where they cannot be, naming each."""
    try:
        return form.model_validate(values)
    except ValidationError as error:
        wrong = complaints(error).items()
        raise Refused(
            "; ".join(what if field == WHOLE else f"{field.replace('_', ' ')}: {what}" for field, what in wrong)
        ) from None


def refuse_name(name: str) -> None:
    """Raise `Refused` for a name that no source may have."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise Refused(
            f"the name of a source has 1 to {_LONGEST_NAME} lower-case letters and digits, in words with hyphens "
            "between them, such as help-desk"
        )
