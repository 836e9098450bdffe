"""The manifest of the Slack app: where it lies, and the commands that it names."""

import json
from collections.abc import Sequence
from pathlib import Path

_NAME = "manifest.json"


def manifest_file() -> Path:
    """Return the file: beside this one where Countersign is installed, at the top of the repository in a checkout."""
    beside = Path(__file__).with_name(_NAME)
    return beside if beside.is_file() else Path(__file__).parents[2] / _NAME


def command_rows(file: Path) -> Sequence[str]:
    """Return the slash commands that a manifest names, each with its slash."""
    return [row["command"] for row in json.loads(file.read_text("utf-8"))["features"]["slash_commands"]]
