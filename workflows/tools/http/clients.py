"""The HTTP client for steps. It turns every failure into one of the errors that the engine knows.

    TryAgain        not reached; 425, 429; a question (GET, HEAD, OPTIONS) that got no answer, 408 or 5xx
    OutcomeUnknown  any other request whose answer is late, cut off, too large, 408, 5xx, 301, 302 or 303
    NotConfirmed    the same for a request with an idempotency key: sent again under it, it is done only once
    NotAllowed      401, also with a new token where the client can get one
    NotDone         any other 4xx, a redirect, an address that may not be contacted
    OutputBroken    done, but the answer does not have the agreed form

No message, and no cause of an error, holds a header, a query or a token; they are masked in the other side's words.
"""

import json as jsonlib
import re
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from urllib.parse import quote, unquote
from weakref import finalize

import httpx2
from pydantic_core import to_jsonable_python

from workflows.errors import BadDeclaration, CountersignError, NotAllowed, NotDone, OutcomeUnknown, TryAgain
from workflows.tools import calls, effects
from workflows.tools.calls import Called, CallOutcome
from workflows.tools.deadlines import seconds_left, within
from workflows.tools.http import addresses
from workflows.tools.http.connections import CheckedTransport
from workflows.tools.http.responses import REDIRECTS, Answer, Asked, understood, unsure
from workflows.tools.http.tokens import Token, Tokens

__all__ = ["Answer", "Client", "Token", "client"]

MOST_BYTES = 1024 * 1024
"""Most bytes of an answer. An answer with an error in every byte takes 400 times as much memory while it is read."""
_QUESTIONS = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_REDIRECTS = 5
_OPEN = frozenset({"accept", "accept-encoding", "content-type", "content-length", "host", "idempotency-key"})
"""Headers of a request that a message may show."""
_UPWARDS = re.compile(r"(^|/)(\.|%2e){1,2}(/|$)", re.IGNORECASE)


def client(
    base_url: str | Callable[[], str],
    *,
    name: str = "the other system",
    timeout: float = 10.0,
    total: float = 30.0,
    allow_private: Sequence[str] = (),
    token: Token | None = None,
    headers: Mapping[str, str] | None = None,
    redirects: bool = False,
    most_bytes: int = MOST_BYTES,
    connections: int = 20,
    tls: ssl.SSLContext | None = None,
    resolve: addresses.Resolve = addresses.resolve,
) -> "Client":
    """Make a client of one system, for all threads. Make it once, at module level: nothing is connected yet.

    `base_url`: the URL, or a function that returns it at each request. `name`: the system's name in messages.
    `timeout`: seconds for connecting, and for each read and write; `total`: seconds for a request with its whole
    answer. The `timeout=` of a step holds as well. `allow_private`: addresses, networks and host names that may be
    contacted although they are not of the open internet. `token`: called with False for the present token, and with
    True for a new one after a 401; it is sent as `Authorization: Bearer`. `redirects`: follow the redirects of a
    question that stay with the very same host and port. `most_bytes`: limit of an unpacked answer. `connections`: most
    at once; more requests wait. `tls`: the trusted certificates. `resolve`: looks host names up. Proxies and other
    settings of the environment are not used, and cookies are not kept. Raise `BadDeclaration` for an invalid URL, at
    the request where
    `base_url` is a function.
    """
    if isinstance(base_url, str):
        _url(base_url, name)
    transport = CheckedTransport(may=addresses.allowed(allow_private), ask=resolve, connections=connections, tls=tls)
    return Client(
        base_url,
        name=name,
        timeout=timeout,
        total=total,
        transport=transport,
        tokens=Tokens(token) if token is not None else None,
        headers=headers or {},
        redirects=redirects,
        most_bytes=most_bytes,
    )


