"""The file of heads: where an outsider keeps them, JSON lines that are only ever added.

A line for each seal would be tens of thousands a day, and each head stands for all rows before it. So there is a line
a minute at most while rows are sealed, and the head of a quiet time once.
"""

import json
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from store.db import failpoints
from store.db.failpoints import Failpoint
from store.governance import seals
from workflows.engine.context import Context
from workflows.engine.proof.kept import moment
from workflows.engine.proof.known_heads import MOST_BYTES, KnownHead, known_head

EVERY = timedelta(minutes=1)
"""Time between two lines, at least."""


class HeadFile:
    """A file to which the newest head is added again and again."""

    def __init__(self, context: Context, file: Path) -> None:
        """Open nothing yet."""
        self._context = context
        self._file = file
        self._published: str | None = None
        """The head that was added last; None where the file was not looked at yet."""
        self._next: datetime | None = None

    def publish(self) -> bool:
        """Add the newest head where it is not there and the last one is old enough; tell whether it was added.

        Raise `OSError` where the file cannot be written.
        """
        now = self._context.clock()
        if self._next is not None and now < self._next <= now + EVERY:
            return False
        with self._context.database.read() as session:
            newest = seals.newest(session, team=self._context.team)
        if self._published is None:
            last = _last_lines(self._file)[-1:]
            self._published = last[0].head if last and last[0] is not None else ""
        if newest is None or newest.head == self._published:
            return False
        line = {
            "team": self._context.team,
            "number": newest.number,
            "head": newest.head,
            "last_row": newest.last_row,
            "sealed_at": moment(newest.sealed_at),
            "key_id": newest.key_id,
            "signature": newest.signature,
        }
        failpoints.before(Failpoint.SEAL, "published")
        _append(self._file, json.dumps(line))
        failpoints.after(Failpoint.SEAL, "published")
        self._published, self._next = newest.head, now + EVERY
        return True


def _append(file: Path, line: str) -> None:
    """Add a line, on the disk when this returns. After one that was cut off a new one begins."""
    with file.open("ab+") as out:
        size = out.seek(0, os.SEEK_END)
        whole = size == 0 or _last_byte(file) == b"\n"
        out.write(b"" if whole else b"\n")
        out.write(line.encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())


def _last_byte(file: Path) -> bytes:
    with file.open("rb") as kept:
        kept.seek(-1, os.SEEK_END)
        return kept.read(1)


def _last_lines(file: Path) -> Sequence[KnownHead | None]:
    """Return what the last lines of a file tell, one for each: a head, or None. Raise `OSError`."""
    try:
        with file.open("rb") as kept:
            kept.seek(max(0, kept.seek(0, os.SEEK_END) - 2 * MOST_BYTES))
            return [known_head(line) for line in kept.read().splitlines()]
    except FileNotFoundError:
        return []


def missing_head(context: Context, file: Path) -> KnownHead | None:
    """Return the last head that was published in a file, where it is not in the chain; None where all is well.

    Then the database is older than what was published of it: a backup that was put in place and not marked as one. A
    head from before the last restore that was reported is expected to be missing. Raise `OSError`, or
    `store.db.database.Unavailable`.
    """
    ours = [head for head in _last_lines(file) if head is not None and head.team in (None, context.team)]
    if not ours:
        return None
    last, restored_at = ours[-1], context.restores.at
    with context.database.read() as session:
        if seals.head_at(session, team=context.team, number=last.number) == last.head:
            return None
    was_reported = restored_at is not None and last.sealed_at is not None and last.sealed_at <= moment(restored_at)
    return None if was_reported else last
