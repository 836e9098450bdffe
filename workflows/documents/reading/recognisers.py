"""The program that recognises text in pictures, where it is installed."""

import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_LANGUAGES = ("deu", "eng", "fra", "ita", "spa", "nld", "por", "pol")
"""Languages that are recognised together, as far as they are installed; the first ones come first."""
_MOST_LANGUAGES = 4
_PATIENCE = 20.0
"""Seconds in which the program has to name its languages."""


@dataclass(frozen=True, kw_only=True)
class Recogniser:
    """The program, with the languages that it reads."""

    program: str
    """Its path."""
    languages: tuple[str, ...]


@lru_cache(maxsize=1)
def recogniser() -> Recogniser | None:
    """Return the `tesseract` that is found on PATH; None where there is none, or none of its languages is ours."""
    found = shutil.which("tesseract")
    if found is None or not Path(found).is_absolute():
        return None
    try:
        said = subprocess.run(  # noqa: S603 (a program that the operator installed)
            [found, "--list-langs"], capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    installed = set(said.stdout.decode(errors="replace").split())
    languages = tuple(one for one in _LANGUAGES if one in installed)[:_MOST_LANGUAGES]
    return Recogniser(program=found, languages=languages) if languages else None
