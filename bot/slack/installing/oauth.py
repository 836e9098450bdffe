"""OAuth with Slack: where a person allows the app, the exchange of Slack's code for a token, and the end of a token."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.api_errors import TRANSPORT, refusal
from handlers.texts.installing import Why
from handlers.web.install.installing import NotInstalled
from workflows.engine.errors import Refused
from workflows.engine.send.refusals import Then
from workflows.engine.text.sanitize import one_line

_SECONDS = 15
"""Seconds for which an answer is waited for; a person waits with their browser."""
_LONGEST_NAME = 200
GONE = frozenset({"account_inactive", "app_uninstalled", "invalid_auth", "not_authed", "token_revoked"})
"""Codes that say that a token opens nothing any more."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A token of the bot that Slack granted, with the place where it is good."""

    app_id: str
    workspace: str
    """Id of the workspace, or of the organisation where the app is installed in that as a whole."""
    name: str
    enterprise_id: str | None
    is_whole: bool
    bot_user: str
    bot_id: str
    token: str
    scopes: frozenset[str]
    by: str | None
    """Person who allowed it."""


class _Named(BaseModel):
    id: str = Field(pattern="^[TE][0-9A-Z]{2,30}$")
    name: str | None = None


class _By(BaseModel):
    id: str | None = Field(default=None, pattern="^[UW][0-9A-Z]{2,30}$")
    access_token: str | None = None


class _Answer(BaseModel):
    """The answer of oauth.v2.access, as far as it is used."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str | None = None
    token_type: str | None = None
    scope: str = ""
    bot_user_id: str | None = None
    app_id: str = Field(pattern="^A[0-9A-Z]{2,30}$")
    refresh_token: str | None = None
    expires_in: int | None = None
    team: _Named | None = None
    enterprise: _Named | None = None
    is_enterprise_install: bool = False
    authed_user: _By | None = None


@dataclass(frozen=True, kw_only=True)
class OAuth:
    """The app at Slack, as it is installed by people."""

    client_id: str
    client_secret: str
    api_url: str
    redirect_url: str

    def authorize_url(self, oauth_state: str, *, scopes: tuple[str, ...], for_workspace: str | None) -> str:
        """Return the address where a person allows the app. `for_workspace`: the one that is offered first."""
        asked = {
            "client_id": self.client_id,
            "scope": ",".join(scopes),
            "redirect_uri": self.redirect_url,
            "state": oauth_state,
        }
        if for_workspace is not None:
            asked["team"] = for_workspace
        return f"{self.api_url.removesuffix('api/')}oauth/v2/authorize?{urlencode(asked)}"

    def exchange(self, code: str) -> Grant:
        """Return what a code stands for. It is good once. Raise `NotInstalled`."""
        client = WebClient(base_url=self.api_url, timeout=_SECONDS, retry_handlers=[])
        answer = _asked(
            lambda: client.oauth_v2_access(
                client_id=self.client_id,
                client_secret=self.client_secret,
                code=code,
                redirect_uri=self.redirect_url,
            )
        )
        try:
            told = _Answer.model_validate(answer.data)
        except ValidationError:
            raise NotInstalled(Why.NO_ANSWER) from None
        return _granted(told, api_url=self.api_url)


def uninstall(token: str, *, client_id: str, client_secret: str, api_url: str) -> None:
    """Have Slack uninstall the app from the workspace of a token. Raise `Refused`."""
    client = _client(token, api_url)
    _ended(lambda: client.apps_uninstall(client_id=client_id, client_secret=client_secret))


def revoke(token: str, *, api_url: str) -> None:
    """Have Slack revoke a token. Raise `Refused`."""
    _ended(lambda: _client(token, api_url).auth_revoke())


def identified(token: str, *, api_url: str, required: Sequence[str]) -> Grant:
    """Return what Slack says of a bot's token. `required`: scopes that it has to have. Raise `NotInstalled`."""
    client = _client(token, api_url)
    who = _asked(client.auth_test)
    whole, enterprise = who.get("is_enterprise_install") is True, who.get("enterprise_id")
    workspace = enterprise if whole else who.get("team_id")
    if not isinstance(workspace, str) or not isinstance(who.get("bot_id"), str):
        raise NotInstalled(Why.NO_BOT)
    headers = {name.lower(): str(value) for name, value in who.headers.items()}
    scopes, name = _scopes(headers.get("x-oauth-scopes", "")), _name(who.get("team"), workspace)
    if missing := [scope for scope in required if scope not in scopes]:
        raise NotInstalled(Why.MISSING_SCOPES, name=name, workspace=workspace, scopes=", ".join(missing))
    bot = _asked(lambda: client.bots_info(bot=str(who["bot_id"]))).get("bot")
    app = bot.get("app_id") if isinstance(bot, dict) else None
    if not isinstance(app, str):
        raise NotInstalled(Why.NO_BOT)
    return Grant(
        app_id=app,
        workspace=workspace,
        name=name,
        enterprise_id=enterprise if isinstance(enterprise, str) else None,
        is_whole=whole,
        bot_user=str(who["user_id"]),
        bot_id=str(who["bot_id"]),
        token=token,
        scopes=scopes,
        by=None,
    )


