"""Message sync: makes a message in a channel as it is drawn, by posting, changing or deleting it.

A post names its outbox rows in its metadata. After an attempt to send without an answer, the channel's history is
searched for it before it is sent again, if Countersign may read the history; otherwise it may be posted twice.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.slack.calls import POST, Calls, NotTaken
from handlers.slack import newer_blocks
from handlers.slack.blocks.parts.drawing import Drawn
from workflows.engine.case.team import made_at
from workflows.engine.context import Context
from workflows.engine.send.channel_queue import Taken
from workflows.engine.send.refusals import Then
from workflows.engine.send.views import Intent
from workflows.engine.text.canonical_json import content_hash

log = structlog.get_logger()

EVENT_TYPE = "countersign_message"
_ROW = re.compile("[0-9]{1,18}")
"""A row in the metadata of a message, which others may have written."""
UPDATE, DELETE = "chat.update", "chat.delete"
HISTORY, THREAD = "conversations.history", "conversations.replies"
_PAGE = 200
"""Messages of a channel's history that are read with one call."""
_PAGES = 5
_CLOCKS_DIFFER = timedelta(minutes=2)
"""Most by which our clock may be ahead of Slack's."""
_NOT_OURS_TO_READ = frozenset({"missing_scope", "not_allowed_token_type"})
"""Slack's codes for a missing scope for a channel's history."""
_ASK_AGAIN = 3_600.0
"""Seconds for which a refused history is not asked for again."""


@dataclass(frozen=True, kw_only=True)
class Stood:
    """The present state of a message in a channel."""

    ts: str | None
    """Slack's name for the message; None where there is to be none."""
    intents: Sequence[Intent]
    """Intents that the message shows; the others are still to be sent."""
    channel: str | None = None
    """Channel in which Slack says that it stands; None where there is to be none."""


class MessageSync:
    """The messages in channels, as Slack has them."""

    def __init__(self, context: Context, client: WebClient, *, bot: str) -> None:
        """Use a client without retries. `bot`: our id among the bots of the workspace."""
        self._context = context
        self._client = client
        self._calls = Calls(context)
        self._bot = bot
        self._may_not_look: dict[str, float] = {}
        """Channel -> time at which Slack refused its history, by the monotonic clock."""

    def bring(self, taken: Taken, channel: str, drawn: Drawn | None) -> Stood:
        """Make a message in a channel as drawn. Raise `NotTaken`. `channel`: the channel itself, not a role."""
        intents, ts = taken.intents, taken.ts
        if ts is None and taken.unsure is not None:
            found = self._look_up(intents, channel, since=taken.unsure, thread=taken.thread)
            if found is not None and not found.intents[0].is_view and drawn is not None:
                return found
            # A view that was found is updated, and a note that is not to be said any more is deleted.
            ts = found.ts if found is not None else None
        if drawn is None:
            if ts is not None:
                self._calls.make(DELETE, channel, lambda: self._client.chat_delete(channel=channel, ts=ts))
            return Stood(ts=None, intents=intents)
        return newer_blocks.send(drawn, lambda shown: self._show(taken, channel, ts, shown), code=_code_of)

    def _show(self, taken: Taken, channel: str, ts: str | None, drawn: Drawn) -> Stood:
        """Change a message, or post it where there is none yet. Raise `NotTaken`."""
        intents, text, blocks = taken.intents, drawn.text, list(drawn.blocks)
        if ts is not None:
            self._calls.make(
                UPDATE,
                channel,
                lambda: self._client.chat_update(
                    channel=channel, ts=ts, text=text, blocks=blocks, attachments=[], parse="none"
                ),
            )
            return Stood(ts=ts, intents=intents, channel=channel)
        posted = self._calls.make(
            POST,
            channel,
            lambda: self._client.chat_postMessage(
                channel=channel,
                text=text,
                blocks=blocks,
                thread_ts=taken.thread,
                unfurl_links=False,
                unfurl_media=False,
                parse="none",
                metadata={"event_type": EVENT_TYPE, "event_payload": self._about(intents)},
            ),
        )
        # To a person it is posted in a channel with a name of its own, by which alone it can be deleted.
        return Stood(ts=str(posted["ts"]), intents=intents, channel=str(posted.get("channel") or channel))

    def _about(self, intents: Sequence[Intent]) -> dict[str, str]:
        """Return the metadata of a message: nothing of a case."""
        return {"database": self._databases(intents)[0], "rows": ",".join(str(intent.row) for intent in intents)}

    def _databases(self, intents: Sequence[Intent]) -> Sequence[str]:
        """Return the names that tell this database from others in the same workspace; the present name first.

        It gets a new name with each restore, since ids are given out again. A row from before the last restore may have
        been posted under any of them.
        """
        since = made_at(self._context)
        restores = self._context.restores
        is_older = restores.at is not None and any(intent.created_at < restores.at for intent in intents)
        oldest = 0 if is_older else restores.number
        return [content_hash(f"{since.isoformat()} {number}")[:16] for number in range(restores.number, oldest - 1, -1)]

    def _look_up(self, intents: Sequence[Intent], channel: str, *, since: datetime, thread: str | None) -> Stood | None:
        """Return the message that shows these intents, or some of them, if it is in the channel already.

        `thread`: the thread to look in; None: the channel itself.
        """
        if time.monotonic() - self._may_not_look.get(channel, float("-inf")) < _ASK_AGAIN:
            return None
        # A time that was noted before the clock was put back is useless: then the newest messages are searched.
        is_known = since <= self._context.clock()
        ours, oldest, cursor = self._databases(intents), (since - _CLOCKS_DIFFER).timestamp() if is_known else 0.0, ""
        for _ in range(_PAGES):
            try:
                page = self._history(channel, oldest, cursor, thread)
            except NotTaken as error:
                lasts = error.refused.then in (Then.GIVE_UP, Then.REFUSED)
                if error.refused.code not in _NOT_OURS_TO_READ and not lasts:
                    raise
                # The scope is the operator's choice, so its absence is no error.
                log.info("history.not_read", channel=channel, error=error.refused.code)
                self._may_not_look[channel] = time.monotonic()
                return None
            for message in page["messages"]:
                # Another app can read what stands beside our messages, and repeat it.
                if message.get("bot_id") != self._bot:
                    continue
                about = _about(message, ours)
                named = [intent for intent in intents if intent.row in about]
                if named:
                    return Stood(ts=str(message["ts"]), intents=named, channel=channel)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return None

    def _history(self, channel: str, oldest: float, cursor: str, thread: str | None) -> SlackResponse:
        since, after = f"{oldest:.6f}", cursor or None
        if thread is None:
            return self._calls.make(
                HISTORY,
                channel,
                lambda: self._client.conversations_history(
                    channel=channel, oldest=since, limit=_PAGE, include_all_metadata=True, cursor=after
                ),
            )
        return self._calls.make(
            THREAD,
            channel,
            lambda: self._client.conversations_replies(
                channel=channel, ts=thread, oldest=since, limit=_PAGE, include_all_metadata=True, cursor=after
            ),
        )


def _code_of(error: Exception) -> str:
    return error.refused.code if isinstance(error, NotTaken) else ""


def _about(message: Mapping[str, object], databases: Sequence[str]) -> set[int]:
    """Return the outbox rows that a message of ours names in its metadata."""
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return set()
    payload = metadata.get("event_payload")
    if not isinstance(payload, dict) or payload.get("database") not in databases:
        return set()
    return {int(row) for row in str(payload.get("rows", "")).split(",") if _ROW.fullmatch(row)}
