"""conversations.open"""

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.web_api.arguments import Arguments


def conversations_open(sandbox: Sandbox, arguments: Arguments) -> Object:
    """Return the app's direct messages to a person, begun where there were none. Several people are refused."""
    if not arguments.text("users"):
        raise SlackError("users_list_not_supplied")
    user = sandbox.workspace.user(arguments.text("users"))
    if user is None or user.id == sandbox.workspace.app.user:
        raise SlackError("user_not_found")
    if user.deactivated:
        raise SlackError("user_disabled")
    if user.bot:
        raise SlackError("cannot_dm_bot")
    is_new = sandbox.workspace.channel(f"D{user.id[1:]}") is None
    channel = sandbox.workspace.direct(user.id)
    sandbox.changes.announce()
    known: Object = {} if is_new else {"no_op": True, "already_open": True}
    return {**known, "channel": {"id": channel.id}}
