"""Shares of a workflow's cases: whether a case is of the share of a version beside the live one. Pure."""

from hashlib import sha256


def in_share(deployment: int, case: int, share: float) -> bool:
    """Tell whether a case is of the share of a deployment, from 0 to 1.

    It follows from both ids, so all processes say the same, and a larger share contains a smaller one.
    """
    drawn = int.from_bytes(sha256(f"{deployment} {case}".encode()).digest()[:7]) / (1 << 56)
    return drawn < share
