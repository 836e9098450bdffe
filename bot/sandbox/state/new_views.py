"""New views: checked as Slack does, with what they show and need beside their blocks."""

from pydantic import JsonValue

from bot.sandbox.blocks.documents import accept_home, accept_view
from bot.sandbox.errors import MissingScope
from bot.sandbox.json import Object, objects
from bot.sandbox.state.fields import kind_of
from bot.sandbox.state.files.inputs import FILE_INPUT
from bot.sandbox.state.files.sight import check_pictures
from bot.sandbox.state.forms import spots
from bot.sandbox.state.sandbox import Sandbox


def modal_shown(sandbox: Sandbox, view: JsonValue) -> Object:
    """Return a modal as Slack keeps it. Raise SlackError."""
    accepted = accept_view(view)
    _check(sandbox, accepted)
    held = sandbox.workspace.app.scopes
    takes_files = any(kind_of(spot.element) == FILE_INPUT for spot in spots(objects(accepted["blocks"])))
    if takes_files and "files:read" not in held:
        raise MissingScope(["files:read"], held)
    return accepted


def home_shown(sandbox: Sandbox, view: JsonValue) -> Object:
    """Return the view of a Home tab as Slack keeps it. Raise SlackError."""
    accepted = accept_home(view)
    _check(sandbox, accepted)
    return accepted


def _check(sandbox: Sandbox, view: Object) -> None:
    check_pictures(sandbox, view["blocks"], "/view/blocks", code="invalid_arguments")
