"""The chain of seals: each has the hash of the one before in its own, so none can be changed alone. Pure."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from workflows.engine.proof.audit_form import canonical
from workflows.engine.proof.merkle import root_of

NOTHING_BEFORE = "0" * 64
"""In place of the head before the first seal's."""
MOST_ROWS = 4_096
"""Most rows of one seal: so many are held in memory at once, here and where they are verified."""
_LEAF = 32
_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class SealRecord:
    """A seal as it is kept. One that somebody altered may hold anything that its types allow."""

    team: int
    number: int
    previous: str
    count: int
    last_row: int
    root: str
    sealed_at: str
    """Time in UTC to the microsecond, such as 2026-11-20T09:00:00.000000Z."""
    row_ids: Sequence[int]
    leaves: Sequence[bytes]
    head: str
    key_id: str | None
    signature: str | None


def head_of(seal: SealRecord) -> str:
    """Return the head of a seal: SHA-256 over the canonical form of its header, as hex digits."""
    header = {
        "v": _VERSION,
        "team": seal.team,
        "number": seal.number,
        "previous": seal.previous,
        "count": seal.count,
        "last_row": seal.last_row,
        "root": seal.root,
        "sealed_at": seal.sealed_at,
    }
    return sha256(canonical(header)).hexdigest()


def is_in_itself_right(seal: SealRecord) -> bool:
    """Tell whether the parts of a seal fit each other: its rows, their leaves, the root and the head."""
    ids = seal.row_ids
    return (
        0 < seal.count == len(ids) == len(seal.leaves)
        and all(earlier < later for earlier, later in pairwise(ids))
        and seal.last_row == ids[-1]
        and seal.root == root_of(seal.leaves).hex()
        and seal.head == head_of(seal)
    )


def packed_ids(ids: Sequence[int]) -> bytes:
    """Return ids in 8 bytes each, big-endian."""
    return struct.pack(f">{len(ids)}q", *ids)


def unpacked_ids(packed: bytes) -> Sequence[int]:
    """Return ids from their 8 bytes each. Raise `ValueError` for anything else."""
    if len(packed) % 8:
        raise ValueError("ids have 8 bytes each")
    return struct.unpack(f">{len(packed) // 8}q", packed)


def unpacked_leaves(packed: bytes) -> Sequence[bytes]:
    """Return leaves from their 32 bytes each. Raise `ValueError` for anything else."""
    if len(packed) % _LEAF:
        raise ValueError("leaves have 32 bytes each")
    return [packed[place : place + _LEAF] for place in range(0, len(packed), _LEAF)]
