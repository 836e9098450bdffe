"""Signatures of requests: whether Slack sent these very bytes, and a short while ago.

Slack signs `v0:TIMESTAMP:BODY` with the app's signing secret. The bytes are verified as they came, before anything of
them is read, and in a time that tells nothing of the right signature.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

WINDOW = 300
"""Seconds by which a request may be old, or ahead of our clock."""
TIMESTAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
"""Headers of a signed request."""
_TIMESTAMP = re.compile("[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile("v0=[0-9a-f]{64}", re.ASCII)


class NotSigned(Exception):
    """A request is not signed as Slack signs. The message says how, in our words."""


def timestamp_in(timestamps: Sequence[str], signatures: Sequence[str], *, now: float) -> tuple[str, str]:
    """Return the timestamp and the signature that the headers hold. Raise `NotSigned`, also for one that is too old."""
    if len(timestamps) != 1 or len(signatures) != 1:
        raise NotSigned("it has to have one timestamp and one signature")
    if not _TIMESTAMP.fullmatch(timestamps[0]) or not _SIGNATURE.fullmatch(signatures[0]):
        raise NotSigned("its timestamp or its signature cannot be read")
    if abs(now - int(timestamps[0])) > WINDOW:
        raise NotSigned("its timestamp is more than five minutes off")
    return timestamps[0], signatures[0]


def verify(secrets: Sequence[str], timestamp: str, signature: str, body: bytes) -> None:
    """Raise `NotSigned` where a signature is not that of a body by one of these secrets."""
    # All are compared: the time tells nothing of which one it was.
    right = [hmac.compare_digest(signed(secret, timestamp, body), signature) for secret in secrets]
    if not any(right):
        raise NotSigned("its signature is not right")


def signed(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body."""
    return f"v0={hmac.new(secret.encode(), f'v0:{timestamp}:'.encode() + body, hashlib.sha256).hexdigest()}"
