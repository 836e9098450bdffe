"""The methods by which an app is installed and uninstalled."""

import asyncio
from base64 import b64decode
from binascii import Error as NoBase64

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.people.administration import removed
from bot.sandbox.state.installs import check_client
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.web_api.arguments import Arguments

_TELLING: set["asyncio.Task[object]"] = set()
"""Events on their way: the loop itself keeps no hold of a task."""


def basic_credentials(encoded: str) -> Object:
    """Return the app's id and secret from a header, as arguments of the call."""
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (NoBase64, ValueError):
        return {}
    return {"client_id": client_id, "client_secret": secret}


def access(sandbox: Sandbox, arguments: Arguments) -> Object:
    """Exchange a code for the bot's token. It needs no token."""
    check_client(arguments.text("client_id"), arguments.text("client_secret"))
    installs = sandbox.installs
    consent = installs.take(arguments.text("code"), redirect_url=arguments.text("redirect_uri"))
    chosen, app = consent.sandbox, consent.sandbox.workspace.app
    team = chosen.workspace.team
    enterprise: Object | None = {"id": team.enterprise, "name": f"{team.name} Group"} if team.enterprise else None
    also, installs.also = installs.also, {}
    return {
        "access_token": installs.token_for(chosen),
        "token_type": "bot",
        "scope": ",".join(scope for scope in app.scopes if scope in consent.scopes),
        "bot_user_id": app.user,
        "app_id": app.id,
        "team": None if app.org_wide else {"id": team.id, "name": team.name},
        "enterprise": enterprise,
        "authed_user": {"id": consent.user},
        "is_enterprise_install": app.org_wide,
        **also,
    }


def bots_info(sandbox: Sandbox, arguments: Arguments) -> Object:
    workspace = sandbox.workspace
    app, bot = workspace.app, workspace.user(workspace.app.user)
    if arguments.text("bot") != app.bot_id:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": app.bot_id,
            "deleted": False,
            "name": bot.name if bot else "",
            "updated": 0,
            "app_id": app.id,
            "user_id": app.user,
        }
    }


def auth_revoke(sandbox: Sandbox, arguments: Arguments) -> Object:
    if not arguments.flag("test"):
        _end(sandbox, uninstalled=False)
    return {"revoked": not arguments.flag("test")}


def apps_uninstall(sandbox: Sandbox, arguments: Arguments) -> Object:
    check_client(arguments.text("client_id"), arguments.text("client_secret"))
    _end(sandbox, uninstalled=True)
    return {}


def _end(sandbox: Sandbox, *, uninstalled: bool) -> None:
    """Revoke the token now; the app is told of it afterwards, as by Slack."""
    sandbox.bot_token_revoked = True
    task: asyncio.Task[object] = asyncio.get_running_loop().create_task(removed(sandbox, uninstalled=uninstalled))
    _TELLING.add(task)
    task.add_done_callback(_TELLING.discard)
