"""The face that shows what goes to a channel: Slack, or another place where people read and decide.

A channel of Slack is named by its id alone, and one of another face as `face:ID`. A role is no channel yet: the
settings name one for it, and with it the face.
"""

from collections.abc import Collection
from dataclasses import dataclass

SLACK = "slack"
"""The face where none is named."""
WEBHOOK = "webhook"
"""The face of programs that are told over HTTP. A channel of it is a source of cases, by the id of its row."""
ROLE = "role"
"""In place of a face, for what goes to the channel that the settings name for a role."""
FAILURES = "failures"
"""The role of the channel for failures."""
LEADS = "leads"
"""The role of the channel for summaries."""
AUDIT = "audit"
"""The role of the channel for heads of the sealed audit."""
PICTURES = "pictures"
"""The queue of pictures of pages that a face is given, which is no channel: what it holds up holds up nothing else."""
ORIGINALS = "originals"
"""The same for the files that people asked to see."""
FILES = frozenset({PICTURES, ORIGINALS})
"""The queues of files."""
ROLES = frozenset({FAILURES, LEADS, AUDIT}) | FILES


@dataclass(frozen=True, kw_only=True)
class Face:
    """A place that a sender sends to."""

    name: str
    roles: Collection[str]
    """The roles whose channels are of this face."""

    def shows(self, channel: str) -> bool:
        """Tell whether this is one of its channels, or of its roles."""
        return channel in self.roles or face_of(channel) == self.name


def face_of(channel: str) -> str:
    """Return the face of a channel, or `ROLE`."""
    if channel in ROLES:
        return ROLE
    name, colon, _ = channel.partition(":")
    return name if colon else SLACK
