"""Bot tokens at rest: encrypted with keys of the operator, and bound to their workspace.

Fernet: AES-128 in CBC mode with an HMAC of SHA-256 (https://github.com/fernet/spec). The first key encrypts; each one
decrypts, so that a key can be replaced while processes serve. What is encrypted names its workspace: a row that is put
in the place of another opens nothing.
"""

import json
from collections.abc import Sequence
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_MOST_KEYS = 5


class BadKeys(ValueError):
    """A text holds no keys. The message says what they are, and never quotes the text."""


class Unreadable(ValueError):
    """No key opens a token, or it belongs to another workspace. The message says what to do."""


class Vault:
    """The keys that encrypt tokens."""

    def __init__(self, keys: str) -> None:
        """Take the keys, separated by commas, the one that encrypts first. Raise `BadKeys`."""
        written = [part.strip() for part in keys.replace("\n", ",").split(",") if part.strip()]
        try:
            self._keys = [Fernet(one) for one in written]
        except ValueError:
            self._keys = []
        if not 1 <= len(self._keys) <= _MOST_KEYS:
            raise BadKeys(
                "has to be a key of 32 bytes in base64, as `countersign workspace key` makes one; "
                f"up to {_MOST_KEYS} with commas while one is replaced, the new one first"
            ) from None
        self._all = MultiFernet(self._keys)
        self.ids: Sequence[str] = [sha256(one.encode()).hexdigest()[:8] for one in written]
        """Fingerprint of each key, by which people tell them apart."""

    def seal(self, workspace: str, token: str) -> str:
        """Encrypt the token of a workspace with the first key."""
        return self._all.encrypt(json.dumps([workspace, token]).encode()).decode()

    def open(self, workspace: str, sealed: str) -> str:
        """Return the token of a workspace. Raise `Unreadable`."""
        try:
            named, token = json.loads(self._all.decrypt(sealed))
        except (InvalidToken, ValueError):
            raise Unreadable(
                f"no key in COUNTERSIGN_TOKEN_KEYS opens the token of {workspace}: add the key that encrypted it, or "
                "install the app there anew"
            ) from None
        if named != workspace:
            raise Unreadable(f"the token kept for {workspace} is another workspace's: install the app there anew")
        return str(token)

    def needs_anew(self, sealed: str) -> bool:
        """Tell whether another key than the first one encrypted a token."""
        try:
            self._keys[0].decrypt(sealed)
        except InvalidToken:
            return True
        return False


def new_key() -> str:
    """Return a new key."""
    return Fernet.generate_key().decode()
