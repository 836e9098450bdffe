"""The methods by name, and the kind of token that each needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.sandbox.errors import MissingScope, RateLimited, SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.web_api import chat, direct_messages, files, history, lookups, oauth, people, views
from bot.sandbox.web_api.arguments import Arguments
from bot.sandbox.web_api.scopes import check_method
from bot.sandbox.web_api.validation import Invalid, validate_blocks

Method = Callable[[Sandbox, Arguments], Object]


def api_test(sandbox: Sandbox, arguments: Arguments) -> Object:
    if arguments.text("error"):
        raise SlackError(arguments.text("error"))
    return {}


def auth_test(sandbox: Sandbox, arguments: Arguments) -> Object:
    workspace = sandbox.workspace
    bot = workspace.user(workspace.app.user)
    organisation: Object = {"enterprise_id": workspace.team.enterprise} if workspace.team.enterprise else {}
    return {
        **organisation,
        "url": f"https://{workspace.team.domain}.slack.com/",
        "team": workspace.team.name,
        "user": bot.name if bot else "",
        "team_id": workspace.team.id,
        "user_id": workspace.app.user,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": workspace.app.org_wide,
    }


def open_connection(sandbox: Sandbox, arguments: Arguments) -> Object:
    if sandbox.faults.sockets.out:
        raise SlackError("internal_error")
    address = sandbox.url.replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={sandbox.sockets.give_ticket()}&app_id={sandbox.workspace.app.id}"}


BOT_METHODS: Mapping[str, Method] = {
    "auth.test": auth_test,
    "auth.revoke": oauth.auth_revoke,
    "apps.uninstall": oauth.apps_uninstall,
    "bots.info": oauth.bots_info,
    "chat.postMessage": chat.post_message,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "views.open": views.open_view,
    "views.push": views.push_view,
    "views.update": views.update_view,
    "views.publish": views.publish_view,
    "blocks.validate": validate_blocks,
    "users.info": people.users_info,
    "users.list": people.users_list,
    "users.profile.get": people.users_profile_get,
    "dnd.info": people.dnd_info,
    "usergroups.list": lookups.usergroups_list,
    "usergroups.users.list": lookups.usergroups_users_list,
    "conversations.info": lookups.conversations_info,
    "conversations.list": lookups.conversations_list,
    "conversations.members": lookups.conversations_members,
    "conversations.history": history.conversations_history,
    "conversations.replies": history.conversations_replies,
    "conversations.open": direct_messages.conversations_open,
    "files.getUploadURLExternal": files.get_upload_url,
    "files.completeUploadExternal": files.complete_upload,
    "files.info": files.info,
    "files.delete": files.delete,
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to a call."""

    status: int
    body: Object
    retry_after: int | None = None


def call(sandbox: Sandbox, name: str, token: str | None, given: Object, *, fault: str | None = None) -> Answer:
    """Call a method, and keep that it was called. `fault`: what happens to the answer afterwards."""
    arguments = Arguments(given)
    error: str | None = None
    try:
        return Answer(status=200, body={"ok": True, **_run(sandbox, name, token, arguments)})
    except RateLimited as refused:
        error = refused.code
        return Answer(status=429, body={"ok": False, "error": refused.code}, retry_after=refused.seconds)
    except SlackError as refused:
        error = refused.code
        return Answer(status=200, body=_refusal(refused))
    finally:
        sandbox.calls.note(name, given, error=error, fault=fault, at=sandbox.clock())


def _run(sandbox: Sandbox, name: str, token: str | None, arguments: Arguments) -> Object:
    if name == "api.test":
        return api_test(sandbox, arguments)
    if name == "oauth.v2.access":
        return oauth.access(sandbox, arguments)
    app_level = name == "apps.connections.open"
    if not app_level and name not in BOT_METHODS:
        raise SlackError("unknown_method")
    _check(sandbox, token, app_level=app_level)
    if app_level:
        return open_connection(sandbox, arguments)
    check_method(sandbox, name)
    channel = arguments.text("channel") if name == "chat.postMessage" else ""
    sandbox.rate_limits.spend(name, channel)
    return BOT_METHODS[name](sandbox, arguments)


def _check(sandbox: Sandbox, token: str | None, *, app_level: bool) -> None:
    if not token:
        raise SlackError("not_authed")
    if token not in (sandbox.bot_token, sandbox.app_token):
        raise SlackError("invalid_auth")
    if (token == sandbox.app_token) != app_level:
        raise SlackError("not_allowed_token_type")
    if not app_level and sandbox.bot_token_revoked:
        raise SlackError("token_revoked")


def _refusal(refused: SlackError) -> Object:
    body: Object = {"ok": False, "error": refused.code}
    if isinstance(refused, MissingScope):
        body |= {"needed": ",".join(refused.needed), "provided": ",".join(refused.provided)}
    if isinstance(refused, Invalid):
        body["errors"] = [*refused.errors]
    elif refused.messages:
        body["errors"] = [message.removeprefix("[ERROR] ") for message in refused.messages]
        body["response_metadata"] = {"messages": [*refused.messages]}
    return body
