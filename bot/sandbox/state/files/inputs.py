"""The value of a file input: files that a person chose for it."""

from pathlib import PurePosixPath

from pydantic import JsonValue

from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object, objects
from bot.sandbox.state.files.sight import file_as_json
from bot.sandbox.state.forms import Values
from bot.sandbox.state.sandbox import Sandbox
from handlers.slack import limits

FILE_INPUT = "file_input"


def chosen(sandbox: Sandbox, user: str, element: Object, value: JsonValue) -> Object:
    """Return the value of a file input after a person chose files of their own. Raise NotPossible."""
    named = [] if value is None else value
    if not isinstance(named, list):
        raise NotPossible(409, "a file_input takes a list of files")
    most = element.get("max_files", limits.FILE_INPUT_FILES)
    if isinstance(most, int) and len(named) > most:
        raise NotPossible(409, f"no more than {most} files can be chosen")
    return {"type": FILE_INPUT, "files": [_chosen(sandbox, user, element, str(one)) for one in named]}


def submit_files(sandbox: Sandbox, values: Values) -> None:
    """Give the app the files that are in the inputs of a modal."""
    for states in values.values():
        for state in states.values():
            for shown in objects(state.get("files")):
                file = sandbox.files.any(str(shown.get("id")))
                if file is not None:
                    file.submitted = True


def _chosen(sandbox: Sandbox, user: str, element: Object, id: str) -> Object:
    file = sandbox.files.any(id)
    if file is None or not file.is_there or file.user != user:
        raise NotPossible(409, f"{user} uploaded no file {id[:50]!r}")
    if file.length > limits.FILE_INPUT_SIZE:
        raise NotPossible(409, f"{file.name} is larger than {limits.FILE_INPUT_SIZE // 1_000_000} MB")
    allowed = element.get("filetypes")
    ending = PurePosixPath(file.name).suffix.lower().removeprefix(".")
    if isinstance(allowed, list) and ending not in allowed and file.kind[0] not in allowed:
        raise NotPossible(409, f"{file.name} is none of {', '.join(map(str, allowed))}")
    return file_as_json(sandbox, file)
