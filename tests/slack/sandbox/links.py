"""Bare connections, to see apart what comes over each of them."""

import json
from collections.abc import Callable

from websockets.sync.client import ClientConnection

from bot.sandbox.client import Person
from bot.sandbox.http.running_sandbox import Running
from tests.slack.sandbox.building import Object, actions, button
from tests.slack.sandbox.conftest import SUPPORT, web_client

Connect = Callable[[], ClientConnection]


def hear(connection: ClientConnection, seconds: float = 2.0) -> Object:
    heard: Object = json.loads(connection.recv(timeout=seconds))
    return heard


def press(bare: Running) -> Callable[[], object]:
    slack = web_client(bare)
    ts = slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[actions(button())])["ts"]
    ana: Person = bare.person("U0ANA")
    return lambda: ana.press(SUPPORT, ts, "go")


def heard_nothing(connection: ClientConnection) -> bool:
    try:
        connection.recv(timeout=0.01)
    except TimeoutError:
        return True
    return False
