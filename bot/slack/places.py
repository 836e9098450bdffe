"""Checks of the channels and user groups that the settings and the workflows name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.app import App
from bot.slack.workspace import Workspace
from handlers.slack.access.rights import UnknownKind
from handlers.slack.blocks.parts.rich_text import is_user
from handlers.slack.error_codes import NOT_DONE, code_of, is_passing
from handlers.texts.groups import why_unusable
from handlers.who import Who, WhoKind, named
from store.faces import SLACK, face_of
from workflows.engine.declare.registry import AnyWorkflow

_NOT_OURS_TO_SEE = frozenset({"missing_scope", "not_allowed_token_type"})


@dataclass(frozen=True, kw_only=True)
class Found:
    """The result of checking a place."""

    works: bool | None
    """True if it works; None where that could not be found out."""
    what: str
    do: str = ""
    """Advice."""


def look(app: App, workspace: Workspace) -> Iterator[Found]:
    """Check each channel and group that is named; those that work are only counted."""
    client, well = workspace.looking_up, 0
    found = [reviewer_found(client, workspace, one, where) for one, where in reviewers_named(app).items()]
    found += [channel_found(client, name, where) for name, where in _channels(app).items()]
    if (
        any(one.kind is WhoKind.GROUP for one in reviewers_named(app))
        and not (people := _people(client, workspace)).works
    ):
        yield people
    for one in found:
        if one.works:
            well += 1
        else:
            yield one
    if well:
        yield Found(works=True, what=f"{well} of {len(found)} channels, groups and people that are named look right")


def reviewers_named(app: App) -> Mapping[Who, Sequence[str]]:
    """Return the people and groups named to have a right -> where they are named."""
    found: dict[Who, list[str]] = {}
    for one in named(app.settings.engineers):
        found.setdefault(one, []).append("COUNTERSIGN_ENGINEERS")
    for one in named(app.settings.leads):
        found.setdefault(one, []).append("COUNTERSIGN_LEADS")
    for workflow in _workflows(app):
        for one in named(workflow.review.reviewers):
            found.setdefault(one, []).append(f"the reviewers of {workflow.name}")
        for second in workflow.review.seconds:
            for one in named(second.by):
                found.setdefault(one, []).append(f"the second persons of {workflow.name}")
    return found


def _workflows(app: App) -> Iterator[AnyWorkflow]:
    """The workflows whose cases are shown in Slack, or nowhere."""
    for workflow in app.context.registry:
        if face_of(workflow.review.post_to or "") == SLACK:
            yield workflow


def _channels(app: App) -> Mapping[str, Sequence[str]]:
    """Return the channels that are named -> where they are named."""
    named: dict[str, list[str]] = {}
    roles = {
        "COUNTERSIGN_FAILURES_CHANNEL": app.settings.failures_channel,
        "COUNTERSIGN_LEADS_CHANNEL": app.settings.leads_channel,
        "COUNTERSIGN_AUDIT_CHANNEL": app.settings.audit_channel,
    }
    for setting, name in roles.items():
        if name and face_of(name) == SLACK:
            named.setdefault(name, []).append(setting)
    for digest, name in app.settings.digest_to.items():
        if face_of(name) == SLACK:
            named.setdefault(name, []).append(f"COUNTERSIGN_DIGEST_TO of {digest}")
    for workflow in _workflows(app):
        if workflow.review.post_to is not None:
            named.setdefault(workflow.review.post_to, []).append(f"the channel of {workflow.name}")
    for workflow in app.context.registry:
        for name in workflow.from_messages.watch if workflow.from_messages is not None else ():
            named.setdefault(name, []).append(f"watched by {workflow.name}")
    return named


def reviewer_found(client: WebClient, workspace: Workspace, one: Who, where: Sequence[str]) -> Found:
    """Check a person's id or a user group. `where`: the places that name it, for people."""
    used, name = f" (named as {', '.join(where)})", one.id
    if one.kind is WhoKind.PERSON and is_user(name):
        return Found(works=True, what=name)
    if one.kind is not WhoKind.GROUP or not (name.isascii() and name.isalnum() and name.isupper()):
        do = "name a person by the id in their profile (U...), or a user group by the end of its address (S...)"
        return Found(works=False, what=f"{name} is neither a person's id nor a user group's{used}", do=do)
    try:
        members = client.usergroups_users_list(usergroup=name, team_id=workspace.named_team)["users"]
    except NOT_DONE as error:
        code = code_of(error)
        if is_passing(code):
            return Found(works=None, what=f"the user group {name} could not be looked at just now ({code}){used}")
        do = "name another group or people" if code not in _NOT_OURS_TO_SEE else "add the scope, and install anew"
        return Found(
            works=False, what=f"{why_unusable(name, code)}{used}", do=f"{do}; until then it gives nobody a right"
        )
    if not members:
        return Found(works=False, what=f"nobody is in the user group {name}{used}", do="add people to it in Slack")
    return Found(works=True, what=name)


def _people(client: WebClient, workspace: Workspace) -> Found:
    """Check that Slack can be asked who is a guest: without that, a user group gives nobody a right."""
    try:
        client.users_info(user=workspace.bot_user)
    except NOT_DONE as error:
        code = code_of(error)
        if is_passing(code):
            return Found(works=None, what=f"Slack could not be asked just now who is a guest ({code})")
        do = "add the scope users:read, and install anew; until then only people who are named by id may decide"
        return Found(works=False, what=str(UnknownKind(code)), do=do)
    return Found(works=True, what="users.info")


def channel_found(client: WebClient, name: str, where: Sequence[str]) -> Found:
    """Check a channel. `where`: the places that name it, for people."""
    used = f" (named as {', '.join(where)})"
    try:
        channel = client.conversations_info(channel=name)["channel"]
    except NOT_DONE as error:
        code = code_of(error)
        if is_passing(code):
            return Found(works=None, what=f"the channel {name} could not be looked at just now ({code}){used}")
        if code in _NOT_OURS_TO_SEE:
            do = "nothing, if cards come; or add channels:read and groups:read, with which doctor looks"
            return Found(works=None, what=f"the channel {name} may not be looked at{used}", do=do)
        do = "name it by its id (at the bottom of its details), and invite Countersign to it if it is private"
        return Found(works=False, what=f"there is no channel {name} that Countersign sees ({code}){used}", do=do)
    if channel.get("is_archived"):
        return Found(works=False, what=f"the channel {name} is archived{used}", do="name another one")
    if channel.get("is_member") is False:
        return Found(
            works=False, what=f"Countersign is not in the channel {name}{used}", do="/invite @Countersign there"
        )
    return Found(works=True, what=name)
