"""The app's request URL: payloads that are sent over HTTP, signed as Slack signs, to an app on this machine."""

import asyncio
import hashlib
import hmac
import json
import time
from secrets import token_hex
from urllib.parse import urlencode, urlsplit

import httpx2
from pydantic import JsonValue

from bot.sandbox.errors import BadRequest, NotPossible
from bot.sandbox.json import Object, parse
from bot.sandbox.state.sockets import Delivery

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"


class RequestUrl:
    """The address where the app hears, if it does not hear over a socket."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._client: httpx2.AsyncClient | None = None
        self.url: str | None = None
        """None where the app hears over sockets."""

    def set(self, url: str | None) -> None:
        """Send payloads there from now on; None: over sockets. Raise NotPossible for an address elsewhere."""
        if url is not None:
            split = urlsplit(url)
            if split.scheme != "http" or split.hostname not in _LOOPBACK:
                raise NotPossible(409, "the sandbox sends to this machine only: http://127.0.0.1:PORT/PATH")
        self.url = url

    async def answers_challenge(self, *, seconds: float) -> Delivery:
        """Ask the app for a word back, as Slack does before it takes an address."""
        challenge = token_hex(16)
        asked: Object = {"type": "url_verification", "challenge": challenge, "token": "verification-sandbox"}
        delivery = await self.deliver("events_api", asked, seconds=seconds)
        if delivery.answer in ({"challenge": challenge}, {"text": challenge}):
            return delivery
        return Delivery(acknowledged=False, milliseconds=delivery.milliseconds)

    async def deliver(
        self, kind: str, payload: Object, *, seconds: float, again: int = 0, twice: bool = False
    ) -> Delivery:
        """Send a payload, and wait for the answer. `twice`: send the very same bytes twice, both at once."""
        began = time.monotonic()
        content_type, body = _written(kind, payload)
        timestamp = str(int(time.time()))
        digest = hmac.new(self._secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={digest}",
        }
        if again:
            headers |= {"X-Slack-Retry-Num": str(again), "X-Slack-Retry-Reason": "http_timeout"}
        answers = await asyncio.gather(*[self._post(body, headers, seconds=seconds) for _ in range(1 + twice)])
        taken = next((answer for answer in answers if answer is not None and answer.status_code == 200), None)
        milliseconds = round((time.monotonic() - began) * 1_000)
        if taken is None:
            return Delivery(acknowledged=False, milliseconds=milliseconds)
        return Delivery(acknowledged=True, milliseconds=milliseconds, answer=_read(taken))

    async def _post(self, body: bytes, headers: dict[str, str], *, seconds: float) -> httpx2.Response | None:
        """Return the answer; None where there is none in time."""
        if self._client is None:
            self._client = httpx2.AsyncClient(trust_env=False, limits=httpx2.Limits(max_keepalive_connections=0))
        posting = self._client.post(str(self.url), content=body, headers=headers, timeout=seconds)
        try:
            return await asyncio.wait_for(posting, seconds)
        except (httpx2.HTTPError, TimeoutError):
            return None


def _written(kind: str, payload: Object) -> tuple[str, bytes]:
    """Return the media type and the body in which Slack writes a payload."""
    match kind:
        case "events_api":
            return _JSON, json.dumps(payload).encode()
        case "slash_commands":
            fields = {name: "" if value is None else str(value) for name, value in payload.items()}
            return _FORM, urlencode(fields).encode()
        case _:
            return _FORM, urlencode({"payload": json.dumps(payload)}).encode()


def _read(answer: httpx2.Response) -> JsonValue:
    """Return the content of an acknowledgement, as it would come over a socket."""
    if not answer.content:
        return None
    if answer.headers.get("content-type", "").startswith(_JSON):
        try:
            return parse(answer.content, otherwise="not_json")
        except BadRequest:
            return None
    return {"text": answer.text}
