"""Access: whose key a request brings, and whether that source may send one more.

A key that was accepted a while ago is known, by its hash. All others together, and requests without one, have a rate of
their own, so that somebody who tries keys does not keep the sources waiting. Each answer to them is the same.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request

from handlers.web.api.problems import Kind, Problem, unavailable
from handlers.web.api.rates import Rates
from handlers.web.api.work import Work
from workflows.engine.context import Context
from workflows.engine.errors import NotAccepted
from workflows.engine.sources.programs.keys import Caller, caller_of

STRANGERS = 1_200
"""Requests in a minute without a key that is known, of all who send such together."""
_KNOWN = 1_000
"""Keys that are known at once: those that were used last."""
_BEARER = re.compile(r"(?i:bearer) +(csk_[A-Za-z0-9_-]{20,180})")
SEND_A_KEY = "send your key in the header Authorization, after the word Bearer and a space"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="countersign"'}


ContextOf = Callable[[str], Context]
"""Function that returns the context of the team that a key is for; it may ask the database.

Raise `NotAccepted` for a key that is no team's, or `NotServed`.
"""


class NotServed(Exception):
    """The workspace of a key is not served now."""


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """A request that comes from a source."""

    context: Context
    """Of the source's team."""
    caller: Caller
    headers: Mapping[str, str]
    """Headers that tell the source how much it may still send."""


class Access:
    """The keys that are known, and the rates. Only the server's loop uses it."""

    def __init__(self, context_of: ContextOf, work: Work, *, strangers: int = STRANGERS) -> None:
        """Know no key yet. `strangers`: requests in a minute without a known key."""
        self._context_of = context_of
        self._work = work
        self._strangers = strangers
        self._rates = Rates()
        self._known: OrderedDict[str, None] = OrderedDict()

    def admit_stranger(self) -> None:
        """Count a request without a key that is known. Raise `Problem` where there are too many."""
        standing = self._rates.hit("strangers", most=self._strangers)
        if not standing.allowed:
            detail = "too many requests come without an accepted key; wait, and send the key with each"
            raise Problem(Kind.TOO_MANY, detail, headers={"Retry-After": str(standing.reset)})

    async def admit(self, request: Request) -> Admitted:
        """Return whose request it is. Raise `Problem` where nobody's, or where that source has sent too many."""
        key = _key(request)
        known = sha256(key.encode()).hexdigest() if key is not None else None
        if known not in self._known:
            self.admit_stranger()
        if key is None or known is None:
            raise Problem(Kind.NOT_ACCEPTED, SEND_A_KEY, headers=_CHALLENGE)
        try:
            context, caller = await self._caller(key)
        except Problem:
            self._known.pop(known, None)
            raise
        self._know(known)
        standing = self._rates.hit(f"source {caller.source}", most=caller.per_minute)
        if not standing.allowed:
            detail = f"this source may send {caller.per_minute:,} requests a minute; wait {standing.reset} s"
            raise Problem(Kind.TOO_MANY, detail, headers=standing.headers)
        return Admitted(context=context, caller=caller, headers=standing.headers)

    async def still(self, request: Request) -> None:
        """Raise `Problem` where the key of a request that waited is not accepted any more."""
        key = _key(request)
        if key is not None:
            await self._caller(key)

    async def _caller(self, key: str) -> tuple[Context, Caller]:
        def found() -> tuple[Context, Caller]:
            context = self._context_of(key)
            return context, caller_of(context, key)

        try:
            return await self._work.done(found)
        except NotServed as error:
            raise unavailable("the workspace of this key is not served now; send it again later") from error
        except NotAccepted as error:
            raise Problem(
                Kind.NOT_ACCEPTED,
                "this key is not accepted: it is unknown, revoked or expired; ask an operator for another one",
                headers={"WWW-Authenticate": 'Bearer realm="countersign", error="invalid_token"'},
            ) from error

    def _know(self, key: str) -> None:
        self._known[key] = None
        self._known.move_to_end(key)
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)


def _key(request: Request) -> str | None:
    """Return the bearer key of a request; None where it has none, or several."""
    given = request.headers.getlist("authorization")
    found = _BEARER.fullmatch(given[0].strip()) if len(given) == 1 else None
    return found[1] if found is not None else None


def has_key(request: Request) -> bool:
    """Tell whether a request brings something for a key."""
    return "authorization" in request.headers
