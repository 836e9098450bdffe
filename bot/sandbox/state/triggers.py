"""Permissions that a person's act gives the app for a while: open a modal (trigger_id), or answer (response_url)."""

from dataclasses import dataclass
from itertools import count
from secrets import token_hex

from pydantic import JsonValue

from bot.sandbox.errors import SlackError
from bot.sandbox.state.clock import Clock
from handlers.slack import limits


@dataclass(kw_only=True)
class _Trigger:
    user: str
    at: float
    used: bool = False


class Triggers:
    """The trigger_ids that were given out."""

    def __init__(self, clock: Clock, team: str) -> None:
        self._clock = clock
        self._team = team
        self._count = count(1)
        self._given: dict[str, _Trigger] = {}

    def give(self, user: str) -> str:
        id = f"{next(self._count)}.{self._team}.{token_hex(16)}"
        self._given[id] = _Trigger(user=user, at=self._clock())
        return id

    def use(self, id: JsonValue) -> str:
        """Return the user of a trigger, and use it up. Raise SlackError for one that is used, too old, or unknown."""
        trigger = self._given.get(id) if isinstance(id, str) else None
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() - trigger.at > limits.TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user


@dataclass(kw_only=True)
class Reply:
    """The target of a response_url."""

    user: str
    channel: str
    ts: str | None
    """Message that was acted on, if it was one."""
    at: float
    uses: int = 0


class Replies:
    """The response_urls that were given out, by the key in their last part."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given: dict[str, Reply] = {}

    def give(self, *, user: str, channel: str, ts: str | None) -> str:
        key = token_hex(16)
        self._given[key] = Reply(user=user, channel=channel, ts=ts, at=self._clock())
        return key

    def find(self, key: str) -> Reply:
        """Return the target of a response_url. Raise SlackError for one that is used up, too old, or unknown."""
        reply = self._given.get(key)
        if reply is None:
            raise SlackError("no_service")
        if self._clock() - reply.at > limits.RESPONSE_URL_SECONDS:
            raise SlackError("expired_url")
        if reply.uses >= limits.RESPONSE_URL_USES:
            raise SlackError("used_url")
        return reply
