"""The consequences of an error for the messages to a channel. A face says which of its errors has which."""

from dataclasses import dataclass
from enum import StrEnum


class Then(StrEnum):
    """The consequence of an error."""

    WAIT = "wait"
    """The face named a time: this channel waits, others continue."""
    LATER = "later"
    """The error says nothing about the message, and passes by itself: try for as long as it takes."""
    REFUSED = "refused"
    """The message was refused with an unknown code: try a few times."""
    UNDRAWN = "undrawn"
    """The message could not be drawn, so the face was not asked: try a few times."""
    POST_ANEW = "post_anew"
    """The message is gone: post a new one."""
    NO_CHANNEL = "no_channel"
    """Nothing can be posted to this channel until somebody acts."""
    NO_TOKEN = "no_token"  # noqa: S105  # a word, no password
    """Nothing can be posted at all until somebody acts."""
    GIVE_UP = "give_up"
    """The message was refused and would be refused again."""


COUNTED = frozenset({Then.REFUSED, Then.UNDRAWN, Then.POST_ANEW})
"""Consequences that use up one attempt to send a message: those that concern the message itself."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A refusal of a face's, or a failed call."""

    then: Then
    code: str
    """The face's error code, or the name of the error."""
    after: float | None = None
    """Seconds that the face asked to wait."""
    unsure: bool = False
    """True if the call may have been executed all the same."""
