"""A workspace of the sandbox, and a person who presses buttons in it by the clock: a process of its own.

Both run on one loop and nothing else runs in this interpreter, so that what is measured waits for the product and not
for the clicker. The milliseconds are the sandbox's: from sending an envelope to its acknowledgement.

Each line on standard input is an order: `{"press": [TS, ...]}`, to press a button of each of these messages, or
`{"connected": true}`, to tell whether an app is.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import Sequence

from pydantic import JsonValue

from bot.sandbox.errors import NotPossible
from bot.sandbox.http.server import create_server
from bot.sandbox.people.presses import press
from bot.sandbox.state.sandbox import Sandbox
from handlers.slack.ids import Action

A_SECOND = 50
CHANNEL, REVIEWER = "C0SUPPORT", "U0ANA"


async def _serve(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as at:
        # asyncio sets TCP_NODELAY only on sockets that say they are TCP; without it an envelope may be 40 ms late.
        at.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sandbox.url = f"http://127.0.0.1:{at.getsockname()[1]}"
        server = create_server(sandbox)
        serving = asyncio.create_task(server.serve(sockets=[at]))
        while not server.started:
            await asyncio.sleep(0.005)
        _say({"url": sandbox.url})
        while order := await asyncio.to_thread(sys.stdin.readline):
            asked = json.loads(order)
            _say(
                await _pressed(sandbox, asked["press"])
                if "press" in asked
                else {"connected": sandbox.sockets.connected}
            )
        server.should_exit = True
        await serving


async def _pressed(sandbox: Sandbox, stamps: Sequence[str]) -> dict[str, JsonValue]:
    """Press a button of each message by the clock, whether the press before was acknowledged or not."""
    began = time.monotonic() + 0.1
    pressing, late = [], 0.0
    for place, ts in enumerate(stamps):
        due = began + place / A_SECOND
        # People press in real time, however slow the product is: this is the measurement.
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        late = max(late, time.monotonic() - due)
        pressing.append(asyncio.create_task(_press(sandbox, ts)))
    outcomes = await asyncio.gather(*pressing)
    return {
        "milliseconds": [milliseconds for milliseconds, _ in outcomes],
        "acknowledged": sum(acknowledged for _, acknowledged in outcomes),
        "late": late,
    }


async def _press(sandbox: Sandbox, ts: str) -> tuple[int, bool]:
    try:
        outcome = await press(sandbox, REVIEWER, CHANNEL, ts, action_id=Action.APPROVE)
    except NotPossible as error:
        sys.exit(f"the card cannot be pressed: {error}")
    return int(str(outcome["milliseconds"])), bool(outcome["acknowledged"])


def _say(words: dict[str, JsonValue]) -> None:
    sys.stdout.write(json.dumps({"bench": words}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(Sandbox(rate_limited=False)))
