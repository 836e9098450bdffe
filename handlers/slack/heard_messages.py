"""Messages in Slack as the engine hears them: without Slack's marks, and only those that somebody wrote anew.

Joins, topics, deletions and all other subtypes are none, nor are replies in threads, nor our own posts.
"""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from handlers.slack.ids import FILE_ID
from workflows.documents.document import LONGEST_NAME
from workflows.engine.sources.heard.messages import sent_at
from workflows.engine.sources.heard.views import Attached, Heard, Reply, place_of
from workflows.engine.text.sanitize import one_line

MESSAGE = "message"
"""Type of the event."""
_WRITTEN = frozenset({None, "file_share", "bot_message"})
"""Subtypes of messages that somebody wrote."""
_ANSWERS = _WRITTEN | {"thread_broadcast"}
"""Subtypes of replies: one of them is shown in the channel, too."""
_CHANGED = "message_changed"
_LONGEST_NAMES = 20
"""Most files of a message that are named."""
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,8}")
_MARK = re.compile("<([@#!][^<>]*|[a-z][a-z0-9+.-]*:[^<>]*)>")
"""A mark of Slack's; other such signs in a text come as entities."""


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    id: str = ""
    name: str | None = None


class _Profile(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    app_id: str | None = None


class _Edited(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    ts: str


class Written(BaseModel):
    """A message, as Slack gives it in an event, or to a shortcut."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    ts: str
    user: str | None = None
    text: str | None = None
    subtype: str | None = None
    thread_ts: str | None = None
    parent_user_id: str | None = None
    """Author of the message that the thread is about, where this is a reply."""
    bot_id: str | None = None
    app_id: str | None = None
    bot_profile: _Profile | None = None
    edited: _Edited | None = None
    files: list[_File] = []

    @property
    def attached(self) -> Sequence[Attached]:
        """Its files, as far as they can be fetched; of another workspace's Slack gives the id alone."""
        known = [one for one in self.files[:_LONGEST_NAMES] if FILE_ID.fullmatch(one.id)]
        return [Attached(id=one.id, name=one_line(one.name or "", LONGEST_NAME)) for one in known]

    @property
    def is_reply(self) -> bool:
        """True if it stands in a thread, and did not begin it."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def is_from(self, app: str | None, bot: str) -> bool:
        """Tell whether an app wrote it. `app`, `bot`: its ids."""
        of_profile = self.bot_profile.app_id if self.bot_profile is not None else None
        return (self.bot_id is not None and self.bot_id == bot) or (
            app is not None and app in (self.app_id, of_profile)
        )

    def heard(self, channel: str, *, address: str | None, is_edit: bool = False) -> Heard:
        """Return it as the engine hears it. Raise `ValueError` for a name of a message that Slack never gives.

        `address`: of the workspace.
        """
        if not _TS.fullmatch(self.ts):
            raise ValueError(f"no message has the name {self.ts[:30]!r}")
        return Heard(
            channel=channel,
            ts=self.ts,
            author=self.user or self.bot_id or "",
            text=plain(self.text or ""),
            sent_at=sent_at(self.ts),
            link=f"{address}archives/{channel}/p{self.ts.replace('.', '')}" if address is not None else None,
            files=[one.name for one in self.files[:_LONGEST_NAMES] if one.name],
            attached=self.attached,
            is_edit=is_edit,
            edited_at=sent_at(self.edited.ts) if is_edit and self.edited is not None else None,
            is_bot=self.bot_id is not None or self.subtype == "bot_message",
        )


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    channel: str
    channel_type: str | None = None
    subtype: str | None = None
    message: Written | None = None
    previous_message: Written | None = None


def heard_in(body: Mapping[str, Any], *, bot: str, address: str | None = None) -> Heard | None:
    """Return the message of an event; None where it is no message that may be a case.

    `bot`: our id among bots. `address`: of the workspace.
    """
    try:
        event = _Event.model_validate(body["event"])
        is_edit = event.subtype == _CHANGED
        written = event.message if is_edit else Written.model_validate(body["event"])
        if written is None or event.channel_type == "im" or not _is_new(written, event, is_edit=is_edit):
            return None
        if written.is_from(body.get("api_app_id"), bot):
            return None
        heard = written.heard(event.channel, address=address, is_edit=is_edit)
    except (KeyError, ValueError):  # pydantic's ValidationError is one
        return None
    return heard if heard.author and (heard.text.strip() or heard.files or heard.attached) else None


def reply_in(body: Mapping[str, Any]) -> Reply | None:
    """Return the reply of an event, where the author of a message replied to it; None for all else."""
    try:
        channel = str(body["event"]["channel"])
        written = Written.model_validate(body["event"])
    except (KeyError, ValueError):
        return None
    is_own = written.user is not None and written.user == written.parent_user_id
    if written.subtype not in _ANSWERS or not written.is_reply or not is_own or written.bot_id is not None:
        return None
    if not _TS.fullmatch(written.thread_ts or ""):
        return None
    text = plain(written.text or "")
    place = place_of(channel, str(written.thread_ts))
    if not text.strip() and not written.files:
        return None
    return Reply(place=place, author=str(written.user), text=text, attached=written.attached)


def _is_new(written: Written, event: _Event, *, is_edit: bool) -> bool:
    """Tell whether somebody wrote something that was not there: Slack says of more that it changed, such as a link."""
    if written.subtype not in _WRITTEN or written.is_reply:
        return False
    before = event.previous_message
    return not is_edit or before is None or (written.text, written.files) != (before.text, before.files)


def plain(text: str) -> str:
    """Return a text without Slack's marks for links, people, channels and times, as it reads."""
    return html.unescape(_MARK.sub(lambda found: _read(found[1]), text))


def _read(mark: str) -> str:
    """Return what a mark shows: its label, or what it names."""
    named, has_label, label = mark.partition("|")
    match named[:1]:
        case "@":
            return f"@{label or named[1:]}"
        case "#":
            return f"#{label or named[1:]}"
        case "!":
            return label or f"@{named[1:].partition('^')[0]}"
    is_address = not has_label or label == named or named.endswith(f"//{label}") or named == f"mailto:{label}"
    if is_address:
        return label if named.startswith("mailto:") and label else named
    return f"{label} ({named})"
