"""The installation of the app in workspaces: over OAuth with an invitation, or by an operator with the bot's token.

What Slack grants is looked at before it is kept: the workspace, the app, its scopes, and the kind of its token. An
invitation is used before its code is exchanged, so that one exchange comes of it, whatever becomes of that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.settings import Settings
from bot.slack.installing.oauth import Grant, OAuth, identified
from bot.slack.installing.token_vault import TokenKeys
from handlers.slack.access.scopes import asked_for
from handlers.texts.installing import Why
from handlers.web.install.installing import CALLBACK, Done, Invitation, NotInstalled
from store.db.database import Database, Unavailable
from workflows.engine.case import installations, invitations
from workflows.engine.case.installations import Granted
from workflows.engine.errors import Refused

log = structlog.get_logger()


def oauth_of(settings: Settings) -> OAuth:
    """Return the app at Slack, as the settings name it. Raise `Refused` where something is missing."""
    client, secret, url = settings.slack_client_id, settings.slack_client_secret, settings.install_url
    place = "copy it from your app at https://api.slack.com/apps, Basic Information, App Credentials"
    if client is None:
        raise Refused(f"SLACK_CLIENT_ID is not set: {place}")
    if secret is None:
        raise Refused(f"SLACK_CLIENT_SECRET is not set: {place}")
    if url is None:
        raise Refused(
            "COUNTERSIGN_INSTALL_URL is not set: the address at which browsers reach COUNTERSIGN_INSTALL, such as "
            "https://countersign.example.com"
        )
    return OAuth(
        client_id=client,
        client_secret=secret.get_secret_value(),
        api_url=settings.slack_api_url,
        redirect_url=f"{url}{CALLBACK}",
    )


@dataclass(frozen=True, kw_only=True)
class Installer:
    """The answers to what the pages of installing ask for."""

    database: Database
    keys: TokenKeys
    oauth: OAuth
    clock: Callable[[], datetime]

    def find(self, secret: str) -> Invitation | None:
        """Return an invitation that can be used; None where there is none. Raise `NotInstalled`."""
        now = self.clock()
        try:
            found = invitations.find(self.database, secret, at=now)
        except Unavailable as error:
            raise NotInstalled(Why.NO_DATABASE) from error
        if found is None:
            return None
        seconds = int((found.until - now).total_seconds())
        return Invitation(for_workspace=found.for_workspace, until=found.until, seconds=max(seconds, 1))

    def authorize_url(self, oauth_state: str, for_workspace: str | None) -> str:
        """Return the address at Slack where a person allows it."""
        asked = asked_for()
        return self.oauth.authorize_url(
            oauth_state, scopes=(*asked.required, *asked.optional), for_workspace=for_workspace
        )

    def install(self, secret: str, code: str) -> Done:
        """Use the invitation, and install. Raise `NotInstalled`."""
        try:
            invited = invitations.use(self.database, secret, at=self.clock())
        except Unavailable as error:
            raise NotInstalled(Why.NO_DATABASE) from error
        if invited is None:
            raise NotInstalled(Why.NO_LINK)
        grant, wanted = self.oauth.exchange(code), invited.for_workspace
        if wanted is not None and wanted != grant.workspace:
            raise NotInstalled(Why.OTHER_WORKSPACE, name=grant.name, workspace=grant.workspace, wanted=wanted)
        try:
            return keep(self.database, self.keys, grant, invited_by=invited.by, at=self.clock())
        except Unavailable as error:
            raise NotInstalled(Why.NOT_KEPT, name=grant.name, workspace=grant.workspace) from error


def add(database: Database, keys: TokenKeys, token: str, *, api_url: str, by: str, at: datetime) -> Done:
    """Install by the bot's token, which an operator copied from Slack. Raise `NotInstalled`."""
    if not token.startswith("xoxb-"):
        raise NotInstalled(Why.NO_BOT)
    grant = identified(token, api_url=api_url, required=asked_for().required)
    return keep(database, keys, grant, invited_by=by, at=at)


def keep(database: Database, keys: TokenKeys, grant: Grant, *, invited_by: str, at: datetime) -> Done:
    """Keep what was granted, once it was looked at. Raise `NotInstalled`, or `store.db.database.Unavailable`."""
    asked = asked_for()
    missing = [scope for scope in asked.required if scope not in grant.scopes]
    if missing:
        raise NotInstalled(Why.MISSING_SCOPES, name=grant.name, workspace=grant.workspace, scopes=", ".join(missing))
    for other in installations.of_all(database):
        if other.ended_at is None and other.workspace != grant.workspace and other.granted.app_id != grant.app_id:
            raise NotInstalled(Why.OTHER_APP, app=grant.app_id, wanted=other.granted.app_id)
    sealed = keys.vault.seal(grant.workspace, grant.token)
    recorded = installations.install(
        database,
        workspace=grant.workspace,
        name=grant.name,
        granted=Granted(
            app_id=grant.app_id,
            enterprise_id=grant.enterprise_id,
            is_whole=grant.is_whole,
            bot_user=grant.bot_user,
            bot_id=grant.bot_id,
            scopes=",".join(sorted(grant.scopes)),
        ),
        sealed_token=sealed,
        by=grant.by,
        at=at,
        invited_by=invited_by,
    )
    log.info("workspace.installed", workspace=grant.workspace, app=grant.app_id, by=grant.by, first=recorded.is_first)
    return Done(
        workspace=grant.workspace,
        name=grant.name,
        is_first=recorded.is_first,
        missing=tuple(scope for scope in asked.optional if scope not in grant.scopes),
    )
