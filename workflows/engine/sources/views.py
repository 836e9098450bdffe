"""Read models of sources and of their cases. Pure: frozen, and the same for every face."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from workflows.engine.sources.programs.settings import ApiSettings


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


class CaseState(StrEnum):
    """The state of a case in words of its source."""

    IN_PROGRESS = "in_progress"
    """It is worked on, or what was decided is being delivered."""
    NEEDS_PERSON = "needs_person"
    """A person decides."""
    ASKED = "asked"
    """A person asked its source a question, and waits for the answer."""
    DELIVERED = "delivered"
    CLOSED = "closed"
    """A person rejected it, and nothing is delivered."""
    EXPIRED = "expired"
    """Nobody answered in time, and its workflow closes such cases. It was not refused by anybody."""
    FAILED = "failed"
    """It stopped by an error, and people look at it."""
    IN_DOUBT = "in_doubt"
    """Nobody knows whether what was decided reached the system of record; a person finds out."""


ENDS = frozenset({CaseState.DELIVERED, CaseState.CLOSED, CaseState.EXPIRED})
"""States after which only a person's act changes anything."""


class Effect(StrEnum):
    """The effect of what was decided, in the system of record."""

    RECORDED = "recorded"
    """It was decided, and is not applied yet."""
    APPLIED = "applied"
    FAILED = "apply_failed"
    """It was decided, and is certainly not applied."""
    IN_DOUBT = "in_doubt"


class DecidedBy(StrEnum):
    """The kind of who decided. People are not named: that stays with those who review."""

    PERSON = "person"
    ALONE = "alone"
    LAPSE = "lapse"
    """Nobody answered in time, and the rule of its workflow took a person's place."""


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """A question that waits for the source's answer."""

    number: int
    """Number among those of the case, from 1. An answer names it."""
    text: str
    asked_at: datetime
    answer_by: datetime
    """Time after which the case goes back to the reviewers without an answer."""


@dataclass(frozen=True, kw_only=True)
class CaseOutcome:
    """A case as its source sees it."""

    id: int
    workflow: str
    key: str
    revision: int
    """Revision of the content that this is about, from 1."""
    state: CaseState
    received_at: datetime
    changed_at: datetime
    effect: Effect | None
    """None while nothing is decided, or where there is nothing to apply."""
    decided_by: DecidedBy | None
    """None while nothing is decided, or while the decision can be taken back."""
    decided_at: datetime | None
    reason: str | None
    """The person's reason, where the case was rejected."""
    question: AskedQuestion | None
    proposed: Mapping[str, JsonValue] | None
    """The values that were proposed; None where there was no proposal."""
    approved: Mapping[str, JsonValue] | None
    """The values that were decided for; None while they can be taken back, and where there are none."""
    changed: Sequence[str]
    """Fields in which the approved values differ from the proposed ones, by name. Empty where nothing was edited."""
    receipt: str | None
    """The answer of the system of record."""
    digest: str | None
    """The digest of the approved values; None where there are none, or where they have no RFC 8785 form."""
    correction: int
    """Number of the correction that is applied; 0 where the first answer stands."""
    being_corrected: bool
    """True while a person looks at whether what was delivered was wrong."""
    removed: bool
    """True if content that would stand here was removed."""

    @property
    def edited(self) -> bool:
        """True if a person approved other values than were proposed."""
        return bool(self.changed)


@dataclass(frozen=True, kw_only=True)
class WebhookTrouble:
    """Messages to a source that its receiver does not take."""

    source: int
    name: str
    """Name of the source."""
    given_up: bool
    """True if they are attempted no more; False if they wait for the next attempt."""
    number: int
    since: datetime
    """Time when the oldest of them was written."""
    error: str
    """The reason why the last attempt failed: `http_` with the status, or a word."""
