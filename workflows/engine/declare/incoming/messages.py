"""Declaration of how a message becomes an input, and of the channels in which each message is a case. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic

from workflows.documents.document import Document
from workflows.engine.declare.proposal import InputT

CHANNEL_ID = re.compile("[CG][A-Z0-9]{2,20}")
"""Form of the id of a channel. A name could be given to another channel."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message that somebody wrote where the team talks. All of it is untrusted."""

    text: str
    """Its words, without marks of the face."""
    author: str
    """Id of the person who wrote it."""
    channel: str
    """Id of the channel."""
    name: str
    """Name of the message that is unique in its workspace: with it as the key, each message is one case."""
    link: str | None
    """Address at which people find it."""
    sent_at: datetime
    files: Sequence[str] = ()
    """Names of the files in it."""
    documents: Sequence[Document] = ()
    """Those of its files that were read. They are fetched only for a workflow whose input holds documents."""


@dataclass(frozen=True, kw_only=True)
class FromMessage(Generic[InputT]):
    """The function that makes an input of a message, with the channels that are watched."""

    make: Callable[[Message], InputT | None]
    """Returns None for a message that is no case."""
    watch: tuple[str, ...] = ()
    """Ids of the channels in which each message is a case."""
    edits: bool = False
    """True if an edited message is a new revision of its case."""
    bots: bool = False
    """True if messages of other apps count; our own never do."""
