"""The words about installing the app in a workspace: to the person in the browser, who may know nothing of us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from handlers.texts.scopes import WITHOUT
from store.states import InstallationEnd

ASK_AGAIN = "This link is used up now: ask whoever sent it to you for a new one."
TELL_THEM = "Tell whoever sent you the link: it is not yours to repair."
USED_FOR: Mapping[str, str] = {
    "channels:history": "Read messages of the public channels that it is invited to, where a workflow takes cases from "
    "there, and to see whether its own message arrived",
    "channels:read": "Look at the public channels that it is to post to",
    "chat:write": "Post messages, in the channels that it is invited to",
    "commands": "Answer its slash commands",
    "files:read": "Read files that people send it as cases",
    "files:write": "Show pages of documents and charts",
    "groups:history": "The same as for public channels, in the private ones that it is invited to",
    "groups:read": "Look at the private channels that it is invited to",
    "usergroups:read": "See who is in the user groups that may decide",
    "users:read": "See the names and time zones of people",
}
"""Scope -> what it is used for."""

ENDED: Mapping[InstallationEnd, str] = {
    InstallationEnd.UNINSTALLED: "uninstalled there",
    # Slack says both of an app that was removed, and which comes first is chance.
    InstallationEnd.REVOKED: "uninstalled there, or its token revoked,",
    InstallationEnd.REMOVED: "removed by an operator",
}


class Why(StrEnum):
    """Reasons why the app was not installed, or nothing is done with it."""

    NO_LINK = "no_link"
    """The invitation was used, has expired, or was never made."""
    OTHER_BROWSER = "other_browser"
    """The browser is not the one that opened the link."""
    DENIED = "denied"
    """Somebody pressed Cancel at Slack."""
    NOT_GRANTED = "not_granted"
    """Slack sent the browser back with another error."""
    NOT_UNDERSTOOD = "not_understood"
    """The browser was sent back with something else than Slack sends."""
    OTHER_WORKSPACE = "other_workspace"
    OTHER_APP = "other_app"
    MISSING_SCOPES = "missing_scopes"
    USER_TOKEN = "user_token"  # noqa: S105  # a code, and no token
    """User scopes were granted, too."""
    EXPIRING_TOKEN = "expiring_token"  # noqa: S105  # a code, and no token
    """The app rotates tokens."""
    NO_BOT = "no_bot"
    """The answer holds no bot's token."""
    REFUSED = "refused"
    """Slack refused the exchange."""
    NO_ANSWER = "no_answer"
    """Slack did not answer the exchange, or not in its form."""
    NO_DATABASE = "no_database"
    NOT_KEPT = "not_kept"
    """The database did not answer when Slack had installed it."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """The words of a page."""

    title: str
    said: Sequence[str]
    """Its paragraphs."""
    items: Sequence[str] = field(default=())
    """A list below them."""
    after: Sequence[str] = field(default=())
    """Paragraphs below the list."""


def invitation(*, for_workspace: str | None, until: str, is_organisation: bool) -> Page:
    """Say what is about to be installed. `until`: how long the link works."""
    if for_workspace is None:
        whom = "You choose the workspace at Slack."
    elif is_organisation:
        whom = f"The link is for the organisation {for_workspace} as a whole."
    else:
        whom = f"The link is for the workspace {for_workspace} alone."
    return Page(
        title="Install Countersign in Slack",
        said=[
            "Countersign lets AI propose, and people of your workspace countersign: it posts cases as messages with a "
            "recommendation, and does what they approve.",
            f"{whom} Nothing is installed before you press Allow at Slack. The link works once, until {until}.",
            "It asks Slack for these rights, for its bot alone, and for none of yours:",
        ],
        items=[f"{scope}: {use}" for scope, use in USED_FOR.items()],
    )


def installed(*, name: str, workspace: str, is_organisation: bool, is_first: bool, missing: Sequence[str]) -> Page:
    """Say that it is installed. `missing`: optional scopes that were not granted."""
    what = "organisation" if is_organisation else "workspace"
    again = "" if is_first else " again; what was there before goes on"
    without = [f"{scope}: {WITHOUT.get(scope, 'a function is missing')}" for scope in missing]
    return Page(
        title=f"Countersign is installed in {name}",
        said=[
            f"It is connected with the {what} {name} ({workspace}){again}.",
            "Now invite it in Slack to the channels that it is to post to: /invite @Countersign.",
            "Who reviews, and which channel gets what, is set by whoever sent you the link: tell them that it is done.",
            *(["These optional rights were not granted, so this does not work:"] if without else []),
        ],
        items=without,
        after=["You can close this page."],
    )


def not_installed(why: Why, values: Mapping[str, str]) -> Page:
    """Say why nothing was installed, and what to do. `values`: what a reason names, as `NotInstalled` has it."""
    title, said = _SAID[why]
    return Page(title=title, said=[text.format_map(values) for text in said])


_SAID: Mapping[Why, tuple[str, Sequence[str]]] = {
    Why.NO_LINK: (
        "This link does not work",
        [
            "It was used already, its time is over, or a part of it is missing. If you have just installed "
            "Countersign with it, all is done.",
            "Otherwise ask whoever sent it to you for a new one.",
        ],
    ),
    Why.OTHER_BROWSER: (
        "Begin again from the link",
        [
            "This browser is not the one in which the link was opened last, or it keeps no cookie of this address. "
            "Nothing was installed here.",
            "Open the link that you were sent once more, in this browser, and go on from there.",
        ],
    ),
    Why.DENIED: (
        "Nothing was installed",
        ["Cancel was pressed at Slack.", "The link still works, if you change your mind."],
    ),
    Why.NOT_GRANTED: (
        "Nothing was installed",
        [
            "Slack sent you back with the error {code}.",
            "The link still works: try it once more, or tell whoever sent it.",
        ],
    ),
    Why.NOT_UNDERSTOOD: (
        "Nothing was installed",
        ["The address of this page is not one that Slack makes. Open the link that you were sent once more."],
    ),
    Why.OTHER_WORKSPACE: (
        "This is another workspace",
        [
            "You chose {name} ({workspace}), and the link is for {wanted} alone. Countersign keeps nothing of {name}; "
            "to have the app gone from there, remove it in Slack under its name, About, Configuration.",
            ASK_AGAIN,
        ],
    ),
    Why.OTHER_APP: (
        "This is another app",
        [
            "Slack installed the app {app}, and this server works for the app {wanted}. Countersign keeps nothing of "
            "it.",
            f"{TELL_THEM} Its SLACK_CLIENT_ID is of another app than the one that is installed elsewhere.",
        ],
    ),
    Why.MISSING_SCOPES: (
        "Rights are missing",
        [
            "Slack did not grant {scopes}, and Countersign does not work without. It keeps nothing of {name}.",
            f"{TELL_THEM} The app at api.slack.com/apps needs the scopes of its manifest. {ASK_AGAIN}",
        ],
    ),
    Why.USER_TOKEN: (
        "Too many rights",
        [
            "Slack granted rights of yours, too, and Countersign takes none of a person: it keeps nothing.",
            f"{TELL_THEM} The app at api.slack.com/apps may have no user scopes. {ASK_AGAIN}",
        ],
    ),
    Why.EXPIRING_TOKEN: (
        "The app's tokens expire",
        [
            "The app has token rotation switched on, which Countersign does not work with. It keeps nothing of {name}.",
            f"{TELL_THEM} Token rotation cannot be switched off again in an app: it takes a new one, made from the "
            f"manifest. {ASK_AGAIN}",
        ],
    ),
    Why.NO_BOT: (
        "The app has no bot",
        [f"Slack gave no token of a bot. {TELL_THEM} The app has to be made from the manifest. {ASK_AGAIN}"],
    ),
    Why.REFUSED: (
        "Slack refused it",
        ["Slack's word for it is {code}. " + TELL_THEM, ASK_AGAIN],
    ),
    Why.NO_ANSWER: (
        "Slack did not answer",
        ["It is not certain whether Slack has installed the app; Countersign keeps nothing of it.", ASK_AGAIN],
    ),
    Why.NO_DATABASE: (
        "This server cannot do it now",
        ["Its database does not answer. Open the link again in a few minutes."],
    ),
    Why.NOT_KEPT: (
        "This server could not keep it",
        [
            "Slack installed the app in {name}, and the database of this server did not answer, so Countersign does "
            "not work there yet.",
            ASK_AGAIN,
        ],
    ),
}
