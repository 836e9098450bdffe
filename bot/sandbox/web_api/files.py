"""files.*, and the address that the bytes of a file are sent to."""

from pydantic import JsonValue

from bot.sandbox.errors import BadRequest, SlackError
from bot.sandbox.json import Object, objects, parse
from bot.sandbox.state.files.kept import LARGEST, LONGEST_NAME, File
from bot.sandbox.state.files.sight import app_sees, file_as_json
from bot.sandbox.state.messages import Content
from bot.sandbox.state.new_messages import accept_blocks, accept_text, add_message
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Channel
from bot.sandbox.web_api.arguments import Arguments
from bot.sandbox.web_api.chat import open_channel
from handlers.slack import limits


def get_upload_url(sandbox: Sandbox, arguments: Arguments) -> Object:
    """files.getUploadURLExternal"""
    name = arguments.text("filename")
    try:
        length = int(arguments.text("length") or 0)
    except ValueError:
        raise SlackError("invalid_arguments", ["[ERROR] must be an integer [json-pointer:/length]"]) from None
    if not name or length <= 0:
        raise SlackError("missing_argument")
    if length > LARGEST:
        raise SlackError("file_upload_size_restricted")
    if arguments.text("snippet_type") and length > limits.SNIPPET_SIZE:
        raise SlackError("snippet_too_large")
    if len(arguments.text("alt_txt")) > limits.FILE_ALT_TEXT:
        raise SlackError("alt_txt_too_large")
    bot = sandbox.workspace.app.user
    file = sandbox.files.begin(bot, name[:LONGEST_NAME], length, alt_text=arguments.text("alt_txt"))
    return {"upload_url": f"{sandbox.url}/upload/v1/{file.key}", "file_id": file.id}


def receive(sandbox: Sandbox, key: str, data: bytes) -> File:
    """Take the bytes of a file. Raise BadRequest for an unknown address, or another length than was announced."""
    file = sandbox.files.place(key)
    if file is None:
        raise BadRequest(404, "no_such_upload")
    if len(data) != file.length:
        raise BadRequest(400, "wrong_length")
    file.data = data
    return file


def complete_upload(sandbox: Sandbox, arguments: Arguments) -> Object:
    """files.completeUploadExternal"""
    files = [_finished(sandbox, one) for one in _listed(arguments)]
    channels = _channels(sandbox, arguments)
    thread = arguments.text("thread_ts") or None
    if thread is not None and (len(channels) != 1 or sandbox.history.find(channels[0].id, thread) is None):
        raise SlackError("invalid_thread_ts")
    text = accept_text(arguments.text("initial_comment"))
    given = None if text else arguments.value("blocks", otherwise="invalid_blocks_format")
    blocks = accept_blocks(sandbox, given)
    for file, title in files:
        file.title = title or file.name
        sandbox.files.complete(file)
    for channel in channels:
        ids = [file.id for file, _ in files]
        add_message(sandbox, channel.id, Content(text=text, blocks=[*blocks], files=ids), thread_ts=thread)
    sandbox.changes.announce()
    return {"files": [file_as_json(sandbox, file) for file, _ in files]}


def info(sandbox: Sandbox, arguments: Arguments) -> Object:
    """files.info"""
    file = sandbox.files.find(arguments.needed("file"))
    if not app_sees(sandbox, file):
        raise SlackError("file_not_found")
    return {"file": file_as_json(sandbox, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def delete(sandbox: Sandbox, arguments: Arguments) -> Object:
    """files.delete"""
    file = sandbox.files.find(arguments.needed("file"))
    if not app_sees(sandbox, file):
        raise SlackError("file_not_found")
    if file.user != sandbox.workspace.app.user:
        raise SlackError("cant_delete_file")
    sandbox.files.delete(file)
    sandbox.changes.announce()
    return {}


def _listed(arguments: Arguments) -> list[Object]:
    given: JsonValue = arguments.value("files", otherwise="invalid_arguments")
    if isinstance(given, str):
        try:
            given = parse(given, otherwise="invalid_arguments")
        except BadRequest:
            raise SlackError("invalid_arguments") from None
    found = objects(given)
    if not found:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: files"])
    return found


def _finished(sandbox: Sandbox, named: Object) -> tuple[File, str]:
    """Return a file of the app's whose bytes are there, with its title. Raise SlackError."""
    file = sandbox.files.any(str(named.get("id")))
    if file is None or file.user != sandbox.workspace.app.user or file.data is None or file.completed is not None:
        raise SlackError("file_not_found")
    return file, str(named.get("title") or "")


def _channels(sandbox: Sandbox, arguments: Arguments) -> list[Channel]:
    named = [arguments.text("channel_id"), *arguments.text("channels").split(",")]
    return [open_channel(sandbox, Arguments({"channel": one})) for one in dict.fromkeys(named) if one]
