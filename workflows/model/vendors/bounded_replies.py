"""The bounds of a reply: how long is waited for it, and how much of it is read."""

import time
from collections.abc import Iterator

import httpx2

SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 60.0, 600.0
"""Seconds without a byte after which a request is given up. The first byte comes only when the answer is complete."""
LONGEST_REPLY = 10 * 1024 * 1024
"""Most bytes of a reply. The longest answer of a model has a tenth of that."""
_SLOWEST = 128_000 / 3_600
"""Tokens a second that a model writes at least, as Anthropic's SDK assumes."""
_DRIPS = 2
"""Number of time-outs after which a reply that still sends single bytes is given up."""


def seconds_for(max_tokens: int, timeout: float | None) -> float:
    """Return the seconds to wait for an answer of so many tokens, which comes in one piece. `timeout`: as it is set."""
    return timeout or min(max(SHORTEST_TIMEOUT, max_tokens / _SLOWEST), LONGEST_TIMEOUT)


def bound(
    response: httpx2.Response, *, timeout: float | None, seconds: float | None = None, most: int = LONGEST_REPLY
) -> None:
    """Bound the reply of a response that was not read yet. `timeout`: as it is set. `seconds`: left out, by that."""
    assert isinstance(response.stream, httpx2.SyncByteStream)
    response.stream = _BoundedStream(
        response.stream,
        until=time.monotonic() + (seconds or _DRIPS * (timeout or LONGEST_TIMEOUT)),
        most=most,
        request=response.request,
    )


class _BoundedStream(httpx2.SyncByteStream):
    """A stream that gives up a reply which takes too long or is too large. The client's own time-out starts anew at
    each byte.
    """

    def __init__(self, stream: httpx2.SyncByteStream, *, until: float, most: int, request: httpx2.Request) -> None:
        self._stream = stream
        self._until = until
        self._most = most
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        for chunk in self._stream:
            received += len(chunk)
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("the reply took too long", request=self._request)
            if received > self._most:
                raise httpx2.ReadError("the reply is too long", request=self._request)
            yield chunk

    def close(self) -> None:
        self._stream.close()
