"""Secrets that sign what a source is sent: derived from a key of the operator, and kept in no row.

Each source has its own, so that none can sign in the name of another. Rotation derives the next one; the one before
signs beside it for a day. With another key of the operator all change; the former key signs too as long as it is set.
"""

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workflows.engine.sources.programs.settings import ApiSettings

OVERLAP = timedelta(hours=24)
"""Time for which the secret before the last rotation signs too."""
_KEY = 32
"""Bytes of a key, and of a secret."""
_MOST_KEYS = 2
_LABEL = "countersign webhook secret v1"


@dataclass(frozen=True, kw_only=True)
class WebhookKeys:
    """The keys of the operator: the present one, and the former one while it is replaced."""

    keys: tuple[bytes, ...] = field(repr=False)
    """One or two of 32 bytes each."""
    seed: str = field(repr=False)
    """The team's secret, so that two teams with one key have other secrets."""

    def secrets(self, source: int, settings: ApiSettings, *, at: datetime) -> Sequence[str]:
        """Return the secrets that sign for a source at a time, its present one first, each as `whsec_...`."""
        versions = [settings.secret_version]
        rotated = settings.secret_rotated_at
        if rotated is not None and at - rotated < OVERLAP and settings.secret_version > 1:
            versions.append(settings.secret_version - 1)
        return [_secret(key, self.seed, source, version) for key in self.keys for version in versions]


def webhook_keys(text: str) -> tuple[bytes, ...]:
    """Read one or two keys, separated by commas, each of 32 bytes as hex digits or base64.

    Raise `ValueError`, which quotes nothing of the text.
    """
    written = [part.strip() for part in text.split(",")]
    keys = tuple(found for part in written if (found := _key(part)) is not None)
    if len(keys) != len(written) or not 1 <= len(keys) <= _MOST_KEYS:
        raise ValueError("has to be a key of 32 bytes, as 64 hex digits or base64; two with a comma while replacing it")
    return keys


def _key(text: str) -> bytes | None:
    try:
        found = bytes.fromhex(text) if len(text) == 2 * _KEY else b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return found if len(found) == _KEY else None


def _secret(key: bytes, seed: str, source: int, version: int) -> str:
    of = "\n".join((_LABEL, seed, str(source), str(version)))
    return "whsec_" + b64encode(hmac.digest(key, of.encode(), "sha256")).decode()
