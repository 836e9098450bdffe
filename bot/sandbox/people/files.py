"""Files that a person uploads, reads and deletes."""

from bot.sandbox.errors import NotPossible, SlackError
from bot.sandbox.json import Object
from bot.sandbox.people.sight import find_person
from bot.sandbox.state.files.kept import LARGEST, LONGEST_NAME, File, FileMode
from bot.sandbox.state.files.sight import file_as_json, person_sees
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import User


def upload(sandbox: Sandbox, user_id: str, name: str, data: bytes, *, mode: FileMode = FileMode.HOSTED) -> Object:
    """Upload a file that is not in a message yet. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    if not name or len(name) > LONGEST_NAME:
        raise NotPossible(409, f"the name of a file has 1 to {LONGEST_NAME} characters")
    if not data or len(data) > LARGEST:
        raise NotPossible(409, f"a file has 1 to {LARGEST} bytes")
    return file_as_json(sandbox, sandbox.files.add(user.id, name, data, mode=mode))


def open_file(sandbox: Sandbox, user_id: str, id: str) -> File:
    """Return a file that a person may read. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    try:
        file = sandbox.files.find(id)
    except SlackError as refused:
        raise NotPossible(404, refused.code) from None
    if not person_sees(sandbox, file, user.id):
        raise NotPossible(404, "file_not_found")
    return file


def delete_file(sandbox: Sandbox, user_id: str, id: str) -> None:
    """Delete a file of one's own. Raise NotPossible."""
    sandbox.files.delete(own_file(sandbox, find_person(sandbox, user_id), id))
    sandbox.changes.announce()


def own_file(sandbox: Sandbox, user: User, id: str) -> File:
    """Return a file that a person uploaded. Raise NotPossible."""
    file = sandbox.files.any(id)
    if file is None or not file.is_there or file.user != user.id:
        raise NotPossible(409, f"{user.id} uploaded no file {id[:50]!r}")
    return file
