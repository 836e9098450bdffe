"""Files of pulled tests. None is written over another, and none where a link leads, unless that is asked for."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from workflows.engine.errors import Refused

FOLDER = Path("tests")
"""Folder of a test that names no file."""


def write(files: Mapping[Path, str], *, force: bool) -> None:
    """Write files, all or none. `force`: in the place of what is there.

    Raise `Refused` where one is there already, or cannot be written.
    """
    there = [path for path in files if os.path.lexists(path)]
    if there and not force:
        raise Refused(
            f"{there[0]} is there already; nothing was written. --force writes over it, --to names another file"
        )
    made: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if force:
                _replace(path, text)
            else:
                with path.open("x", encoding="utf-8", newline="\n") as file:
                    made.append(path)
                    file.write(text)
    except (OSError, ValueError) as error:
        for path in made:
            with suppress(OSError):
                path.unlink()
        said = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise Refused(f"{path}: {said}; nothing was written") from error


def _replace(path: Path, text: str) -> None:
    """Write a file beside the old one, and put it in its place at once: a link is replaced, and not followed."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8") as file:
        try:
            file.write(text)
            file.close()
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
