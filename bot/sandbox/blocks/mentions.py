"""Mentions: the users and groups that a message would ping."""

import re
from collections.abc import Iterable, Iterator

from pydantic import JsonValue

_ESCAPED = re.compile(
    r"<(?:!(channel|here|everyone)|@([UW][A-Z0-9]+)|!subteam\^(S[A-Z0-9]+))(?:\|[^<>]*)?>",
)
_LINKED = re.compile(r"(?<![\w@])@([\w.-]+)")
_RICH = {"user": "user_id", "usergroup": "usergroup_id", "broadcast": "range"}


def in_text(text: str) -> Iterator[str]:
    """Yield the users, groups and broadcasts that a text in Slack's markup names."""
    for match in _ESCAPED.finditer(text):
        yield match[1] or match[2] or match[3]


def in_linked_names(text: str, known: Iterable[str]) -> Iterator[str]:
    """Yield the names that Slack links itself, where the app asked for it."""
    names = {"channel", "here", "everyone", *known}
    for match in _LINKED.finditer(text):
        # A full stop after a name ends the sentence.
        for name in (match[1], match[1].rstrip(".-")):
            if name in names:
                yield name
                break


def in_blocks(value: JsonValue) -> Iterator[str]:
    """Yield the mentions of blocks and attachments. Of their texts, only plain_text is taken literally."""
    if isinstance(value, list):
        for item in value:
            yield from in_blocks(item)
    if not isinstance(value, dict) or value.get("type") in ("plain_text", "raw_text"):
        return
    kind = value.get("type")
    named = value.get(_RICH.get(str(kind), ""))
    if isinstance(named, str):
        yield named
    for name, inner in value.items():
        if isinstance(inner, str):
            if kind in ("mrkdwn", "markdown", None) and name != "value":
                yield from in_text(inner)
            if kind == "mrkdwn" and name == "text" and value.get("verbatim") is not True:
                # Slack's reference says that it parses "certain mentions" there, without saying which.
                yield from in_linked_names(inner, ())
        else:
            yield from in_blocks(inner)
