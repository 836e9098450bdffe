"""Slash commands: a file for each, with a row in manifest.json. `/rerun` is `rerun.py`, and its `hear` is called.

In: what a person typed. Out: one answer to them. `register` finds the files; a row without a file or a file without a
row is refused at the start, in words.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.context import SlackContext
from handlers.slack.manifest import command_rows, manifest_file
from workflows.engine.errors import BadDeclaration

Body = Mapping[str, Any]
Hear = Callable[[SlackContext, Body, Ack, WebClient], None]


def register(app: App, slack: SlackContext, *, manifest: Path | None = None) -> None:
    """Listen to each command. `manifest`: left out, ours. Raise `BadDeclaration` where rows and files differ."""
    rows = set(command_rows(manifest or manifest_file()))
    files = {f"/{module.name}": module.name for module in iter_modules(__path__)}
    for command in sorted(rows - set(files)):
        raise BadDeclaration(f"manifest.json names {command}, and handlers/slack/commands has no file for it")
    for command in sorted(set(files) - rows):
        raise BadDeclaration(f"handlers/slack/commands/{files[command]}.py has no row {command} in manifest.json")
    for command, name in files.items():
        app.command(command)(_listener(import_module(f"{__name__}.{name}").hear, slack))


def _listener(hear: Hear, slack: SlackContext) -> Callable[[Body, Ack, WebClient], None]:
    # Bolt gives a listener what its parameters are named after.
    def listen(body: Body, ack: Ack, client: WebClient) -> None:
        hear(slack, body, ack, client)

    return listen
