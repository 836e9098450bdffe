"""The connection to a Slack workspace: our identity there, and the clients for its API."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.settings import Address, Settings
from bot.slack.api_errors import TRANSPORT, refusal
from handlers.slack.access.admission import Installation
from handlers.slack.access.scopes import Granted
from workflows.engine.case import team
from workflows.engine.context import Context
from workflows.engine.errors import CountersignError
from workflows.engine.send.refusals import Then

_SECRET = re.compile("[0-9A-Za-z]{20,100}", re.ASCII)
_MOST_SECRETS = 2
"""Form of a signing secret: Slack's has 32 characters now. Tokens have a dash."""
_SENDER_SECONDS = 15
"""Seconds for which the sender waits for an answer."""
_CLICK_SECONDS = 2
"""Seconds for which a call waits while a person waits too."""
_TRIAL_SECONDS = 5
"""Seconds to wait for the answer of a trial, which only tells whether Slack is there."""
_LOOKUP_SECONDS = 8
"""Seconds for a question to Slack whose answer is remembered; a person who waits for it gives up earlier."""


class NoWorkspace(CountersignError):
    """There is no Slack workspace to talk to. The message says what to do."""


class NoInstallation(NoWorkspace):
    """Several workspaces are served, and the app is not installed in this one."""


@dataclass(frozen=True, kw_only=True)
class Http:
    """The place where Slack is heard over HTTP."""

    address: Address
    signing_secrets: Sequence[str] = field(repr=False)
    """The present one, and the former one while it is replaced."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A Slack workspace with the bot's identity in it."""

    team: str
    name: str
    enterprise: str | None
    """Organisation on Enterprise Grid that it belongs to."""
    whole: bool
    """True if the bot is installed in the organisation as a whole."""
    bot_user: str
    bot_id: str
    bot_token: str
    app_token: str
    """Token for Socket Mode; empty where Slack is heard over HTTP."""
    http: Http | None
    """Place where Slack is heard over HTTP; None for Socket Mode."""
    api_url: str
    granted: Granted
    """Scopes that the bot has, as Slack named them when it was asked who we are."""
    address: str | None = None
    """Address at which people open the workspace, with a stroke at its end; None where Slack does not say."""

    @property
    def place(self) -> str:
        """Id of where the bot is installed: of the workspace, or of the organisation as a whole."""
        return self.enterprise if self.whole and self.enterprise is not None else self.team

    @property
    def sending(self) -> WebClient:
        """Client for the sender, which does its own retries."""
        return self._client(_SENDER_SECONDS)

    @property
    def asking(self) -> WebClient:
        """Client for calls that a person waits for: a modal, an answer."""
        return self._client(_CLICK_SECONDS)

    @property
    def trying(self) -> WebClient:
        """Client for the question whether Slack is there."""
        return self._client(_TRIAL_SECONDS)

    @property
    def looking_up(self) -> WebClient:
        """Client for lookups: members of groups, and channels of the workspace."""
        return self._client(_LOOKUP_SECONDS)

    @property
    def installed(self) -> Installation:
        """Place of the installation: its people may act here."""
        return Installation(team=self.team, enterprise=self.enterprise, whole=self.whole)

    @property
    def named_team(self) -> str | None:
        """Workspace id for calls that have to name it, with a token of a whole organisation; None otherwise."""
        return self.team if self.whole and self.team.startswith("T") else None

    def _client(self, seconds: int) -> WebClient:
        return WebClient(token=self.bot_token, base_url=self.api_url, timeout=seconds, retry_handlers=[])


def bot_client(settings: Settings) -> WebClient:
    """Return a client with the bot's token alone, for what needs no workspace of ours. Raise `NoWorkspace`."""
    token = _token(settings.slack_bot_token, "SLACK_BOT_TOKEN", "xoxb-", "Install App")
    return WebClient(token=token, base_url=settings.slack_api_url, timeout=_SENDER_SECONDS, retry_handlers=[])


def connect(settings: Settings, *, hears: bool = True) -> Workspace:
    """Ask Slack who we are.

    `hears`: False for a look with the bot's token alone. Raise `NoWorkspace` where a token or a secret is missing or
    refused, or Slack cannot be reached.
    """
    bot_token = _token(settings.slack_bot_token, "SLACK_BOT_TOKEN", "xoxb-", "Install App")
    http, app_token = _http(settings) if hears else None, ""
    if hears and http is None:
        app_token = _token(settings.slack_app_token, "SLACK_APP_TOKEN", "xapp-", "Basic Information, App-Level Tokens")
    client = bot_client(settings)
    try:
        who = client.auth_test()
    except SlackApiError as error:
        refused = refusal(error)
        if refused.then in (Then.LATER, Then.WAIT):
            raise NoWorkspace(f"Slack cannot answer just now ({refused.code}); start again in a moment") from error
        if settings.slack_client_id is not None:
            raise NoWorkspace(f"Slack refuses the token of this installation ({refused.code})") from error
        raise NoWorkspace(f"Slack refuses SLACK_BOT_TOKEN ({refused.code})") from error
    except TRANSPORT as error:
        raise NoWorkspace(f"{settings.slack_api_url} cannot be reached: {error}") from error
    return Workspace(
        team=str(who["team_id"]),
        name=str(who["team"]),
        enterprise=str(who["enterprise_id"]) if who.get("enterprise_id") else None,
        whole=who.get("is_enterprise_install") is True,
        bot_user=str(who["user_id"]),
        bot_id=str(who.get("bot_id")),
        bot_token=bot_token,
        app_token=app_token,
        http=http,
        api_url=settings.slack_api_url,
        granted=Granted(scopes=_scopes(who)),
        address=_address(who.get("url")),
    )


