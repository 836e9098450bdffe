"""A server that speaks like Anthropic's as cheaply as Python can: one asyncio protocol, and prepared replies.

python -m benchmarks.gateway.server

Says its URL. Answers at once. Told `hold N`, it keeps the next requests, says so when N are in flight, and answers them
when it is told `answer`.
"""

import asyncio
import json
import re
import sys

from benchmarks.peers.conversation import say

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_FILLED = {
    "evidence": [{"field": "queue", "quote": "charged twice"}],
    "reasons": ["The customer was charged twice, which is about money."],
    "answer": {"queue": "billing", "reply": "We look at it and write to you today."},
    "alternatives": {"queue": [{"label": "technical", "probability": 0.03}, {"label": "other", "probability": 0.01}]},
    "confidence": {"queue": 0.95, "reply": 0.9},
}
"""Answer to every question."""


class _Answering(asyncio.Protocol):
    """One connection, whose requests come one after the other."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._received = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request once it is complete."""
        self._received += data
        head, gap, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not gap or (length is not None and len(body) < int(length[1])):
            return
        self._received = b""
        assert self.transport is not None
        self._server.answer(self.transport, _reply(body))


class Server:
    """The server: its connections, and the replies that it holds."""

    def __init__(self) -> None:
        self._holds = 0
        self._held: list[tuple[asyncio.Transport, bytes]] = []

    def answer(self, transport: asyncio.Transport, reply: bytes) -> None:
        """Send a reply, or hold it."""
        if not self._holds:
            transport.write(reply)
            return
        self._held.append((transport, reply))
        if len(self._held) == self._holds:
            say(in_flight=self._holds)

    async def serve(self) -> None:
        """Serve until the input ends."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Answering(self), "127.0.0.1", 0, backlog=1024)
        say(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        words = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
        while line := (await words.readline()).decode().split():
            if line[0] == "hold":
                self._holds = int(line[1])
            else:
                self._holds = 0
                for transport, reply in self._held:
                    transport.write(reply)
                self._held.clear()


def _message(**parts: object) -> bytes:
    whole = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5-20260901",
        "stop_sequence": None,
        "usage": {"input_tokens": 600, "output_tokens": 120},
    }
    body = json.dumps(whole | parts).encode()
    head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: req_01\r\ncontent-length: "
    return f"{head}{len(body)}\r\n\r\n".encode() + body


_IN_TEXT = _message(content=[{"type": "text", "text": json.dumps(_FILLED)}], stop_reason="end_turn")


def _reply(body: bytes) -> bytes:
    """Return the answer as text, or as a tool call where a tool is offered: some peers ask in that way."""
    if b'"tools":' not in body:
        return _IN_TEXT
    name = json.loads(body)["tools"][0]["name"]
    call = {"type": "tool_use", "id": "toolu_01", "name": name, "input": _FILLED}
    return _message(content=[call], stop_reason="tool_use")


if __name__ == "__main__":
    asyncio.run(Server().serve())
