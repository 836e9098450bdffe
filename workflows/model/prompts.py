"""Prompts are files beside the workflow, and a prompt's version is the hash of what the model is told."""

import re
from hashlib import sha256
from pathlib import Path

from workflows.model.port import Prompt

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.md")


class BadPrompt(ValueError):
    """A prompt's name or file cannot be used."""


def load_prompt(folder: Path, name: str) -> Prompt:
    """Read a prompt from its folder.

    Raise `BadPrompt` for a name that is not a plain file name, a file outside the folder, or one that cannot be read.
    """
    if not _NAME.fullmatch(name):
        raise BadPrompt(f"{name!r} is no prompt's name: lower-case letters, digits, - and _, ending in .md")
    path = folder / name
    try:
        if path.resolve().parent != folder.resolve():
            raise BadPrompt(f"the prompt {name} is not a file in its own folder {folder}")
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadPrompt(f"the prompt {name} cannot be read from {folder}: {error}") from error
    if not text:
        raise BadPrompt(f"the prompt {name} in {folder} is empty")
    return Prompt(name=name, text=text, version=sha256(text.encode()).hexdigest()[:12])
