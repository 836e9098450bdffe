"""The route that Slack sends its requests to, where it speaks over HTTP: one for events, acts of people and commands.

A request is refused with a 4xx and a few words of our own before anything of it is believed. Its content is not logged.
"""

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from handlers.web.signatures import SIGNATURE, TIMESTAMP, NotSigned, timestamp_in, verify

PATH = "/slack/events"
"""Path of the request URL, for events, interactivity and commands: Bolt's usual one."""
LARGEST = 2_000_000
"""Bytes of a body. A form of 250 KB takes up to three times as many when it is sent."""
_LARGEST_CHECK = 1_000
"""Bytes of a body that is not signed: Slack's check of the certificate."""
_SECONDS = 5.0
"""For which a body is waited for. Slack sends it at once."""
_FIELDS = 50
"""Fields of a form, at most. A command has 15."""
# One answer for a connection: the time of a caller is limited by the connection's.
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Connection": "close"}
_OBJECTS = ("team", "user", "event", "view", "channel", "message", "enterprise", "container", "action")
_LISTS = ("actions", "authorizations")
_TEXTS = ("type", "subtype", "callback_id", "action_id", "block_id", "trigger_id")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A request that Slack has signed."""

    body: Mapping[str, Any]
    """The same as the payload of an envelope in Socket Mode."""
    headers: Mapping[str, str]
    """Headers that say that it was sent before."""
    signature: str
    can_recur: bool
    """True for an event, which Slack sends again and which has an id; the acts of people come once."""


class _Wrong(Exception):
    """A request is refused."""

    def __init__(self, status: int, why: str) -> None:
        self.status = status
        self.why = why
        super().__init__(why)


def create_app(
    *,
    secrets: Sequence[str],
    hear: Callable[[Heard], Awaitable[Response]],
    refused: Callable[[int, str], None] = lambda status, why: None,
    clock: Callable[[], float] = time.time,
    seconds: float = _SECONDS,
) -> Starlette:
    """Create the application. `secrets`: the app's signing secret, and the former one while it is replaced.

    `hear`: gets what Slack signed, and answers.

    `refused`: told the status and the reason of each refusal. `seconds`: for which a body is waited for.
    """

    async def take(request: Request) -> Response:
        try:
            return await _take(request, secrets=secrets, hear=hear, clock=clock, seconds=seconds)
        except _Wrong as wrong:
            refused(wrong.status, wrong.why)
            return said(wrong.status, wrong.why)

    def not_offered(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        why = "there is no such path" if error.status_code == 404 else "only POST is answered here"
        return said(error.status_code, why)

    app = Starlette(
        routes=[Route(PATH, take, methods=["POST"])],
        exception_handlers={
            404: not_offered,
            405: not_offered,
            ClientDisconnect: _gone,
        },
    )
    app.router.redirect_slashes = False
    return app


def _gone(request: Request, error: Exception) -> Response:
    # Nobody reads this answer, but without it a caller who hangs up would be logged as a failure of ours.
    return said(400, "it was cut off")


def said(status: int, why: str) -> Response:
    """Return an answer in a few words of ours."""
    return JSONResponse({"error": why}, status, headers=_HEADERS)


def answered(status: int, body: str, content_type: str) -> Response:
    """Return the answer of a listener."""
    return Response(body, status, headers=_HEADERS, media_type=content_type)


async def _take(
    request: Request,
    *,
    secrets: Sequence[str],
    hear: Callable[[Heard], Awaitable[Response]],
    clock: Callable[[], float],
    seconds: float,
) -> Response:
    headers = request.headers
    timestamps, signatures = headers.getlist(TIMESTAMP), headers.getlist(SIGNATURE)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not timestamps and not signatures and kind == "application/x-www-form-urlencoded":
        body = await _body(request, largest=_LARGEST_CHECK, seconds=seconds)
        if _is_check(body):
            return PlainTextResponse("", headers=_HEADERS)
    try:
        timestamp, signature = timestamp_in(timestamps, signatures, now=clock())
        body = await _body(request, largest=LARGEST, seconds=seconds)
        verify(secrets, timestamp, signature, body)
    except NotSigned as wrong:
        raise _Wrong(401, str(wrong)) from wrong
    match kind:
        case "application/json":
            parsed = _object(_text(body))
        case "application/x-www-form-urlencoded":
            if _is_check(body):
                return PlainTextResponse("", headers=_HEADERS)
            parsed = _form(_text(body))
        case _:
            raise _Wrong(415, "its content is neither JSON nor a form")
    is_event = kind == "application/json"
    if is_event and parsed.get("type") == "url_verification":
        return JSONResponse({"challenge": str(parsed.get("challenge", ""))[:1_000]}, headers=_HEADERS)
    again = {name: headers[name] for name in ("x-slack-retry-num", "x-slack-retry-reason") if name in headers}
    return await hear(Heard(body=parsed, headers=again, signature=signature, can_recur=is_event))


async def _body(request: Request, *, largest: int, seconds: float) -> bytes:
    """Return the body. Raise `_Wrong` for one that is too large, as soon as that is known, or that does not come."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced[:20]) > largest:
        raise _Wrong(413, "it is too large")
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                body += piece
                if len(body) > largest:
                    raise _Wrong(413, "it is too large")
    except TimeoutError as error:
        raise _Wrong(408, "it did not come in time") from error
    return bytes(body)


def _is_check(body: bytes) -> bool:
    """Tell whether it is Slack's check of the certificate, which asks for nothing and gets nothing."""
    return len(body) <= _LARGEST_CHECK and b"ssl_check=1" in body.split(b"&")


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise _Wrong(400, "it is not in UTF-8") from error


def _form(text: str) -> Mapping[str, Any]:
    """Return the payload of a form, or the fields of a command."""
    try:
        fields = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except ValueError as error:
        raise _Wrong(400, "it is not a readable form") from error
    if any(len(values) != 1 for values in fields.values()):
        raise _Wrong(400, "a field of it stands there twice")
    form = {name: values[0] for name, values in fields.items()}
    if "payload" in form:
        return _object(form["payload"])
    if not form.get("command"):
        raise _Wrong(400, "it has neither a payload nor a command")
    return form


def _object(text: str) -> Mapping[str, Any]:
    """Return the object of a JSON text. Raise `_Wrong` for one that Slack does not write."""
    try:
        value = json.loads(text, parse_constant=_no_number, parse_float=_number)
        text.encode()
    except (ValueError, RecursionError) as error:
        raise _Wrong(400, "it is not readable JSON") from error
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise _Wrong(400, "it is not an object with a type")
    if not _has_slacks_types(value):
        raise _Wrong(400, "a part of it is of another type than Slack's")
    return value


def _has_slacks_types(value: Mapping[str, Any]) -> bool:
    """Tell whether the parts that Bolt looks at have the types that it takes for granted."""
    objects, lists = [value.get(name) for name in _OBJECTS], [value.get(name) for name in _LISTS]
    if not all(isinstance(part, dict | None) for part in objects) or not all(
        isinstance(part, list | None) for part in lists
    ):
        return False
    items = [item for part in lists for item in part or ()]
    if not all(isinstance(item, dict) for item in items):
        return False
    parts = [value, *items, *(part for part in objects if part is not None)]
    return all(isinstance(part.get(name), str | None) for part in parts for name in _TEXTS)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number in JSON")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
