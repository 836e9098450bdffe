"""The words about Slack's scopes: to a person whose press needs one, and to whoever installs Countersign."""

from collections.abc import Mapping

WITHOUT: Mapping[str, str] = {
    "channels:history": "a message to a public channel may be posted twice after a broken connection, and messages "
    "there are not heard, so it cannot be watched",
    "channels:read": "doctor cannot look at the public channels that are named",
    "files:read": "the files of messages and forms cannot be read, so that no document comes from Slack",
    "files:write": "the pages of documents are not shown, with what was read from them marked",
    "groups:history": "a message to a private channel may be posted twice after a broken connection, and messages "
    "there are not heard, so it cannot be watched",
    "groups:read": "doctor cannot look at the private channels that are named",
}
"""Optional scope -> what does not work without it."""


def not_granted(scope: str) -> str:
    """Say to a person why something is not possible here."""
    return f"This needs the scope {scope}, which is not granted. Ask whoever installed Countersign in Slack."


def without(scope: str) -> str:
    """Say to an operator what is missing with a scope."""
    return f"the scope {scope} is not granted: {WITHOUT.get(scope, 'Countersign does not work without it')}"


ADD_IT = "add it under OAuth & Permissions, install the app again, and start serve again"
"""Advice about a scope that is missing."""
