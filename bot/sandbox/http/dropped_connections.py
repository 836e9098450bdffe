"""HTTP as uvicorn speaks it, with one thing added: a request can end its own connection without an answer."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_DROP = "sandbox.drop"
"""Under which name the scope of a request has what ends its connection."""


class DroppableProtocol(H11Protocol):
    """Puts what ends the connection into the scope of each of its requests."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        app = self.app

        async def droppable(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, _DROP: transport.close}, receive, send)

        self.app = droppable


class Dropped(Response):
    """Ends the connection, so that the caller is left without an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_DROP]()
        # If it returned before the server knows that the caller is gone, an answer would be sent all the same.
        while (await receive())["type"] != "http.disconnect":
            pass
