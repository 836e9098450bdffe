"""uvicorn's HTTP protocol with one addition: a request can end its own connection without an answer."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_DROP = "sandbox.drop"
"""Key in a request's scope of the function that ends its connection."""


class DroppableProtocol(H11Protocol):
    """Protocol that puts the function to end the connection into the scope of each request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        app = self.app

        async def droppable(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, _DROP: transport.close}, receive, send)

        self.app = droppable


class Dropped(Response):
    """A response that ends the connection, so that the caller gets no answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_DROP]()
        # A return before the server knows that the caller is gone would still send an answer.
        while (await receive())["type"] != "http.disconnect":
            pass
