"""The key that signs heads (Ed25519), and its public half, with which anybody checks them. Pure."""

import binascii
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256

_KEY = 32
"""Bytes of a key, of either half."""
_SIGNED = b"countersign seal v1\x00"
"""Stands before the head in what is signed, so that a signature means this and nothing else."""


class BadKey(ValueError):
    """A text is not a key. The message says what one is, and never quotes the text."""


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """The public half of a key."""

    raw: bytes

    @property
    def text(self) -> str:
        """The key as hex digits."""
        return self.raw.hex()

    @property
    def id(self) -> str:
        """Its fingerprint: SHA-256 over the key, as hex digits."""
        return sha256(self.raw).hexdigest()

    def signed(self, head: str, signature: str) -> bool:
        """Tell whether a signature is this key's, of this head."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(bytes.fromhex(signature), _SIGNED + bytes.fromhex(head))
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A key that signs heads. Its text is never shown."""

    raw: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.public.id})"

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return PublicKey(raw=Ed25519PrivateKey.from_private_bytes(self.raw).public_key().public_bytes_raw())

    def sign(self, head: str) -> str:
        """Return the signature of a head, as hex digits."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.raw).sign(_SIGNED + bytes.fromhex(head)).hex()


def signing_key(text: str) -> SigningKey:
    """Return the key that a text is. Raise `BadKey`."""
    return SigningKey(raw=_bytes_of(text))


def public_key(text: str) -> PublicKey:
    """Return the public key that a text is. Raise `BadKey`."""
    return PublicKey(raw=_bytes_of(text))


def _bytes_of(text: str) -> bytes:
    """Return the 32 bytes of a text of hex digits, or of base64."""
    said = text.strip()
    try:
        found = bytes.fromhex(said) if len(said) == 2 * _KEY else b64decode(said, validate=True)
    except (ValueError, binascii.Error):
        found = b""
    if len(found) != _KEY:
        raise BadKey(f"a key is {_KEY} bytes: {2 * _KEY} hex digits, or base64; countersign seal key makes one")
    return found
