"""Requests to a request URL that are written by hand, by somebody who may know the signing secret."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode

from pydantic import JsonValue, SecretStr

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN, SIGNING_SECRET
from bot.settings import Settings
from handlers.web.signatures import signed
from handlers.web.slack import PATH
from tests.waiting import LONGEST

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def http_settings(running: Running) -> Settings:
    """Settings that name the sandbox and a request URL, whatever the environment says. There is no app token."""
    return Settings(
        SLACK_BOT_TOKEN=SecretStr(BOT_TOKEN),
        SLACK_APP_TOKEN=None,
        SLACK_SIGNING_SECRET=SecretStr(SIGNING_SECRET),
        SLACK_API_URL=running.api_url,
        slack_http="127.0.0.1:0",
    )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to a request."""

    status: int
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who sends requests, and may know the signing secret."""

    port: int
    secret: str = SIGNING_SECRET

    def send(
        self,
        body: bytes,
        *,
        kind: str = JSON,
        ago: float = 0,
        path: str = PATH,
        method: str = "POST",
        more: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Send a body, signed so many seconds ago. `more`: other headers; None leaves one out."""
        timestamp = str(int(time.time() - ago))
        headers: dict[str, str | None] = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signed(self.secret, timestamp, body),
            **(more or {}),
        }
        return self.raw(body, {name: value for name, value in headers.items() if value is not None}, path, method)

    def raw(self, body: bytes, headers: Mapping[str, str], path: str = PATH, method: str = "POST") -> Answer:
        """Send a body with these headers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return Answer(status=answer.status, body=answer.read())
        finally:
            connection.close()


def payload_of(act: Mapping[str, JsonValue]) -> bytes:
    """The body of an act of a person."""
    return urlencode({"payload": json.dumps(act)}).encode()
