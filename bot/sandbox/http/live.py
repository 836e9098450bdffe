"""The page's websocket: its first message names the person, and from then on the page is told of every change.

The token is in that message: a browser sends no headers of a page with a websocket, and an address is written into
logs.
"""

import asyncio
from hmac import compare_digest

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.errors import BadRequest, NotPossible
from bot.sandbox.json import parse, write
from bot.sandbox.people.screen import Screen
from bot.sandbox.state.sandbox import Sandbox

FIRST_MESSAGE_SECONDS = 5.0
WAIT_SECONDS = 30.0
REFUSED = 4401
"""Close code for a wrong token."""
NOBODY = 4404
"""Close code for a person who cannot sign in, or no longer can."""


class Live:
    """The connection that keeps open pages up to date."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def serve(self, websocket: WebSocket) -> None:
        """Tell one page of changes until it leaves."""
        await websocket.accept()
        try:
            async with asyncio.timeout(FIRST_MESSAGE_SECONDS):
                user = self._admitted(await websocket.receive_text())
        except (TimeoutError, BadRequest, KeyError):
            return await websocket.close(REFUSED)
        except WebSocketDisconnect:
            return None
        telling = asyncio.create_task(self._tell(websocket, user))
        try:
            while (await websocket.receive())["type"] != "websocket.disconnect":
                pass
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        return None

    def _admitted(self, said: str) -> str:
        """Return the user id of a page. Raise BadRequest for a wrong token."""
        hello = parse(said, otherwise="not_json")
        token = hello.get("token") if isinstance(hello, dict) else None
        given = str(token).encode(errors="replace")
        if not isinstance(hello, dict) or not compare_digest(given, self._sandbox.control_token.encode()):
            raise BadRequest(401, "refused")
        return str(hello.get("user"))

    async def _tell(self, websocket: WebSocket, user: str) -> None:
        screen = Screen(self._sandbox, user)
        changes = self._sandbox.changes
        try:
            while not changes.over:
                number = changes.number
                if news := screen.news():
                    await websocket.send_text(write({**news, "change": number}))
                await changes.wait(number, WAIT_SECONDS)
        except NotPossible:
            await websocket.close(NOBODY)
        except (WebSocketDisconnect, RuntimeError):
            # The page left during a send; `serve` notices that too.
            return
