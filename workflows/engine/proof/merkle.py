"""The root of a Merkle tree (RFC 6962, section 2.1): one hash that stands for many rows in their order. Pure."""

from collections.abc import Sequence
from hashlib import sha256


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree over these leaves, which are hashes already. Raise `ValueError` where there is none.

    RFC 6962 splits at the greatest power of two; from the leaves up that is the same as pairs, where a last one without
    a partner goes up as it is.
    """
    if not leaves:
        raise ValueError("a tree needs a leaf")
    level = list(leaves)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)  # the odd one follows by itself
        level = [*(sha256(b"\x01" + left + right).digest() for left, right in pairs), *odd]
    return level[0]
