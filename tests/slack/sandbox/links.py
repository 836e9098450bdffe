"""Bare connections, to see apart what comes over each of them."""

import json
from collections.abc import Callable
from contextlib import suppress

from websockets.sync.client import ClientConnection

from bot.sandbox.client import Person
from bot.sandbox.http.running_sandbox import Running
from tests.slack.sandbox.building import Object, actions, button
from tests.slack.sandbox.conftest import SUPPORT, web_client
from tests.waiting import LONGEST

Connect = Callable[[], ClientConnection]


def hear(connection: ClientConnection) -> Object:
    """Wait for what comes next over a connection."""
    heard: Object = json.loads(connection.recv(timeout=LONGEST))
    return heard


def heard(connection: ClientConnection) -> list[Object]:
    """All that came over a connection by now: what was sent before the answer to a ping."""
    assert connection.ping().wait(LONGEST)
    found: list[Object] = []
    with suppress(TimeoutError):
        while True:
            found.append(json.loads(connection.recv(timeout=0)))
    return found


def press(bare: Running) -> Callable[[], object]:
    slack = web_client(bare)
    ts = slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[actions(button())])["ts"]
    ana: Person = bare.person("U0ANA")
    return lambda: ana.press(SUPPORT, ts, "go")