class Client:
    """A client of one system, made by `client`."""

    def __init__(
        self,
        base_url: str | Callable[[], str],
        *,
        name: str,
        timeout: float,
        total: float,
        transport: httpx2.BaseTransport,
        tokens: Tokens | None,
        headers: Mapping[str, str],
        redirects: bool,
        most_bytes: int,
    ) -> None:
        self._base_url = base_url
        self._name = name
        self._timeout = timeout
        self._total = total
        self._transport = transport
        self._tokens = tokens
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", **headers}
        self._redirects = redirects
        self._most_bytes = most_bytes
        # The connections are closed with the client, or with the process.
        self._end = finalize(self, transport.close)

    def get(
        self, path: str, *, params: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask for something. Raise the errors in this module's table."""
        return self.request("GET", path, params=params, headers=headers)

    def put(self, path: str, json: object, *, idempotency_key: str | None = None) -> Answer:
        """Put something there. Raise the errors in this module's table."""
        return self.request("PUT", path, json=json, idempotency_key=idempotency_key)

    def post(self, path: str, json: object, *, idempotency_key: str | None = None) -> Answer:
        """Have something done. Raise the errors in this module's table."""
        return self.request("POST", path, json=json, idempotency_key=idempotency_key)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Send a request, and read the whole answer. Raise the errors in this module's table.

        `path`: below the base URL; quote values from outside (`urllib.parse.quote(value, safe="")`). `json`: any value
        that pydantic can write as JSON. `idempotency_key`: sent as the header `Idempotency-Key`, which most systems
        know.
        """
        with within(self._total), _about(self._name):
            request = self._built(method, path, params, json, dict(headers or {}), idempotency_key)
            with _counted(self._name):
                return self._followed(request)

    def _followed(self, request: httpx2.Request) -> Answer:
        """Send a request, and the further ones that its redirects ask for."""
        for _ in range(_MOST_REDIRECTS):
            answer = self._answered(request)
            following = self._following(request, answer)
            if following is None:
                return self._told(request, answer)
            request = following
        raise NotDone(f"{self._name} redirects more than {_MOST_REDIRECTS} times")

    def close(self) -> None:
        """Close all connections."""
        self._end()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _built(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        json: object,
        headers: dict[str, str],
        key: str | None,
    ) -> httpx2.Request:
        """Return a request that cannot leave the base URL. Raise `NotDone` where it would, or cannot be written."""
        if _UPWARDS.search(path) or any(char in path for char in "?#\\"):
            raise NotDone(
                f"a path for {self._name} has “..”, “?”, “#” or “\\” in it; quote values from outside, and give a "
                "query as params"
            )
        if key is not None:
            headers["Idempotency-Key"] = key
        base = _url(self._base_url if isinstance(self._base_url, str) else self._base_url(), self._name)
        content = None
        try:
            if json is not None:
                headers["Content-Type"] = "application/json"
                content = jsonlib.dumps(to_jsonable_python(json), ensure_ascii=False, allow_nan=False).encode()
            return httpx2.Request(
                method,
                httpx2.URL(f"{base}{path.lstrip('/')}"),
                params=params,
                headers={**self._headers, **headers},
                content=content,
            )
        except (httpx2.InvalidURL, UnicodeError, ValueError, TypeError) as error:
            raise NotDone(f"a request to {self._name} cannot be written: {type(error).__name__}") from None

    def _answered(self, request: httpx2.Request) -> Answer:
        """Send a request with the token, if there is one; send it once more with a new token after a 401."""
        if self._tokens is None:
            return self._sent(request)
        token = self._tokens.present()
        answer = self._sent(request, token)
        return self._sent(request, self._tokens.renewed(token)) if answer.status == 401 else answer

    def _told(self, request: httpx2.Request, answer: Answer) -> Answer:
        """Return the answer of a request that was done, and note the effect. Raise the errors in this module's
        table.
        """
        asked = _asked(request)
        try:
            told = understood(answer, asked=asked, secrets=self._hidden(request))
        except OutcomeUnknown:
            self._note(asked)
            raise
        self._note(asked)
        return told

    def _note(self, asked: Asked) -> None:
        if asked is Asked.ONCE:
            effects.note(self._name)

    def _sent(self, request: httpx2.Request, token: str | None = None) -> Answer:
        left = seconds_left()
        limit = self._timeout if left is None else min(self._timeout, left)
        request.extensions["timeout"] = {"connect": limit, "read": limit, "write": limit, "pool": left}
        try:
            if token is not None:
                request.headers["Authorization"] = f"Bearer {token}"
            response = self._transport.handle_request(request)
            try:
                content = self._content(response)
            finally:
                response.close()
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise TryAgain(f"{self._name} cannot be reached at {_origin(request)}: {error}") from error
        except (httpx2.LocalProtocolError, UnicodeEncodeError):
            # Their messages repeat the header's value.
            raise NotDone(
                f"a request to {self._name} cannot be sent: a header has a character that is not allowed in headers"
            ) from None
        except (httpx2.HTTPError, _TooMuch) as error:
            why = str(error) if isinstance(error, _TooMuch) else type(error).__name__
            message = f"{self._name} at {_origin(request)} did not answer: {why}"
            self._note(_asked(request))
            raise unsure(message, asked=_asked(request)) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(source=self._name, status=response.status_code, headers=headers, content=content)

    def _content(self, response: httpx2.Response) -> bytes:
        """Return the unpacked content, reading no more than the limit into memory."""
        content = bytearray()
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Counted(response.stream, self._most_bytes)
        for piece in response.iter_bytes():
            content += piece
            if len(content) > self._most_bytes:
                raise _TooMuch(self._most_bytes)
        return bytes(content)

    def _following(self, request: httpx2.Request, answer: Answer) -> httpx2.Request | None:
        """Return the request that a redirect asks for; None where there is no redirect, or it is not followed."""
        if not self._redirects or answer.status not in REDIRECTS or not _is_question(request):
            return None
        try:
            url = request.url.join(answer.headers.get("location", ""))
        except httpx2.InvalidURL:
            return None
        same = (url.scheme, url.host, url.port) == (request.url.scheme, request.url.host, request.url.port)
        return httpx2.Request(request.method, url, headers=self._headers) if same else None

    def _hidden(self, request: httpx2.Request) -> tuple[str, ...]:
        """Return the texts that no message may show, even where the other side echoes them: headers, token, query, base
        path.
        """
        token = self._tokens.known() if self._tokens is not None else None
        own = [value for name, value in request.headers.items() if name.lower() not in _OPEN]
        base = httpx2.URL(self._base_url if isinstance(self._base_url, str) else self._base_url()).path.strip("/")
        query = [value for pair in request.url.params.multi_items() for value in pair]
        told = [*own, *([token] if token else []), base, request.url.query.decode("ascii", "replace"), *query]
        return tuple(form for text in told if text for form in _forms(text))


class _TooMuch(Exception):
    """An answer is larger than the limit."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most:,} bytes came")


