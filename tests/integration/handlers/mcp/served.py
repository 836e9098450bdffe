"""An office that answers over HTTP, as `countersign serve` does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from threading import Event
from typing import Any, TypeVar

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from bot.settings import Address
from bot.web_server import answering, listening_at
from handlers.mcp.asking import Desk
from handlers.mcp.callers import by_request
from handlers.mcp.over_http import PATH, OverHttp
from handlers.mcp.server import server_of
from handlers.mcp.serving import Serving
from handlers.web.api.app import Api, Shared
from tests.integration.handlers.mcp.office import Office
from tests.waiting import LONGEST

T = TypeVar("T")
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


@dataclass(kw_only=True)
class Served:
    """An office that answers over HTTP."""

    office: Office
    port: int

    @property
    def url(self) -> str:
        """Address of the API; agents are served below it, at /mcp."""
        return f"http://127.0.0.1:{self.port}"

    def asking(self, ask: Callable[[Client], Awaitable[T]], *, key: str, **client: Any) -> T:
        """Have an agent ask with a key."""

        async def run() -> T:
            headers = {"Authorization": f"Bearer {key}"}
            async with (
                httpx2.AsyncClient(headers=headers, timeout=LONGEST) as http,
                Client(streamable_http_client(f"{self.url}/mcp", http_client=http), **client) as one,
            ):
                return await ask(one)

        return asyncio.run(run())

    def post(self, body: bytes, **headers: str) -> HTTPResponse:
        """Send bytes, and return the answer with its body read."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        key = {"Authorization": f"Bearer {self.office.keys['helper']}"}
        connection.request("POST", "/mcp", body, {**_HEADERS, **key, **named})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer


@contextmanager
def serving(made: Office) -> Iterator[Served]:
    """Serve an office for the block, as `countersign serve` does."""
    stop, context = Event(), made.world.context
    api = Api(context, threads=4, stops=stop.is_set)

    def agents(shared: Shared) -> OverHttp:
        desk = Desk(context=context)
        serving = Serving(desk=desk, work=shared.work, waiting=shared.waiting(context), caller_of=by_request)
        server = server_of(serving, version="1")
        return OverHttp(lambda _: server, shared, host="127.0.0.1")

    api.add(PATH, agents)
    listening = listening_at(Address(host="127.0.0.1", port=0))
    with answering(api.app, listening, name="API", seconds=LONGEST):
        yield Served(office=made, port=int(listening.getsockname()[1]))
        stop.set()
    api.close()
