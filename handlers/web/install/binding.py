"""The binding of an OAuth exchange to one browser: a cookie, and the state that follows from it.

The cookie holds the secret of the invitation and random bytes; the state that Slack hands back is a hash of both. So
the state tells nobody the secret, and a link to Slack that somebody else prepared leads to nothing in this browser.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

_NAME = "countersign-install"
_FORM = re.compile(r"([0-9A-Za-z_-]{1,100})\.([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Binding:
    """An exchange that was begun in a browser."""

    secret: str
    """Of the invitation."""
    nonce: str

    @property
    def oauth_state(self) -> str:
        """The state that Slack hands back."""
        return sha256(f"state of {self.secret}.{self.nonce}".encode()).hexdigest()

    @property
    def cookie(self) -> str:
        """The value of the cookie."""
        return f"{self.secret}.{self.nonce}"

    def fits(self, oauth_state: str) -> bool:
        """Tell whether Slack's answer belongs to this browser."""
        return compare_digest(self.oauth_state.encode(), oauth_state.encode())


def cookie_name(*, over_tls: bool) -> str:
    """Return the name of the cookie. With this prefix no other host of the domain can set it, and none sees it."""
    return f"__Host-{_NAME}" if over_tls else _NAME


def bound(cookies: Mapping[str, str], *, over_tls: bool) -> Binding | None:
    """Return the exchange that a browser began; None where it began none."""
    found = _FORM.fullmatch(cookies.get(cookie_name(over_tls=over_tls), ""))
    return None if found is None else Binding(secret=found[1], nonce=found[2])


def begun(secret: str, before: Binding | None) -> Binding:
    """Return the exchange of an invitation. One that was begun goes on: the page may be open twice."""
    if before is not None and compare_digest(before.secret.encode(), secret.encode()):
        return before
    return Binding(secret=secret, nonce=secrets.token_hex(16))