class _Counted(httpx2.SyncByteStream):
    """A stream that stops at a limit of packed bytes: a packed stream can be endless and unpack to nothing."""

    def __init__(self, stream: httpx2.SyncByteStream, most: int) -> None:
        self._stream = stream
        self._most = most

    def __iter__(self) -> Iterator[bytes]:
        count = 0
        for piece in self._stream:
            count += len(piece)
            if count > self._most:
                raise _TooMuch(self._most)
            yield piece

    def close(self) -> None:
        self._stream.close()


@contextmanager
def _about(name: str) -> Iterator[None]:
    """Note on the errors of the block which system they are about."""
    try:
        yield
    except CountersignError as error:
        error.dependency = name
        raise


@contextmanager
def _counted(name: str) -> Iterator[None]:
    """Note the call of the block, with its outcome and how long it took."""
    started = time.perf_counter()
    outcome, kind = CallOutcome.ANSWERED, None
    try:
        yield
    except (TryAgain, NotAllowed, OutcomeUnknown) as error:
        outcome, kind = CallOutcome.FAILED, type(error).__name__
        raise
    finally:
        took = (time.perf_counter() - started) * 1000
        calls.note(Called(system=name, outcome=outcome, milliseconds=took, error=kind))


def _is_question(request: httpx2.Request) -> bool:
    return request.method in _QUESTIONS


def _forms(text: str) -> Iterator[str]:
    """Yield the forms in which the other side may write a text."""
    yield text
    yield unquote(text)
    yield quote(text, safe="")
    yield jsonlib.dumps(text)[1:-1]
    for place in range(3):  # its base64 within a longer text depends on its position in a group of three
        encoded = b64encode(b"\0" * place + text.encode()).decode().rstrip("=")
        yield encoded[place + 1 if place else 0 : len(encoded) - 1]


def _asked(request: httpx2.Request) -> Asked:
    if _is_question(request):
        return Asked.QUESTION
    return Asked.UNDER_KEY if request.headers.get("Idempotency-Key") else Asked.ONCE


def _origin(request: httpx2.Request) -> str:
    """Return the address of a request without the path, which may hold a key."""
    return f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"


def _url(base_url: str, name: str) -> str:
    """Return a base URL that ends in a slash. Raise `BadDeclaration` for an invalid URL, without repeating it."""
    try:
        url = httpx2.URL(base_url)
    except (httpx2.InvalidURL, TypeError):
        raise BadDeclaration(f"the address of {name} is not a valid URL") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise BadDeclaration(f"the address of {name} has to be http://HOST or https://HOST, with no more than a path")
    return f"{url}".rstrip("/") + "/"
