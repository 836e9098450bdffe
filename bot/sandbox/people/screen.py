"""The screen of one person, told to a page as differences from what it was told before."""

from pydantic import JsonValue

from bot.sandbox.json import Object, parse, write
from bot.sandbox.people.sight import find_person, home_seen, message_seen, views_seen
from bot.sandbox.state.messages import Message
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Channel

_Shown = dict[str, tuple[str | None, int]]
"""The messages of a channel that were told: ts -> the last edit, and which of its files were there."""


class Screen:
    """A page's screen, as far as the page was told."""

    def __init__(self, sandbox: Sandbox, user: str) -> None:
        self._sandbox = sandbox
        self._user = user
        self._channels: dict[str, _Shown] = {}
        self._told: dict[str, str] = {}
        """Parts that are told as a whole: name -> JSON that was told last."""

    def news(self) -> Object:
        """Return the changes since the last time; at first, everything. Raise NotPossible for an unknown person."""
        sandbox = self._sandbox
        user = find_person(sandbox, self._user)
        found: Object = {}
        if channels := self._messages(user.id):
            found["channels"] = channels
        whole: dict[str, JsonValue] = {
            "workspace": parse(sandbox.workspace.model_dump_json(), otherwise="failed"),
            "views": [*views_seen(sandbox, user)],
            "home": home_seen(sandbox, user),
            "connected": sandbox.hears,
            "guide": sandbox.guide.model_dump(mode="json"),
            "links": dict(sandbox.links),
        }
        for name, value in whole.items():
            written = write(value)
            if self._told.get(name) != written:
                self._told[name] = written
                found[name] = value
        return found

    def _messages(self, user: str) -> Object:
        mine = [channel for channel in self._sandbox.workspace.channels if user in channel.members]
        news: Object = {}
        for channel in mine:
            known = self._channels.get(channel.id, {})
            seen = self._seen(channel, user)
            now: _Shown = {message.ts: self._version(message) for message in seen}
            put = [message_seen(self._sandbox, one) for one in seen if known.get(one.ts) != now[one.ts]]
            gone = [ts for ts in known if ts not in now]
            self._channels[channel.id] = now
            if put or gone:
                news[channel.id] = {"put": [*put], "gone": [*gone]}
        for left in set(self._channels) - {channel.id for channel in mine}:
            news[left] = {"put": [], "gone": [*self._channels.pop(left)]}
        return news

    def _version(self, message: Message) -> tuple[str | None, int]:
        files = (self._sandbox.files.any(id) for id in message.content.files)
        return message.edited, sum(file is not None and file.is_there for file in files)

    def _seen(self, channel: Channel, user: str) -> list[Message]:
        return [message for message in self._sandbox.history.of(channel.id) if message.visible_to(user)]
