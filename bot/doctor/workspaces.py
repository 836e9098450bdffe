"""The checks of installing in several workspaces: its settings, the keys of tokens, and each installation.

Slack is not asked: what it says of a workspace is checked with the workspace.
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from bot.settings import Settings, SettingsUnusable
from bot.slack.installing.installations import State, WorkspaceView, workspace_views
from bot.slack.installing.token_vault import BadKeys, Vault, keys_if_set
from bot.workspace_settings import files
from handlers.slack.access.scopes import asked_for
from handlers.texts.installing import ENDED
from handlers.texts.operations.findings import Finding
from handlers.texts.plain import in_words
from handlers.web.install.installing import CALLBACK
from store.db.database import Database
from workflows.engine.case.team import workspace_of
from workflows.engine.context import Context
from workflows.engine.text.choices import choices

_AGAIN = "countersign workspace invite --for {id} prints a link to install it there again"

_WITHOUT_SCOPES = {
    "bad": "it does not work there without",
    "note": "countersign manifest lists them as optional: what each is for is on the page of the link",
}


def workspaces(settings: Settings, database: Database) -> Iterator[Finding]:
    """Check what concerns all workspaces. Nothing is said where the app is installed in none, and is not to be."""
    try:
        keys = keys_if_set(settings)
    except BadKeys as error:
        yield Finding(level="bad", what=str(error), do="countersign workspace key makes a key")
        return
    vault = keys.vault if keys is not None else None
    views = [view for view in workspace_views(database, vault) if view.state is not State.NOT_INSTALLED]
    wanted = settings.slack_client_id is not None or settings.install_address is not None or vault is not None
    if not views and not wanted:
        return
    yield from _ways(settings)
    yield from _pages(settings)
    yield from _keys(settings, vault, views)
    yield from _files(settings, {view.id for view in views})
    for view in views:
        yield from _workspace(view)


def not_installed(context: Context) -> Finding:
    """Say that a workspace is served once the app is installed there. Before, and after it ended, nothing is wrong."""
    workspace = workspace_of(context)
    if workspace is None:
        what, link = "the app is installed in no workspace yet, so nobody is asked in Slack", ""
    else:
        what, link = "the app is not installed there now, so nobody is asked in Slack", f" --for {workspace}"
    return Finding(level="note", what=what, do=f"countersign workspace invite{link} prints a link to install it")


def _ways(settings: Settings) -> Iterator[Finding]:
    """Check that the app is connected in one way alone, and that way whole."""
    if settings.slack_bot_token is not None:
        yield Finding(
            level="bad",
            what="SLACK_BOT_TOKEN names one workspace, and SLACK_CLIENT_ID or COUNTERSIGN_TOKEN_KEYS says that several "
            "are served",
            do="for several, unset SLACK_BOT_TOKEN, and install the app there, too; for one, unset the rest",
        )
    if (settings.slack_client_id is None) != (settings.slack_client_secret is None):
        there, missing = "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"
        if settings.slack_client_id is None:
            there, missing = missing, there
        yield Finding(
            level="bad",
            what=f"{there} is set without {missing}, so nobody can install the app",
            do="copy both from your app at https://api.slack.com/apps, Basic Information, App Credentials",
        )


def _pages(settings: Settings) -> Iterator[Finding]:
    """Check where people install the app. Only Slack can tell whether it knows the redirect URL."""
    address, url = settings.install_address, settings.install_url
    if address is None and url is None:
        return
    if url is None:
        yield Finding(
            level="bad",
            what=f"COUNTERSIGN_INSTALL is {address}, but COUNTERSIGN_INSTALL_URL is not set, so no link can be made",
            do="set it to the address at which browsers reach that, such as https://countersign.example.com",
        )
        return
    if address is None:
        yield Finding(
            level="note",
            what=f"links lead to {url}, but COUNTERSIGN_INSTALL is off, so this set-up does not answer there",
            do="set COUNTERSIGN_INSTALL=127.0.0.1:8482 where serve is to answer",
        )
    if settings.slack_client_id is None:
        yield Finding(
            level="bad",
            what="people are to install the app, but SLACK_CLIENT_ID is not set",
            do="copy it with SLACK_CLIENT_SECRET from your app at https://api.slack.com/apps, Basic Information",
        )
    if url.startswith("https://"):
        yield Finding(
            level="ok",
            what=f"people install the app at {url}; the app's redirect URL has to be {url}{CALLBACK}",
        )
    else:
        yield Finding(
            level="note",
            what=f"people install the app at {url}, on this machine alone; Slack itself sends nobody to http",
            do="for a real workspace, set COUNTERSIGN_INSTALL_URL to an https address",
        )


def _keys(settings: Settings, vault: Vault | None, views: list[WorkspaceView]) -> Iterator[Finding]:
    """Check the keys: whether they open what is kept, and whether one is left over."""
    used = {view.key for view in views if view.key is not None}
    if vault is None:
        if used or settings.slack_client_id is not None:
            yield Finding(
                level="bad",
                what="COUNTERSIGN_TOKEN_KEYS is not set, so no token of a workspace can be kept or opened",
                do="countersign workspace key makes a key",
            )
        return
    file = settings.token_keys_file
    if file is not None and _others_can_read(file):
        yield Finding(
            level="bad",
            what=f"others on this machine can read {file}, which holds the keys of tokens",
            do=f"chmod 600 {file}",
        )
    yield Finding(level="ok", what=f"tokens of workspaces are encrypted with the key {vault.ids[0]}")
    if former := sorted(used & set(vault.ids[1:])):
        yield Finding(
            level="note",
            what=f"tokens that a former key encrypted: {', '.join(former)}",
            do="countersign workspace rotate encrypts them with the first key",
        )
    if unneeded := [id for id in vault.ids[1:] if id not in used]:
        yield Finding(
            level="note",
            what=f"keys of tokens that encrypt none any more: {', '.join(unneeded)}",
            do="take them away once every process that serves has the first one",
        )


def _files(settings: Settings, installed: Collection[str]) -> Iterator[Finding]:
    """Check that the folder of settings is there, and that each file in it is a workspace's."""
    try:
        others = [file.name for id, file in files(settings).items() if id not in installed]
    except SettingsUnusable as error:
        yield Finding(level="bad", what=str(error), do="make it, or unset COUNTERSIGN_WORKSPACES; serve does not start")
        return
    if others:
        yield Finding(
            level="note",
            what=f"{settings.workspaces} has settings of no workspace in which the app is installed: {choices(others)}",
            do="each file is named after the id of its workspace, as T0123456789.env; it counts once that is installed",
        )


