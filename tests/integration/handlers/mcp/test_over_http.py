"""Agents beside the API: the same keys and limits, and nothing remembered between two requests."""

import asyncio
import json
from typing import Any

import pytest
from mcp.client import Client

from tests.conftest import MakeWorld
from tests.integration.handlers.mcp.office import CALL, Polls, office, refusal, value
from tests.integration.handlers.mcp.served import serving
from workflows.engine.sources.programs import api_sources, keys

pytestmark = pytest.mark.slow
_LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_agent_asks_over_http_and_waits(make_world: MakeWorld, mode: str) -> None:
    """The client of today and that of last year are both answered, without a session."""
    with serving(office(make_world)) as served:

        async def ask(client: Client) -> dict[str, Any]:
            first = await value(client.call_tool("ask_approval", CALL))
            waits = asyncio.create_task(value(client.call_tool("case_status", {"case": first["id"], "wait": 60})))
            await asyncio.to_thread(served.office.approve, first["id"])
            return await waits

        decided = served.asking(ask, key=served.office.keys["helper"], mode=mode)
        assert (decided["state"], decided["key"]) == ("delivered", "helper/call-1")


def test_a_task_is_polled_over_http(make_sqlite_world: MakeWorld) -> None:
    """Each poll is a request of its own, with its key and the task in a header."""
    with serving(office(make_sqlite_world)) as served:
        polls = Polls(lambda _: served.office.approve())

        async def ask(client: Client) -> dict[str, Any]:
            return await value(client.call_tool("ask_approval", CALL))

        assert served.asking(ask, key=served.office.keys["helper"], extensions=[polls])["state"] == "delivered"
        assert polls.seen == ["working", "completed"]


def test_what_has_no_key_or_comes_from_a_web_page_is_refused_before_anything_is_read(
    make_sqlite_world: MakeWorld,
) -> None:
    """So are another host's name (DNS rebinding), another page's origin, and what is no plain JSON or too large."""
    with serving(office(make_sqlite_world)) as served:
        body = json.dumps(_LIST).encode()
        assert served.post(body).status == 200
        assert served.post(body, Authorization="Bearer csk_" + "x" * 43).status == 401
        assert served.post(body, Authorization="Basic eDp5").status == 401
        assert served.post(body, Host="evil.example").status == 421
        assert served.post(body, Origin="http://evil.example").status == 404
        assert served.post(body, Content_Type="text/plain").status == 415
        assert served.post(b'{"a": NaN}').status == 400
        assert served.post(b"[" * 50_000).status == 400
        assert served.post(b"x" * (2 * 1024 * 1024)).status == 413
        keys.revoke(served.office.world.context, served.office.keys["helper"][:12], by="U1")
        assert served.post(body).status == 401


def test_the_rate_of_a_source_holds_for_all_its_ways(make_sqlite_world: MakeWorld) -> None:
    """A request too many is refused with the time to wait, and other sources are answered."""
    made = office(make_sqlite_world)
    api_sources.change(made.world.context, "helper", by="U1", per_minute=2)
    with serving(made) as served:
        body = json.dumps(_LIST).encode()
        answers = [served.post(body) for _ in range(4)]
        # A new minute may begin in between.
        assert 429 in {answer.status for answer in answers}
        assert all(answer.headers["Retry-After"] for answer in answers if answer.status == 429)
        assert served.post(body, Authorization=f"Bearer {made.keys['other']}").status == 200


def test_an_agent_sees_nothing_of_another_over_the_same_server(make_sqlite_world: MakeWorld) -> None:
    """One server answers for all keys, and each call is its caller's."""
    with serving(office(make_sqlite_world)) as served:

        async def ask(client: Client) -> int:
            return int((await value(client.call_tool("ask_approval", CALL)))["id"])

        case = served.asking(ask, key=served.office.keys["helper"])

        async def pry(client: Client) -> str:
            return await refusal(client.call_tool("case_status", {"case": case}))

        assert f"there is no case {case}" in served.asking(pry, key=served.office.keys["other"])
