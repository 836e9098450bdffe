"""The bot's token of a team: that of the settings, or the one of its installation, and whether it opens anything."""

from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.app import App
from bot.settings import Settings
from bot.slack.api_errors import TRANSPORT, refusal
from bot.slack.installing.oauth import GONE
from bot.slack.installing.token_vault import TokenKeys
from bot.slack.workspace import NoInstallation
from workflows.engine.case.installations import of_all
from workflows.engine.errors import Refused

_SECONDS = 10


def is_refused(token: str, *, api_url: str) -> bool | None:
    """Ask Slack whether a token opens nothing any more; None where it does not say now."""
    client = WebClient(token=token, base_url=api_url, timeout=_SECONDS, retry_handlers=[])
    try:
        client.auth_test()
    except SlackApiError as error:
        return True if refusal(error).code in GONE else None
    except TRANSPORT:
        return None
    return False


def with_token(app: App, keys: TokenKeys | None = None) -> Settings:
    """Return the settings of a team with its token.

    `keys`: those that encrypted it; left out, they are read. Raise `NoInstallation` where the app is not installed
    there, `bot.slack.installing.token_vault.Unreadable` or `BadKeys`.
    """
    settings = app.settings
    if not settings.serves_several:
        return settings
    for one in of_all(app.context.database):
        if one.team == app.context.team and one.sealed_token is not None:
            vault = (keys or TokenKeys(settings)).vault
            return settings.but(slack_bot_token=SecretStr(vault.open(one.workspace, one.sealed_token)))
    raise NoInstallation(
        "the app is not installed in this workspace: countersign workspace invite makes a link to do it"
    )


def refuse_both(settings: Settings) -> None:
    """Raise `Refused` where the settings name one workspace, and the app that is installed in several."""
    if settings.slack_bot_token is not None and settings.slack_client_id is not None:
        raise Refused(
            "SLACK_BOT_TOKEN and SLACK_CLIENT_ID are both set: the token is for one workspace, the client id for all "
            "in which the app is installed; unset one of them (countersign workspace add takes a token)"
        )
