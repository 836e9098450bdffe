"""blocks.validate"""

import re

from pydantic import JsonValue

from bot.sandbox.blocks.documents import accept_message_blocks, accept_modal_or_home
from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.web_api.arguments import Arguments

_FINDING = re.compile(r"(?:\[ERROR\] )?(?P<words>.*?)(?: \[json-pointer:(?P<pointer>.*)\])?", re.DOTALL)


class Invalid(SlackError):
    """A call of blocks.validate with other arguments than Slack takes."""

    def __init__(self, code: str, errors: list[Object]) -> None:
        super().__init__(code)
        self.errors = errors


def validate_blocks(sandbox: Sandbox, arguments: Arguments) -> Object:
    """Check blocks, a message or a view, and show nothing. Raise Invalid with a JSON pointer for each fault."""
    given = [name for name in ("blocks", "message", "view") if name in arguments]
    if len(given) != 1:
        raise SlackError("invalid_arguments", ["must provide exactly one of `blocks`, `view`, or `message`"])
    (name,) = given
    value = arguments.value(name, otherwise="invalid_arguments")
    try:
        if name == "view":
            accept_modal_or_home(value)
        else:
            accept_message_blocks(_blocks(value) if name == "message" else value)
    except SlackError as refused:
        root = {"blocks": "/blocks", "message": "", "view": "/view"}[name]
        raise Invalid("invalid_blocks", _errors(refused, root)) from None
    return {}


def _blocks(message: JsonValue) -> JsonValue:
    return message.get("blocks") if isinstance(message, dict) else message


def _errors(refused: SlackError, root: str) -> list[Object]:
    """Return the faults as Slack lists them. `root`: the beginning of a pointer that is not part of what was given."""
    # A message that is too large as a whole is refused without a word.
    return [_error(message, root) for message in refused.messages or [refused.code]]


def _error(message: str, root: str) -> Object:
    found = _FINDING.fullmatch(message)
    assert found is not None
    pointer = (found["pointer"] or root).removeprefix(root)
    return {"code": "failed_constraint", "message": found["words"], "pointer": pointer or "/"}
