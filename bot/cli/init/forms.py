"""Forms of answers, checked before anybody is asked: tokens, ids, a time zone. Pure; no token is ever quoted."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from bot.cli.init.dialogue import Wrong

_ID = "[A-Z0-9]{2,30}"
_CHANNEL = re.compile(rf"[CG]{_ID}")
_PERSON = re.compile(rf"[UW]{_ID}")
_GROUP = re.compile(rf"S{_ID}")
_LINK = re.compile(rf"https://[a-z0-9.-]+/(?:archives|team)/({_ID})/?")
_PLACES = {
    "xoxb-": "the bot token, which is under Install App",
    "xapp-": "the app token, which you generate under Basic Information, App-Level Tokens, with connections:write",
    "xoxp-": "a person's token",
    "xoxe": "a token that expires, as with token rotation, which has to be off",
}
"""The beginning of a token -> what it is."""


def token(begins: str) -> Callable[[str], str]:
    """Return a check for a token that begins so."""

    def check(text: str) -> str:
        wanted = f"enter {_PLACES[begins]}; it begins with {begins}"
        if not text:
            raise Wrong(f"nothing was typed; {wanted}")
        if not text.startswith(begins):
            known = next((what for start, what in _PLACES.items() if text.startswith(start)), None)
            raise Wrong(
                f"this is {known.partition(',')[0]}; {wanted}"
                if known is not None
                else f"this is not an {begins} token; {wanted}"
            )
        if not re.fullmatch(r"[\x21-\x7e]+", text):
            raise Wrong(f"there is a space or another odd character in it; copy it once more: {wanted}")
        return text

    return check


def signing_secret(text: str) -> str:
    """Return the secret that signs Slack's requests. Raise `Wrong`."""
    if not re.fullmatch(r"[0-9a-f]{32}", text):
        raise Wrong(
            "here belongs the signing secret, 32 characters of 0-9 and a-f, which stands under Basic Information, App "
            "Credentials; it is neither a token nor the client secret beside it"
        )
    return text


def channel(text: str) -> str:
    """Return the id of a channel, also of a link to it. Raise `Wrong`."""
    found = _LINK.fullmatch(text)
    id = found[1] if found else text
    if not _CHANNEL.fullmatch(id):
        raise Wrong(
            "a channel is named by its id, such as C0123456789, which stands at the bottom of its details in Slack; a "
            "link to the channel will do too"
        )
    return id


def person(text: str) -> str:
    """Return the id of a person. Raise `Wrong`."""
    found = _LINK.fullmatch(text)
    id = found[1] if found else text
    if not _PERSON.fullmatch(id):
        raise Wrong("a person is named by their id, such as U0123456789: in their Slack profile, ⋮, Copy member ID")
    return id


def people(text: str) -> str:
    """Return ids of people and user groups, joined by +. Raise `Wrong`."""
    ids = [one for one in re.split(r"[\s,+]+", text) if one]
    if not ids:
        raise Wrong("nobody is named, so nobody could decide; name at least one person or user group")
    for id in ids:
        if not (_PERSON.fullmatch(id) or _GROUP.fullmatch(id)):
            raise Wrong(
                f"{id[:40]} is neither a person's id (U0123456789, in their profile) nor a user group's (S0123456789, "
                "at the end of its address)"
            )
    return "+".join(dict.fromkeys(ids))


def zone(text: str) -> str:
    """Return the name of a time zone. Raise `Wrong`."""
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        raise Wrong("a time zone is named as in the IANA database, such as Europe/Berlin or UTC") from None


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a check for one of some words, of which the beginning will do."""

    def check(text: str) -> str:
        found = [choice for choice in choices if text and choice.startswith(text.lower())]
        if len(found) != 1:
            raise Wrong(f"it has to be one of {', '.join(choices)}")
        return found[0]

    return check
