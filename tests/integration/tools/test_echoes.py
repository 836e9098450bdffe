"""No error holds a header, query, token or base path that the other side echoes (A37)."""

import base64
import json
import traceback
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.integration.tools.server import DeskServer, Reply
from workflows.errors import NotDone
from workflows.tools.http import client

HERE = ["127.0.0.1"]
PLANTED = {
    "base path": "hook T0123/B0456/x7Yq9",
    "header": "plant of a header/4711+z",
    "token": "plant.of-a_token~4712=",
    "query": "plant & of the query 4713",
}

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "in capitals": str.upper,
    "percent-encoded": lambda text: quote(text, safe=""),
    "as a JSON text": json.dumps,
    "in base64": lambda text: base64.b64encode(f"{text}".encode()).decode(),
    "in base64 of a longer text": lambda text: base64.b64encode(f"me:{text}:x".encode()).decode(),
    "cut": lambda text: text[: len(text) * 2 // 3],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_echo_is_masked_however_it_is_spelled(desk: DeskServer, spelling: str) -> None:
    echoed = {name: SPELLINGS[spelling](text) for name, text in PLANTED.items()}
    body = "; ".join(f"no such thing: {text}" for text in echoed.values()).encode()
    desk.will(Reply(status=422, body=body))
    with (
        client(
            f"{desk.url}/{quote(PLANTED['base path'])}",
            allow_private=HERE,
            token=lambda _: PLANTED["token"],
            headers={"X-Key": PLANTED["header"]},
        ) as made,
        pytest.raises(NotDone) as refused,
    ):
        made.request("POST", "/tickets", params={"key": PLANTED["query"]}, json={})
    told = "".join(traceback.format_exception(refused.value))
    assert "refused it (422): no such thing: " in told
    for text in echoed.values():
        pieces = (text[at : at + 10] for at in range(len(text) - 9))
        assert not [piece for piece in pieces if piece in told]


def test_what_is_no_echo_is_shown(desk: DeskServer) -> None:
    desk.will(Reply(status=422, body=b'{"error": "no queue named billing"}'))
    with (
        client(desk.url, name="the desk", allow_private=HERE, token=lambda _: PLANTED["token"]) as made,
        pytest.raises(NotDone) as refused,
    ):
        made.post("/tickets/17", {"queue": "billing"})
    assert str(refused.value) == 'the desk refused it (422): {"error": "no queue named billing"}'
