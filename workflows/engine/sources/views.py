"""Read models of sources. Pure: frozen, the same for every face."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.engine.sources.settings import ApiSettings


class KeyState(StrEnum):
    """The state of a source key."""

    USABLE = "usable"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ENDED = "ended"
    """Its source has ended."""


@dataclass(frozen=True, kw_only=True)
class KeyView:
    """A source key, without the key itself, which nobody knows but its holder."""

    source: str
    """Name of the source."""
    prefix: str
    """Its first characters, by which people tell keys apart."""
    state: KeyState
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    revoked_by: str | None
    revoked_at: datetime | None
    used_at: datetime | None
    """Time of its last use, within some minutes; None where it was never used."""


@dataclass(frozen=True, kw_only=True)
class SourceView:
    """A source that hands in over HTTP or the Model Context Protocol."""

    name: str
    settings: ApiSettings
    unknown: Sequence[str]
    """Workflows among its own that this process does not know."""
    usable_keys: int
    """Number of its keys that are accepted; 0 once it has ended."""
    made_by: str
    made_at: datetime
    ended_by: str | None
    ended_at: datetime | None
