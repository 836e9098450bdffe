"""The file of settings beside the database: only its owner reads it, and lines are added, never changed."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from bot import settings_file
from workflows.engine.errors import Refused

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=~-]*")
"""Values that every reader of such a file takes as they stand."""
_HEAD = """\
# Settings of Countersign, made by `countersign init`. There are secrets in it: it is for the account that runs serve.
# A path is taken from this folder. The reference in the documentation names every setting.
"""


class EnvFile:
    """The file in a folder, made where it is not there. Raise `OSError`, or `Refused` where others may read it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / settings_file.NAME
        self.is_new = False
        try:
            opened = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if os.name == "posix" and self.path.stat().st_mode & 0o077:
                raise Refused(
                    f"others on this machine can use {self.path}, which is for secrets: chmod 600 {self.path}, and "
                    "check its content"
                ) from None
        else:
            self.is_new = True
            with os.fdopen(opened, "w", encoding="utf-8") as written:
                written.write(_HEAD)

    @property
    def values(self) -> Mapping[str, str]:
        """The settings that stand in it, as they are written."""
        from dotenv import dotenv_values

        found = dotenv_values(self.path, encoding="utf-8-sig", interpolate=False)
        return {name: value for name, value in found.items() if value}

    def add(self, values: Mapping[str, str]) -> None:
        """Add those that are not there yet, and see them on the disk."""
        there = self.values
        lines = [f"{name}={_written(value)}\n" for name, value in values.items() if name not in there]
        if not lines:
            return
        is_whole = self.path.read_bytes().endswith(b"\n")
        with self.path.open("a", encoding="utf-8") as written:
            written.write(("" if is_whole else "\n") + "".join(lines))
            written.flush()
            os.fsync(written.fileno())


def _written(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    if "\n" in value or "\r" in value:
        raise Refused("a setting has a line break in it, which no file of settings can hold")
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