def _workspace(view: WorkspaceView) -> Iterator[Finding]:
    name, again = f"{view.name} ({view.id})", _AGAIN.format(id=view.id)
    if view.ended_at is not None and view.ended_why is not None:
        yield Finding(
            level="note",
            what=f"workspace {name}: {ENDED[view.ended_why]} on {in_words(view.ended_at)}; its "
            "cases stay, and nothing of it is worked on",
            do=again,
        )
        return
    if view.state is State.UNREADABLE:
        yield Finding(
            level="bad",
            what=f"workspace {name}: no key opens its token, which the key {view.key} encrypted, so it is not served",
            do=f"put that key back among the keys of tokens; or {again}",
        )
        return
    since = f" since {in_words(view.installed_at)}" if view.installed_at is not None else ""
    by = f" by {view.installed_by}" if view.installed_by is not None else ""
    yield Finding(level="ok", what=f"workspace {name}: installed{since}{by}")
    required = asked_for().required
    for level, missing in (
        ("bad", [scope for scope in view.missing if scope in required]),
        ("note", [scope for scope in view.missing if scope not in required]),
    ):
        if missing:
            what = f"workspace {name}: scopes that are not granted: {', '.join(missing)}"
            yield Finding(level=level, what=what, do=f"{_WITHOUT_SCOPES[level]}; {again}")


def _others_can_read(file: Path) -> bool:
    return os.name == "posix" and bool(file.stat().st_mode & 0o077)
