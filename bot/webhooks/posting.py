"""One request to a receiver: to a checked address, without redirects, within its time; of the answer only the status.

The address comes from whoever set the source up, and its name may lead anywhere by the time of the request. So each
attempt looks the name up, checks every address and connects to the very address that was checked; see
`workflows.tools.http.connections`.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import httpx2

from workflows.errors import NotDone, TryAgain
from workflows.retry_after import seconds_asked
from workflows.tools.deadlines import within
from workflows.tools.http.addresses import Allowed, Resolve, resolve
from workflows.tools.http.connections import CheckedTransport

SECONDS = 15.0
"""Seconds that a receiver has for all of its answer."""
_ASKS_TO_WAIT = (429, 503)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer of a receiver, or the reason why there is none."""

    code: str
    """`http_` with the status; a word where there was no answer."""
    taken: bool
    after: timedelta | None = None
    """Time that the receiver asked to wait."""


class Poster:
    """Requests to receivers."""

    def __init__(self, *, ask: Resolve = resolve, tls: ssl.SSLContext | None = None, seconds: float = SECONDS) -> None:
        """Open no connection yet.

        `ask`: the addresses of a host. `tls`: the trusted certificates; None: those that httpx2 trusts.
        """
        self._ask = ask
        self._given = tls
        self._seconds = seconds

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Reading the certificates takes 0.1 s, so each request does not.
        tls = self._given or httpx2.create_ssl_context(trust_env=False)
        tls.set_alpn_protocols(["http/1.1"])
        return tls

    def post(self, address: str, body: bytes, headers: Mapping[str, str], *, private: bool, now: datetime) -> Answer:
        """Send a request, and return what came of it. `private`: the address may be a private one, or plain HTTP."""
        url = httpx2.URL(address)
        if url.scheme != "https" and not private:
            return _none("not_encrypted")
        may = may_reach(url.host) if private else Allowed()
        request = httpx2.Request("POST", url, headers=dict(headers), content=body)
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        transport = CheckedTransport(may=may, ask=self._ask, connections=1, tls=self._tls)
        try:
            with within(self._seconds):
                response = transport.handle_request(request)
                # Its body tells us nothing, and may be endless.
                response.close()
        except NotDone:
            return _none("private_address")
        except TryAgain:
            return _none("no_such_host")
        except httpx2.TimeoutException:
            return _none("timed_out")
        except httpx2.ConnectError as error:
            return _none("bad_certificate" if _is_about_tls(error) else "not_reached")
        except (httpx2.HTTPError, OSError, ValueError):
            return _none("no_answer")
        finally:
            transport.close()
        return _answered(response, now=now)


def may_reach(host: str) -> Allowed:
    """Return what is allowed where a receiver may have a private address: its own host, and nothing link-local.

    A host is allowed as a name, also where it is written as a number: a network would be allowed whole, with all in it.
    """
    return Allowed(hosts=frozenset({host.lower().rstrip(".")}))


def _none(code: str) -> Answer:
    return Answer(code=code, taken=False)


def _answered(response: httpx2.Response, *, now: datetime) -> Answer:
    status, after = response.status_code, None
    if status in _ASKS_TO_WAIT and "retry-after" in response.headers:
        asked = seconds_asked(response.headers["retry-after"], date=response.headers.get("date", ""), now=now)
        after = timedelta(seconds=asked) if asked is not None else None
    return Answer(code=f"http_{status}", taken=200 <= status < 300, after=after)


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
