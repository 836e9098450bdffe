"""The read model of an outbox row, as a face is given it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from store.subjects import Subject


@dataclass(frozen=True, kw_only=True)
class Intent:
    """Something that is to stand in a channel. It is drawn from the present rows when it is sent."""

    row: int
    """Id of its row in the outbox."""
    kind: str
    subject: Subject
    channel: str
    """A channel, or a role that the settings give a channel to."""
    about: Mapping[str, str]
    """Facts of a note beside its subject."""
    is_view: bool
    """True if it shows a present state in one message; a note is said once."""
    stands: bool = False
    """True for a note that was said, and is to be taken away."""
    created_at: datetime