def _granted(told: _Answer, *, api_url: str) -> Grant:
    """Check an answer, and ask Slack whose the token is. Raise `NotInstalled`."""
    place = told.enterprise if told.is_enterprise_install else told.team
    if place is None:
        raise NotInstalled(Why.NO_ANSWER)
    name = _name(place.name, place.id)
    if told.refresh_token is not None or told.expires_in is not None:
        raise NotInstalled(Why.EXPIRING_TOKEN, name=name, workspace=place.id)
    if told.authed_user is not None and told.authed_user.access_token is not None:
        raise NotInstalled(Why.USER_TOKEN, name=name, workspace=place.id)
    token = told.access_token or ""
    if told.token_type != "bot" or not token.startswith("xoxb-") or told.bot_user_id is None:  # noqa: S105  # a kind
        raise NotInstalled(Why.NO_BOT, name=name, workspace=place.id)
    who = _asked(_client(token, api_url).auth_test)
    named = who.get("enterprise_id") if told.is_enterprise_install else who.get("team_id")
    if named != place.id or not isinstance(who.get("bot_id"), str):
        raise NotInstalled(Why.NO_ANSWER)
    return Grant(
        app_id=told.app_id,
        workspace=place.id,
        name=name,
        enterprise_id=told.enterprise.id if told.enterprise is not None else None,
        is_whole=told.is_enterprise_install,
        bot_user=told.bot_user_id,
        bot_id=str(who["bot_id"]),
        token=token,
        scopes=_scopes(told.scope),
        by=told.authed_user.id if told.authed_user is not None else None,
    )


def _asked(call: Callable[[], SlackResponse]) -> SlackResponse:
    """Call Slack. Raise `NotInstalled`, which holds no word of its answer but the code."""
    try:
        return call()
    except SlackApiError as error:
        refused = refusal(error)
        if refused.then in (Then.LATER, Then.WAIT):
            raise NotInstalled(Why.NO_ANSWER, code=refused.code) from None
        raise NotInstalled(Why.REFUSED, code=refused.code) from None
    except TRANSPORT as error:
        raise NotInstalled(Why.NO_ANSWER, code=type(error).__name__) from None


def _ended(call: Callable[[], SlackResponse]) -> None:
    """Call Slack to end a token. One that is gone already is no error. Raise `Refused`."""
    try:
        call()
    except SlackApiError as error:
        code = refusal(error).code
        if code not in GONE:
            raise Refused(f"Slack does not uninstall the app ({code})") from None
    except TRANSPORT as error:
        raise Refused(f"Slack cannot be reached ({type(error).__name__})") from None


def _client(token: str, api_url: str) -> WebClient:
    return WebClient(token=token, base_url=api_url, timeout=_SECONDS, retry_handlers=[])


def _scopes(text: str) -> frozenset[str]:
    return frozenset(one.strip() for one in text.split(",") if one.strip())


def _name(given: object, otherwise: str) -> str:
    return one_line(given, _LONGEST_NAME) if isinstance(given, str) and given.strip() else otherwise