@dataclass(frozen=True, kw_only=True)
class HearingOf:
    """The place where an app is heard, of however many workspaces."""

    app_token: str
    """Empty where Slack is heard over HTTP."""
    http: Http | None
    first: str | None = None
    """Address to begin at, over Socket Mode, where Slack gave one."""


def hearing_of(settings: Settings) -> HearingOf:
    """Return where the app of the settings is heard. Raise `NoWorkspace` where it cannot be, as far as Slack says."""
    http = _http(settings)
    if http is not None:
        return HearingOf(app_token="", http=http)
    token = _token(settings.slack_app_token, "SLACK_APP_TOKEN", "xapp-", "Basic Information, App-Level Tokens")
    return HearingOf(app_token=token, http=None, first=check_app_token(token, api_url=settings.slack_api_url))


def _address(given: object) -> str | None:
    said = str(given or "")
    return said if said.startswith("https://") and said.endswith("/") else None


def _http(settings: Settings) -> Http | None:
    """Return the place where Slack is to be heard over HTTP. Raise `NoWorkspace` where its secret is missing."""
    address, secret = settings.slack_http_address, settings.slack_signing_secret
    if address is None:
        return None
    place = "copy it from your app at https://api.slack.com/apps, Basic Information, App Credentials"
    if secret is None:
        raise NoWorkspace(
            f"COUNTERSIGN_SLACK_HTTP is {address}, but SLACK_SIGNING_SECRET is not set, and without it anybody could "
            f"pass for Slack: {place}"
        )
    secrets = [one.strip() for one in secret.get_secret_value().split(",")]
    if len(secrets) > _MOST_SECRETS or not all(map(_SECRET.fullmatch, secrets)):
        raise NoWorkspace(
            "SLACK_SIGNING_SECRET is no signing secret, which has 32 letters and digits, nor two with a comma between "
            f"them, the present one and the former one: {place}"
        )
    return Http(address=address, signing_secrets=secrets)


def _scopes(who: SlackResponse) -> frozenset[str] | None:
    """Return the scopes in the headers of an answer; None where there are none."""
    headers = {name.lower(): value for name, value in who.headers.items()}
    named = headers.get("x-oauth-scopes")
    return None if named is None else frozenset(one.strip() for one in str(named).split(",") if one.strip())


def check_hearing(workspace: Workspace) -> str | None:
    """Return an address to hear at, which shows that Slack accepts the app token; None where it does not say now.

    The address is good once, and for a short time. Raise `NoWorkspace` where the token is refused.
    """
    return check_app_token(workspace.app_token, api_url=workspace.api_url)


def check_app_token(token: str, *, api_url: str) -> str | None:
    """Return an address to hear at, as `check_hearing` does."""
    client = WebClient(base_url=api_url, timeout=_SENDER_SECONDS, retry_handlers=[])
    try:
        return str(client.apps_connections_open(app_token=token)["url"])
    except SlackApiError as error:
        refused = refusal(error)
        if refused.then not in (Then.LATER, Then.WAIT):
            raise NoWorkspace(
                f"Slack refuses SLACK_APP_TOKEN ({refused.code}); make one with the scope connections:write under "
                "Basic Information, App-Level Tokens, and see that Socket Mode is on"
            ) from error
        return None
    except TRANSPORT:
        return None


def adopt(context: Context, workspace: Workspace) -> None:
    """Assign the database to this workspace. Raise `NoWorkspace` where it belongs to another."""
    _compare(team.adopt(context, workspace=workspace.team, name=workspace.name), workspace)


def check(context: Context, workspace: Workspace) -> None:
    """Raise `NoWorkspace` where the database belongs to another workspace; changes nothing."""
    _compare(team.workspace_of(context) or workspace.team, workspace)


def _compare(owner: str, workspace: Workspace) -> None:
    # An organisation that was connected by a token of its own, in the settings, has the id of one of its workspaces.
    if owner not in (workspace.place, workspace.team):
        raise NoWorkspace(
            f"the database belongs to the Slack workspace {owner}, and SLACK_BOT_TOKEN is of {workspace.team} "
            f"({workspace.name}); use another database, or the token of {owner}"
        )


def _token(secret: SecretStr | None, name: str, begins: str, place: str) -> str:
    if secret is None:
        raise NoWorkspace(
            f"{name} is not set: copy it from your app at https://api.slack.com/apps, {place}. "
            "Without Slack: countersign serve --no-slack, or countersign sandbox to try it"
        )
    token = secret.get_secret_value()
    if not token.startswith(begins):
        raise NoWorkspace(f"{name} does not begin with {begins}; is it the other token?")
    return token
