"""The secrets with which a vendor is asked: checked before they are used, and masked in what a server says."""

import re
from collections.abc import Iterable
from threading import Lock

from pydantic import SecretStr

from workflows.model.port import ModelUnavailable, NoAnswer

LEAST_SECRET = 16
"""Fewest characters of a key that is masked in a server's text. A shorter key is no secret, and could be part of any
word.
"""
_MASK = "[API key]"
_REMEMBERED = 16
"""Most tokens that are remembered beside the keys: each is replaced within hours."""


class Keys:
    """The secrets of one vendor. Threads may share it."""

    def __init__(self, *keys: SecretStr | None) -> None:
        """`keys`: those of the settings. Raise `ModelUnavailable` for an impossible one."""
        self._keys = [key.get_secret_value() for key in keys if key is not None]
        if not all(re.fullmatch(r"[!-~]+", key) for key in self._keys):
            # Such a key fails inside the HTTP library, which quotes it in its error.
            raise ModelUnavailable(
                "The API key for the model is empty, or holds a space or another odd character.",
                no_answer=NoAnswer.ACCOUNT,
            )
        self._tokens: dict[str, None] = {}
        self._lock = Lock()

    def remember(self, tokens: Iterable[str]) -> None:
        """Mask these, too: tokens that a library fetched in exchange for a key."""
        with self._lock:
            for token in tokens:
                self._tokens.pop(token, None)
                self._tokens[token] = None
            while len(self._tokens) > _REMEMBERED:
                del self._tokens[next(iter(self._tokens))]

    def masked(self, text: str) -> str:
        """Return a text without the secrets, because a server can quote its request."""
        with self._lock:
            secrets = [*self._keys, *self._tokens]
        # The longest first: a secret may be a part of another.
        for secret in sorted(secrets, key=len, reverse=True):
            if len(secret) >= LEAST_SECRET:
                text = text.replace(secret, _MASK)
        return text
