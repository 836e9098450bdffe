"""Bodies of requests: read within limits of size and time, and parsed as strictly as JSON can be.

What two programs could read differently is refused: a name that stands twice in an object, NaN, a number too large for
a float, half a surrogate pair. So is what costs more to read than to send.
"""

import asyncio
import json
import math
from collections.abc import Sequence

from pydantic import JsonValue
from starlette.requests import Request

from handlers.web.api.problems import Kind, Problem, unavailable
from workflows.engine.text.canonical_json import MAX_DEPTH

SECONDS = 30.0
"""For which a body is waited for."""
MOST_HELD = 64 * 1024 * 1024
"""Bytes of bodies that are held at once, in this process."""
MOST_NODES = 100_000
"""Values in a body: numbers, texts, lists, objects."""
_DEEPEST = MAX_DEPTH + 4
"""Levels of a body: those of an input, below those of the request."""
_BOMB = "send it without Content-Encoding: a compressed body is not taken"


class Bodies:
    """The bodies that are being read. Only the server's loop uses it."""

    def __init__(self, *, most: int = MOST_HELD, seconds: float = SECONDS) -> None:
        """Set the limits: bytes held at once, and seconds for each."""
        self._most = most
        self._seconds = seconds
        self._held = 0

    async def read(self, request: Request, *, largest: int) -> bytes:
        """Return the body. Raise `Problem` for one that is too large, as soon as that is known, or that does not come.

        Raise `ClientDisconnect` where the sender hung up.
        """
        check_content(request)
        announced = request.headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced[:20]) > largest:
            raise _too_large(largest)
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                async for piece in request.stream():
                    body += piece
                    self._held += len(piece)
                    if len(body) > largest:
                        raise _too_large(largest)
                    if self._held > self._most:
                        raise unavailable("too many large requests come in at once; send it again later")
        except TimeoutError as error:
            detail = f"a body has to come within {self._seconds:g} seconds"
            raise Problem(Kind.TOO_SLOW, detail, headers={"Connection": "close"}) from error
        finally:
            self._held -= len(body)
        return bytes(body)


def check_content(request: Request) -> None:
    """Raise `Problem` for a body that is not plain JSON, by its headers."""
    kinds = request.headers.getlist("content-type")
    kind, _, parameters = kinds[0].partition(";") if len(kinds) == 1 else ("", "", "")
    charset = parameters.replace(" ", "").replace('"', "").lower()
    if kind.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise Problem(Kind.NOT_JSON, "send it with Content-Type: application/json, in UTF-8")
    refuse_packed(request, Kind.NOT_JSON)


def refuse_packed(request: Request, kind: Kind) -> None:
    """Raise a `Problem` of this kind for a body that is packed: unpacked, it could be of any size."""
    if request.headers.getlist("content-encoding") not in ([], ["identity"]):
        raise Problem(kind, _BOMB)


def parsed(body: bytes) -> dict[str, JsonValue]:
    """Return the object of a body. Raise `Problem` for whatever is not one."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise _malformed("it is not in UTF-8") from error
    if not text.strip():
        raise _malformed("it is empty")
    try:
        value = json.loads(text, parse_constant=_no_number, parse_float=_number, object_pairs_hook=_each_once)
    except _Refused as error:
        raise _malformed(str(error)) from error
    except json.JSONDecodeError as error:
        raise _malformed(f"it is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise _malformed(f"it is nested more than {_DEEPEST} deep") from error
    except ValueError as error:
        raise _malformed("it is not readable JSON") from error
    if not isinstance(value, dict):
        raise _malformed("it has to be one JSON object")
    _check_shape(value)
    return value


class _Refused(ValueError):
    """The text is JSON to some, but not to us. The message says why."""


def _each_once(pairs: Sequence[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise _Refused("a name stands twice in one object")
    return read


def _no_number(name: str) -> float:
    raise _Refused(f"{name} is not a number in JSON")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Refused("a number is too large")
    return number


def _check_shape(value: JsonValue) -> None:
    """Raise `Problem` for a value with too many parts, or too many levels."""
    level: list[JsonValue] = [value]
    depth = nodes = 0
    while level:
        depth += 1
        nodes += len(level)
        if depth > _DEEPEST:
            raise _malformed(f"it is nested more than {_DEEPEST} deep")
        if nodes > MOST_NODES:
            raise _malformed(f"it has more than {MOST_NODES:,} values")
        inside: list[JsonValue] = []
        for one in level:
            if isinstance(one, dict):
                inside.extend(one.values())
            elif isinstance(one, list):
                inside.extend(one)
        level = inside


def _malformed(why: str) -> Problem:
    return Problem(Kind.MALFORMED, f"the body cannot be taken: {why}")


def _too_large(largest: int) -> Problem:
    return Problem(Kind.TOO_LARGE, f"a body here has at most {largest:,} bytes; send less, or in several requests")
