"""Heads that somebody keeps elsewhere, as JSON lines or as NUMBER:HASH. Pure."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 4_096
"""Most bytes of a line of a file of heads."""
_GIVEN = re.compile(r"(?:seal\s*)?([1-9][0-9]{0,17})\s*:\s*([0-9a-fA-F]{64})")


@dataclass(frozen=True, kw_only=True)
class KnownHead:
    """A head that somebody kept."""

    number: int
    head: str
    sealed_at: str | None = None
    """Time of its seal as it was sealed; None where nobody noted it."""
    team: int | None = None
    """Team of its chain; None where nobody noted it."""


class NoHead(ValueError):
    """A head is NUMBER:HASH, the number of its seal and 64 hex digits, as it stands in the channel or the file."""


def given_head(text: str) -> KnownHead:
    """Return the head that somebody typed. Raise `NoHead`."""
    found = _GIVEN.fullmatch(text.strip())
    if found is None:
        raise NoHead(str(NoHead.__doc__))
    return KnownHead(number=int(found[1]), head=found[2].lower())


def heads_in(file: Path) -> Iterator[KnownHead | None]:
    """Yield the heads of a file; None for a line that is none. Raise `OSError`."""
    with file.open("rb") as kept:
        while line := kept.readline(MOST_BYTES):
            if line.strip():
                yield known_head(line)


def known_head(line: bytes) -> KnownHead | None:
    """Return the head that a line tells; None where it tells none."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    number, head, at = said.get("number"), said.get("head"), said.get("sealed_at")
    if type(number) is not int or not isinstance(head, str) or not (at is None or isinstance(at, str)):
        return None
    team = said.get("team")
    return KnownHead(number=number, head=head.lower(), sealed_at=at, team=team if type(team) is int else None)
