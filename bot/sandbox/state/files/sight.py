"""Files as the Web API shows them, who may read them, and those that blocks show."""

from collections.abc import Iterator

from pydantic import JsonValue

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.state.files.kept import PICTURES, File, FileMode
from bot.sandbox.state.sandbox import Sandbox

_KINDS = {"channel": "channels", "group": "groups", "im": "ims"}


def file_as_json(sandbox: Sandbox, file: File) -> Object:
    """Return a file as the Web API and payloads show it."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    if file.mode == FileMode.HIDDEN_BY_LIMIT:
        return {"id": file.id, "created": int(file.created), "mode": "hidden_by_limit"}
    team = sandbox.workspace.team
    word, media = file.kind if sandbox.files.is_processed(file) else ("", "")
    place = f"{sandbox.url}/files-pri/{team.id}-{file.id}"
    name = _for_a_path(file.name)
    is_external = file.mode == FileMode.EXTERNAL
    shown: Object = {
        "id": file.id,
        "created": int(file.created),
        "timestamp": int(file.created),
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": media,
        "filetype": word,
        "pretty_type": word.upper(),
        "user": file.user,
        "user_team": team.id,
        "editable": False,
        "size": 0 if is_external else file.length,
        "mode": file.mode,
        "is_external": is_external,
        "external_type": "gdrive" if is_external else "",
        "is_public": bool(_shared(sandbox, file, "channel")),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"https://drive.example.com/{name}" if is_external else f"{place}/{name}",
        "permalink": f"https://{team.domain}.slack.com/files/{file.user}/{file.id}/{name}",
        "file_access": "visible",
    }
    if not is_external:
        shown["url_private_download"] = f"{place}/download/{name}"
    if file.alt_text:
        shown["alt_txt"] = file.alt_text
    for kind, listed in _KINDS.items():
        shown[listed] = [*_shared(sandbox, file, kind)]
    return shown


def file_in_message(sandbox: Sandbox, id: str) -> Object:
    """Return a file as a message shows it to the app: of another workspace's file, its id alone."""
    file = sandbox.files.any(id)
    if file is None:
        return {"id": id, "mode": "tombstone"}
    owner = sandbox.workspace.user(file.user)
    if file.is_there and owner is not None and owner.acts_in is not None:
        return {"id": file.id, "created": 0, "mode": "file_access", "file_access": "check_file_info"}
    return file_as_json(sandbox, file)


def app_sees(sandbox: Sandbox, file: File) -> bool:
    """Tell whether the app may read a file: its own, one in a conversation that it is in, or one submitted to it."""
    bot = sandbox.workspace.app.user
    return file.user == bot or file.submitted or _is_in(sandbox, file, bot)


def person_sees(sandbox: Sandbox, file: File, user: str) -> bool:
    """Tell whether a person may read a file: their own, or one that stands where they can look."""
    if file.user == user or _is_in(sandbox, file, user):
        return True
    messages = (
        message
        for channel in sandbox.workspace.channels
        if user in channel.members
        for message in sandbox.history.of(channel.id)
        if message.visible_to(user)
    )
    # A picture in a block is seen by whoever sees the block.
    drawn: list[JsonValue] = [[*message.content.blocks, *message.content.attachments] for message in messages]
    drawn += [[*view.blocks] for view in sandbox.modals.of(user)]
    home = sandbox.homes.of(user)
    drawn += [[*home.blocks]] if home is not None else []
    return any(named == file.id for one in drawn for _, named in _pictures(sandbox, one, ""))


def check_pictures(sandbox: Sandbox, blocks: JsonValue, root: str, *, code: str) -> None:
    """Raise SlackError for a picture of a file that is none, or that the app may not read. `root`: of the pointers."""
    wrong = [
        f"[ERROR] invalid slack file [json-pointer:{path}]"
        for path, named in _pictures(sandbox, blocks, root)
        if not _can_be_shown(sandbox, named)
    ]
    if wrong:
        raise SlackError(code, wrong)


def _can_be_shown(sandbox: Sandbox, id: str) -> bool:
    file = sandbox.files.any(id)
    if file is None or not file.is_there or not sandbox.files.is_processed(file):
        return False
    return file.kind[1] in PICTURES and app_sees(sandbox, file)


def _pictures(sandbox: Sandbox, value: JsonValue, path: str) -> Iterator[tuple[str, str]]:
    """Yield the files that blocks show, with the places where they name them."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _pictures(sandbox, one, f"{path}/{index}")
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "slack_file" and isinstance(one, dict):
                yield f"{path}/{name}", _named(sandbox, one)
            else:
                yield from _pictures(sandbox, one, f"{path}/{name}")


def _named(sandbox: Sandbox, slack_file: Object) -> str:
    """Return the id in a slack_file object, which names a file by its id or by its address."""
    if "id" in slack_file:
        return str(slack_file["id"])
    given = str(slack_file.get("url"))
    known = (part.rpartition("-")[2] for part in given.split("/"))
    return next((one for one in known if sandbox.files.any(one) is not None), "")


def _shared(sandbox: Sandbox, file: File, kind: str) -> list[str]:
    found = (sandbox.workspace.channel(id) for id in file.channels)
    return [channel.id for channel in found if channel is not None and channel.kind == kind]


def _is_in(sandbox: Sandbox, file: File, user: str) -> bool:
    found = (sandbox.workspace.channel(id) for id in file.channels)
    return any(channel is not None and user in channel.members for channel in found)


def _for_a_path(name: str) -> str:
    """Return the name as Slack writes it into an address."""
    kept = "".join(letter.lower() if letter.isalnum() or letter in ".-" else "_" for letter in name)
    return kept.encode("ascii", "ignore").decode() or "file"
