"""Bot tokens at rest: encrypted with keys of the operator, and bound to their workspace.

Fernet: AES-128 in CBC mode with an HMAC of SHA-256 (https://github.com/fernet/spec). The first key encrypts; each one
decrypts, so that a key can be replaced while processes serve. What is encrypted names its workspace: a row that is put
in the place of another opens nothing. Before it stands the fingerprint of its key, so that an operator sees which keys
are still needed.
"""

import json
import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.settings import Settings
from workflows.engine.errors import Refused

log = structlog.get_logger()

MOST_KEYS = 5
_LARGEST_FILE = 10_000
"""Bytes of a file of keys."""
_SETTING, _COMMENT = "COUNTERSIGN_TOKEN_KEYS=", "#"
"""Beginnings of the lines that `countersign workspace key` prints: they may be put into the file as they are."""
_BETWEEN = "."
"""Stands between the fingerprint of a key and what it encrypted; neither holds it."""


class BadKeys(Refused):
    """A text holds no keys. The message says what they are, and never quotes the text."""


class Unreadable(Refused):
    """No key opens a token, or it belongs to another workspace. The message says what to do."""


class Vault:
    """The keys that encrypt tokens."""

    def __init__(self, keys: str) -> None:
        """Take the keys, separated by commas or lines, the one that encrypts first. Raise `BadKeys`."""
        written = [part.strip() for part in keys.replace("\n", ",").split(",") if part.strip()]
        try:
            self._keys = [Fernet(one) for one in written]
        except ValueError:
            self._keys = []
        if not 1 <= len(self._keys) <= MOST_KEYS:
            raise BadKeys(
                "has to be a key of 32 bytes in base64, as `countersign workspace key` makes one; "
                f"up to {MOST_KEYS} with commas while one is replaced, the new one first"
            ) from None
        self._all = MultiFernet(self._keys)
        self.ids: Sequence[str] = [sha256(one.encode()).hexdigest()[:8] for one in written]
        """Fingerprint of each key, by which people tell them apart."""

    def seal(self, workspace: str, token: str) -> str:
        """Encrypt the token of a workspace with the first key."""
        return f"{self.ids[0]}{_BETWEEN}{self._all.encrypt(json.dumps([workspace, token]).encode()).decode()}"

    def open(self, workspace: str, sealed: str) -> str:
        """Return the token of a workspace. Raise `Unreadable`."""
        id, _, encrypted = sealed.partition(_BETWEEN)
        try:
            named, token = json.loads(self._all.decrypt(encrypted))
        except (InvalidToken, ValueError):
            do = "install the app there anew"
            if id in self.ids:
                raise Unreadable(f"the token kept for {workspace} is not as it was encrypted: {do}") from None
            raise Unreadable(
                f"no key opens the token of {workspace}, which the key {id} encrypted: put that key back among the "
                f"keys of tokens, or {do}"
            ) from None
        if named != workspace:
            raise Unreadable(f"the token kept for {workspace} is another workspace's: install the app there anew")
        return str(token)

    def needs_anew(self, sealed: str) -> bool:
        """Tell whether another key than the first one encrypted a token."""
        return key_id(sealed) != self.ids[0]


def key_id(sealed: str) -> str:
    """Return the fingerprint of the key that encrypted a token."""
    return sealed.partition(_BETWEEN)[0]


def new_key() -> str:
    """Return a new key."""
    return Fernet.generate_key().decode()


class TokenKeys:
    """The keys as the settings name them: a file is read again when it changes, so nobody has to start anew."""

    def __init__(self, settings: Settings) -> None:
        """Read them. Raise `BadKeys` where there are none, or some that are none."""
        self._lock = Lock()
        self._file = settings.token_keys_file
        if settings.token_keys is not None and self._file is not None:
            raise BadKeys("COUNTERSIGN_TOKEN_KEYS and COUNTERSIGN_TOKEN_KEYS_FILE are both set: unset one of them")
        if settings.token_keys is not None:
            try:
                self._vault = Vault(settings.token_keys.get_secret_value())
            except BadKeys as error:
                raise BadKeys(f"COUNTERSIGN_TOKEN_KEYS {error}") from None
        elif self._file is not None:
            self._state = _state(self._file)
            self._vault = _read(self._file)
        else:
            raise BadKeys(
                "COUNTERSIGN_TOKEN_KEYS is not set, so no token of a workspace can be kept: `countersign workspace "
                "key` makes a key"
            )

    @property
    def vault(self) -> Vault:
        """The keys now. Where the file became unusable, those that were read last; the log says so."""
        if self._file is None:
            return self._vault
        with self._lock:
            self._look(self._file)
            return self._vault

    def _look(self, file: Path) -> None:
        state = _state(file)
        if state == self._state:
            return
        self._state = state
        try:
            self._vault = _read(file)
            log.info("token_keys.read", first=self._vault.ids[0], keys=len(self._vault.ids))
        except BadKeys as error:
            log.error("token_keys.unusable", why=str(error), still=self._vault.ids[0])


def keys_if_set(settings: Settings) -> TokenKeys | None:
    """Return the keys; None where none are set. Raise `BadKeys` for some that are none."""
    is_set = settings.token_keys is not None or settings.token_keys_file is not None
    return TokenKeys(settings) if is_set else None


def _read(file: Path) -> Vault:
    """Read keys from a file. Raise `BadKeys`, which quotes nothing of it."""
    named = f"COUNTERSIGN_TOKEN_KEYS_FILE {file}"
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_FILE)
        return Vault("\n".join(_keys_in(content.decode("ascii"))))
    except OSError as error:
        raise BadKeys(f"{named}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise BadKeys(f"{named} is no text file with keys") from None
    except BadKeys as error:
        raise BadKeys(f"{named} {error}") from None


def _keys_in(text: str) -> Iterator[str]:
    """Yield the lines that hold keys, without what is beside these."""
    for line in text.splitlines():
        if not line.lstrip().startswith(_COMMENT):
            yield line.strip().removeprefix("export ").removeprefix(_SETTING)


def _state(file: Path) -> Sequence[int] | None:
    """Return by what a changed file differs; None where it cannot be looked at."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
