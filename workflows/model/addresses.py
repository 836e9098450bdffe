"""The addresses to which a secret may be sent."""

from urllib.parse import urlsplit


def safe_url(value: str) -> str:
    """Return a URL to which a secret can be sent. Raise `ValueError` for any other."""
    url = urlsplit(value)
    on_this_machine = url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost", "::1")
    if not url.hostname or (url.scheme != "https" and not on_this_machine):
        raise ValueError("has to be an https URL, or http on this machine: a secret and the cases are sent there")
    return value
