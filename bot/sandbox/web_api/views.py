"""views.*"""

from collections.abc import Callable

from pydantic import JsonValue

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.modals import View
from bot.sandbox.state.new_views import home_shown, modal_shown
from bot.sandbox.state.payloads import view_as_json
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.web_api.arguments import Arguments


def open_view(sandbox: Sandbox, arguments: Arguments) -> Object:
    """views.open"""
    definition = _view(sandbox, arguments)
    sandbox.modals.check_external_id(definition)
    # A wrong view is refused before the trigger is used up.
    return _shown(sandbox, sandbox.modals.open(sandbox.triggers.use(arguments.needed("trigger_id")), definition))


def push_view(sandbox: Sandbox, arguments: Arguments) -> Object:
    """views.push"""
    definition = _view(sandbox, arguments)
    sandbox.modals.check_external_id(definition)
    return _shown(sandbox, sandbox.modals.push(sandbox.triggers.use(arguments.needed("trigger_id")), definition))


def update_view(sandbox: Sandbox, arguments: Arguments) -> Object:
    """views.update"""
    definition = _view(sandbox, arguments)
    if ("view_id" in arguments) == ("external_id" in arguments):
        raise SlackError("invalid_arguments", ["[ERROR] must provide exactly one of view_id and external_id"])
    view = sandbox.modals.find(id=arguments.text("view_id"), external_id=arguments.text("external_id"))
    sandbox.modals.update(view, definition, arguments.text("hash"))
    return _shown(sandbox, view)


def publish_view(sandbox: Sandbox, arguments: Arguments) -> Object:
    """views.publish"""
    if not sandbox.workspace.app.home:
        raise SlackError("not_enabled")
    user = sandbox.workspace.user(arguments.needed("user_id"))
    if user is None or user.bot or user.deactivated:
        raise SlackError("invalid_arguments", ["[ERROR] user_id is no user who can see it [json-pointer:/user_id]"])
    definition = _view(sandbox, arguments, home_shown)
    view = sandbox.homes.publish(user.id, definition, arguments.text("hash"))
    sandbox.events.redraw(view_as_json(sandbox, view))
    return _shown(sandbox, view)


def _view(
    sandbox: Sandbox, arguments: Arguments, accept: Callable[[Sandbox, JsonValue], Object] = modal_shown
) -> Object:
    if "view" not in arguments:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: view"])
    return accept(sandbox, arguments.value("view", otherwise="invalid_arguments"))


def _shown(sandbox: Sandbox, view: View) -> Object:
    sandbox.changes.announce()
    return {"view": view_as_json(sandbox, view)}
