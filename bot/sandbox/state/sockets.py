"""Socket Mode: the app's connections, and the payloads sent over one of them."""

import asyncio
import json
from dataclasses import dataclass
from itertools import count
from secrets import token_hex
from time import monotonic
from uuid import uuid4

from pydantic import JsonValue
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.sandbox.errors import BadRequest
from bot.sandbox.faults.sockets import SocketFaults
from bot.sandbox.json import Object, parse
from bot.sandbox.state.changes import Changes
from handlers.slack import limits


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The outcome of a payload that was sent to the app."""

    acknowledged: bool
    milliseconds: int = 0
    answer: JsonValue = None
    """Content of the acknowledgement."""


@dataclass(eq=False, kw_only=True)
class _Link:
    websocket: WebSocket
    leaving: bool = False

    async def send(self, message: Object) -> bool:
        try:
            await self.websocket.send_text(json.dumps(message))
        except (WebSocketDisconnect, RuntimeError):
            return False
        return True

    async def close(self, code: int) -> None:
        if self.websocket.application_state is WebSocketState.CONNECTED:
            await self.websocket.close(code)


class Sockets:
    """The open connections. The envelopes go to them one after the other."""

    def __init__(self, changes: Changes, faults: SocketFaults, *, app: str, ack_seconds: float) -> None:
        self._changes = changes
        self._faults = faults
        self._app = app
        self._ack_seconds = ack_seconds
        self._tickets: set[str] = set()
        self._links: list[_Link] = []
        # One map for all connections: while the official client changes from one to the next, it hears on the old one
        # and acknowledges on the new one.
        self._waiting: dict[str, asyncio.Future[JsonValue]] = {}
        self._turn = count()

    @property
    def connected(self) -> int:
        """Number of connections."""
        return len(self._links)

    @property
    def ack_seconds(self) -> float:
        """Seconds that the app may take to acknowledge."""
        return self._ack_seconds

    def give_ticket(self) -> str:
        """Return a ticket that lets one connection in, once."""
        ticket = token_hex(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, websocket: WebSocket) -> None:
        """Keep a connection until it ends."""
        ticket = websocket.query_params.get("ticket", "")
        if self._faults.out or ticket not in self._tickets or len(self._links) >= limits.SOCKETS:
            return await websocket.close(1008)
        self._tickets.discard(ticket)
        await websocket.accept()
        link = _Link(websocket=websocket)
        self._links.append(link)
        try:
            await link.send(self._hello())
            self._changes.announce()
            await self._listen(link)
        finally:
            self._links.remove(link)
            if not self._links:
                for future in self._waiting.values():
                    future.cancel()
            self._changes.announce()
        return None

    async def deliver(self, kind: str, payload: Object, *, accepts: bool = False, again: int = 0) -> Delivery:
        """Send a payload over one connection, and wait for the acknowledgement, at most `ack_seconds`.

        `again`: number of times that it was sent before. Where a fault sends it twice, the first acknowledgement
        counts.
        """
        began = monotonic()
        sending = self._faults.take()
        if sending.after_refresh:
            await self.refresh()
        acknowledged: asyncio.Future[JsonValue] = asyncio.get_running_loop().create_future()
        envelopes = [_envelope(kind, payload, accepts=accepts, again=again + more) for more in range(1 + sending.twice)]
        ids = [str(envelope["envelope_id"]) for envelope in envelopes]
        self._waiting |= dict.fromkeys(ids, acknowledged)
        try:
            sent = await self._send(envelopes, apart=sending.apart)
            done = sent and bool((await asyncio.wait({acknowledged}, timeout=self._ack_seconds))[0])
        finally:
            for id in ids:
                self._waiting.pop(id, None)
        milliseconds = round((monotonic() - began) * 1_000)
        # A cancelled future means that the last connection ended before the acknowledgement came.
        if not done or acknowledged.cancelled():
            return Delivery(acknowledged=False, milliseconds=milliseconds)
        return Delivery(acknowledged=True, milliseconds=milliseconds, answer=acknowledged.result())

    async def refresh(self) -> None:
        """Ask every connection to come back as a new one, as Slack does every few hours."""
        for link in list(self._links):
            link.leaving = True
            await link.send({"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "sandbox"}})

    async def drop(self) -> None:
        """End every connection without a word."""
        for link in list(self._links):
            await link.close(1001)

    async def _send(self, envelopes: list[Object], *, apart: bool) -> bool:
        """Send envelopes over the next connection, or each over another one; return True if any was sent."""
        sent = False
        link = self._next()
        for envelope in envelopes:
            sent = (link is not None and await link.send(envelope)) or sent
            link = self._next() if apart else link
        return sent

    def _next(self) -> _Link | None:
        links = [link for link in self._links if not link.leaving] or self._links
        return links[next(self._turn) % len(links)] if links else None

    async def _listen(self, link: _Link) -> None:
        while True:
            message = await link.websocket.receive()
            if message["type"] == "websocket.disconnect":
                return None
            try:
                answer = parse(message.get("text") or "", otherwise="not_json")
            except BadRequest:
                return await link.close(1003)
            if not isinstance(answer, dict):
                return await link.close(1003)
            # An acknowledgement without a waiting future came too late.
            future = self._waiting.get(str(answer.get("envelope_id")))
            if future is not None and not future.done():
                future.set_result(answer.get("payload"))

    def _hello(self) -> Object:
        return {
            "type": "hello",
            "num_connections": len(self._links),
            "connection_info": {"app_id": self._app},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18_060},
        }


def _envelope(kind: str, payload: Object, *, accepts: bool, again: int) -> Object:
    envelope: Object = {
        "envelope_id": str(uuid4()),
        "type": kind,
        "accepts_response_payload": accepts,
        "payload": payload,
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": again, "retry_reason": "timeout" if again else ""}
    return envelope
