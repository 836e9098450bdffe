"""One receipt in a file from anywhere, to be checked without the database. Pure, but for reading the file."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflows.engine.proof.receipts.checking import Findings, check, unreadable

LONGEST_RECEIPT = 16_000_000
"""Most bytes of a receipt: with content it holds the texts of each decided run of a case."""
_BEGINS = re.compile(rb"\s*\{\s*\"countersign\"")


def check_file(file: Path) -> Findings | None:
    """Check the receipt in a file; None where it is none, but perhaps an export. Raise `OSError`."""
    read = read_file(file)
    match read:
        case None | Findings():
            return read
        case _:
            return check(read)


def read_file(file: Path) -> Mapping[str, object] | Findings | None:
    """Return the JSON of the receipt in a file, or why it cannot be read; None where it is none. Raise `OSError`."""
    with file.open("rb") as opened:
        raw = opened.read(LONGEST_RECEIPT + 1)
    begins = _BEGINS.match(raw) is not None
    if len(raw) > LONGEST_RECEIPT:
        return unreadable([f"it is longer than {LONGEST_RECEIPT:,} bytes"]) if begins else None
    try:
        # An export has more than one line, so it is no JSON as a whole.
        read = json.loads(raw, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return unreadable([str(error) if isinstance(error, _NotAsMeant) else "it is not JSON"]) if begins else None
    return read if isinstance(read, dict) and "countersign" in read else None


class _NotAsMeant(ValueError):
    """JSON that can be read in two ways, or in none."""


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:  # Any: JSON from anywhere
    read = dict(pairs)
    if len(read) < len(pairs):
        raise _NotAsMeant("a name is there twice")
    return read


def _no_number(_: str) -> object:
    raise _NotAsMeant("it holds a number that is none")
