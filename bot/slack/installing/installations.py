"""The workspaces that the app is installed in, as an operator sees them: what stands, what is missing, which key."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.settings import Settings
from bot.slack.installing.oauth import revoke, uninstall
from bot.slack.installing.token_vault import TokenKeys, Unreadable, Vault, key_id
from handlers.slack.access.scopes import asked_for
from store.db.database import Database
from workflows.engine.case import installations
from workflows.engine.case.installations import InstallationEnd, Installed
from workflows.engine.errors import Unknown
from workflows.engine.text.choices import choices


class State(StrEnum):
    """The state of a workspace."""

    INSTALLED = "installed"
    UNREADABLE = "unreadable"
    """It is installed, and no key opens its token: nothing works there."""
    ENDED = "ended"
    NOT_INSTALLED = "not_installed"
    """Its cases are here, from a time when its token was a setting."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceView:
    """A workspace, or an organisation in which the app is installed as a whole."""

    id: str
    name: str
    state: State
    enterprise: str | None = None
    """Organisation on Enterprise Grid that it belongs to."""
    installed_at: datetime | None = None
    installed_by: str | None = None
    """Person who installed it, by id; None where an operator added it by its token."""
    missing: Sequence[str] = ()
    """Scopes that the manifest asks for and Slack did not grant, the optional ones, too."""
    key: str | None = None
    """Fingerprint of the key that encrypted its token."""
    ended_at: datetime | None = None
    ended_why: InstallationEnd | None = None


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """Outcome of encrypting the tokens with the first key."""

    anew: int
    """Tokens that were encrypted anew."""
    already: int
    """Tokens that the first key had encrypted already."""
    unreadable: Sequence[str]
    """The trouble with each of the others."""
    needed: Sequence[str]
    """Fingerprints of the keys that are still needed, the first one first."""
    unneeded: Sequence[str]
    """Fingerprints of those that can be taken away."""


def workspace_views(database: Database, vault: Vault | None) -> Sequence[WorkspaceView]:
    """Return all workspaces, the oldest first. `vault`: None where no key is set."""
    found = {one.team: one for one in installations.of_all(database)}
    teams = [team for team in installations.all_teams(database) if team.workspace is not None]
    return [
        _view(found[team.id], vault)
        if team.id in found
        else WorkspaceView(id=str(team.workspace), name=team.name, state=State.NOT_INSTALLED)
        for team in teams
    ]


def find(database: Database, workspace: str) -> Installed:
    """Return an installation that stands. Raise `Unknown`."""
    standing = [one for one in installations.of_all(database) if one.ended_at is None]
    for one in standing:
        if one.workspace == workspace:
            return one
    named = choices((f"{one.workspace} ({one.name})" for one in standing), typed=workspace)
    raise Unknown(f"Countersign is not installed in {workspace}; it is in {named}")


def end_at_slack(one: Installed, settings: Settings) -> None:
    """Have Slack uninstall the app, or revoke its token where the app's secret is not known. Raise `Refused`."""
    assert one.sealed_token is not None
    token = TokenKeys(settings).vault.open(one.workspace, one.sealed_token)
    client, secret = settings.slack_client_id, settings.slack_client_secret
    # The method uninstalls from a workspace; an organisation as a whole is not one.
    if client is None or secret is None or one.granted.is_whole:
        revoke(token, api_url=settings.slack_api_url)
    else:
        uninstall(token, client_id=client, client_secret=secret.get_secret_value(), api_url=settings.slack_api_url)


def rotate(database: Database, keys: TokenKeys, *, by: str, at: datetime) -> Rotated:
    """Encrypt with the first key each token that another key encrypted. Whoever serves goes on meanwhile."""
    vault, already, unreadable = keys.vault, 0, []

    def encrypt(one: Installed) -> str | None:
        nonlocal already
        assert one.sealed_token is not None
        try:
            token = vault.open(one.workspace, one.sealed_token)
        except Unreadable as error:
            unreadable.append(str(error))
            return None
        if not vault.needs_anew(one.sealed_token):
            already += 1
            return None
        return vault.seal(one.workspace, token)

    anew = installations.encrypt_anew(database, encrypt, by=by, at=at)
    used = {key_id(one.sealed_token) for one in installations.of_all(database) if one.sealed_token is not None}
    needed = [vault.ids[0], *sorted(used - {vault.ids[0]})]
    return Rotated(
        anew=len(anew),
        already=already,
        unreadable=unreadable,
        needed=needed,
        unneeded=[id for id in vault.ids if id not in needed],
    )


def _view(one: Installed, vault: Vault | None) -> WorkspaceView:
    asked, granted = asked_for(), one.granted.scopes.split(",")
    return WorkspaceView(
        id=one.workspace,
        name=one.name,
        state=_state(one, vault),
        enterprise=one.granted.enterprise_id,
        installed_at=one.installed_at,
        installed_by=one.installed_by,
        missing=[scope for scope in (*asked.required, *asked.optional) if scope not in granted],
        key=key_id(one.sealed_token) if one.sealed_token is not None else None,
        ended_at=one.ended_at,
        ended_why=one.ended_why,
    )


def _state(one: Installed, vault: Vault | None) -> State:
    if one.sealed_token is None:
        return State.ENDED
    with suppress(Unreadable):
        if vault is not None:
            vault.open(one.workspace, one.sealed_token)
            return State.INSTALLED
    return State.UNREADABLE
