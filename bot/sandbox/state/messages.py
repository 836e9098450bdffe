"""The messages of all channels."""

from dataclasses import dataclass, field

from pydantic import JsonValue

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object


@dataclass(kw_only=True)
class Content:
    """The content of a message."""

    text: str = ""
    blocks: list[Object] = field(default_factory=list)
    attachments: list[Object] = field(default_factory=list)
    metadata: Object | None = None
    files: list[str] = field(default_factory=list)
    """Ids of its files."""

    def is_empty(self) -> bool:
        return not self.text and not self.blocks and not self.attachments and not self.files


@dataclass(kw_only=True)
class Message:
    """A message in a channel."""

    ts: str
    channel: str
    content: Content
    user: str
    bot_id: str | None = None
    only_for: str | None = None
    """User who alone sees it (ephemeral); None: everyone in the channel."""
    thread_ts: str | None = None
    mentions: list[str] = field(default_factory=list)
    """User and group ids that were pinged when it was posted, or here, channel, everyone."""
    edited: str | None = None
    sent_with: dict[str, JsonValue] = field(default_factory=dict)
    """Arguments as they were sent: unfurl_links, unfurl_media, parse, link_names and the like."""
    chosen: dict[str, dict[str, dict[str, Object]]] = field(default_factory=dict)
    """Choices of people in its menus and inputs: user, block_id, action_id, state."""

    def visible_to(self, user: str) -> bool:
        return self.only_for is None or self.only_for == user


class History:
    """The messages, oldest first."""

    def __init__(self) -> None:
        self._messages: dict[str, list[Message]] = {}

    def add(self, message: Message) -> None:
        self._messages.setdefault(message.channel, []).append(message)

    def of(self, channel: str) -> list[Message]:
        return list(self._messages.get(channel, ()))

    def find(self, channel: str, ts: JsonValue) -> Message | None:
        return next((message for message in self.of(channel) if message.ts == ts), None)

    def public(self, channel: str, ts: JsonValue) -> Message:
        """Return a message that an app can name. Raise SlackError; ephemeral messages cannot be named."""
        message = self.find(channel, ts)
        if message is None or message.only_for is not None:
            raise SlackError("message_not_found")
        return message

    def remove(self, message: Message) -> None:
        if message in self._messages.get(message.channel, ()):
            self._messages[message.channel].remove(message)
