"""The route for Slack believes what Slack signed a short while ago, and nothing else; it never fails."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message

from handlers.web.signatures import WINDOW, signed
from handlers.web.slack import PATH, Heard, create_app

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_531_420_618
"""Slack's own example of a signed request."""
EXAMPLE = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack."
    b"com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."
    b"803a0bc887a14d10d2c447fce8b6703c"
)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Headers = Sequence[tuple[bytes, bytes]]


@dataclass(kw_only=True)
class Route:
    """The route, and what it believed."""

    heard: list[Heard] = field(default_factory=list)
    secrets: Sequence[str] = (SECRET,)

    def status(self, headers: Headers, body: bytes, *, now: float = NOW) -> int:
        """Send a request; return the status of its answer."""
        sent: list[Message] = []

        async def hear(heard: Heard) -> Response:
            self.heard.append(heard)
            return PlainTextResponse("")

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": list(headers)}
        app = create_app(secrets=self.secrets, hear=hear, clock=lambda: now)
        asyncio.run(app(scope, receive, send))
        return int(sent[0]["status"])


def signed_headers(body: bytes, kind: str = JSON, *, at: int = NOW) -> Headers:
    """The headers that Slack sends with a body."""
    return [
        (b"content-type", kind.encode()),
        (b"x-slack-request-timestamp", str(at).encode()),
        (b"x-slack-signature", signed(SECRET, str(at), body).encode()),
    ]


def test_slack_s_own_example_is_believed() -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    right = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signed(SECRET, str(NOW), EXAMPLE) == right
    route = Route()
    assert route.status(signed_headers(EXAMPLE, FORM), EXAMPLE) == 200
    assert route.heard[0].body["command"] == "/webhook-collect"


def test_while_the_secret_is_replaced_the_present_one_and_the_former_one_are_believed() -> None:
    """So that no press is lost between the change at Slack and the start of each process with the new one."""
    other = "b" * 32
    for secrets, status in (([other, SECRET], 200), ([SECRET, other], 200), ([other], 401), ([other, other], 401)):
        assert Route(secrets=secrets).status(signed_headers(EXAMPLE, FORM), EXAMPLE) == status


def test_a_request_is_believed_for_five_minutes_either_way() -> None:
    route = Route()
    statuses = [
        route.status(signed_headers(EXAMPLE, FORM), EXAMPLE, now=NOW + late)
        for late in (-WINDOW - 1, -WINDOW, WINDOW, WINDOW + 1)
    ]
    assert statuses == [401, 200, 200, 401]


def test_a_header_that_stands_there_twice_is_not_believed() -> None:
    """One of the two may be another's."""
    headers, route = signed_headers(EXAMPLE, FORM), Route()
    for twice in headers[1:]:
        assert route.status([*headers, twice], EXAMPLE) == 401
    assert route.heard == []


value = st.binary(max_size=80) | st.from_regex(rb"v0=[0-9a-f]{64}", fullmatch=True) | st.just(str(NOW).encode())
names = st.sampled_from([b"x-slack-signature", b"x-slack-request-timestamp", b"content-type", b"content-length"])
kinds = st.sampled_from([JSON, FORM, f"{JSON}; charset=utf-16", "", "text/plain"])


@given(headers=st.lists(st.tuples(names, value), max_size=6), body=st.binary(max_size=200))
def test_nothing_is_believed_without_the_right_signature(headers: Headers, body: bytes) -> None:
    route = Route()
    status = route.status(headers, body)
    assert 400 <= status < 500 or (status == 200 and b"ssl_check=1" in body)
    assert route.heard == []


@given(body=st.binary(max_size=60), changed=st.binary(max_size=60), kind=kinds)
def test_a_signature_is_good_for_its_own_body_alone(body: bytes, changed: bytes, kind: str) -> None:
    route = Route()
    status = route.status(signed_headers(body, kind), changed)
    assert status == 401 or body == changed
    assert body == changed or route.heard == []


parts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
payloads = st.dictionaries(st.sampled_from(["type", "event", "user", "team", "actions", "view", "x"]), parts)


@given(body=st.binary(max_size=200) | payloads.map(lambda one: json.dumps(one).encode()), kind=kinds)
def test_what_is_signed_and_cannot_be_read_is_refused_and_what_is_heard_has_a_type(body: bytes, kind: str) -> None:
    for sent in (body, b"payload=" + quote(body).encode()):
        route = Route()
        status = route.status(signed_headers(sent, kind), sent)
        assert status == 200 or 400 <= status < 500
        assert all(isinstance(heard.body.get("type", heard.body.get("command")), str) for heard in route.heard)
