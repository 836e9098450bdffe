"""Whoever watches the process is told whether it is alive, and whether it does its work."""

import json
import socket
from collections.abc import Callable
from http.client import HTTPConnection
from queue import Queue
from threading import Event

import pytest
from structlog.testing import capture_logs

from bot.serve.health import answering_health
from bot.settings import Address, Settings
from tests.waiting import LONGEST

ANYWHERE = Address(host="127.0.0.1", port=0)
PATIENCE = LONGEST
"""Seconds after which something that should have happened did not."""


def answer(port: int | None, path: str, method: str = "GET") -> tuple[int, dict[str, object]]:
    """The status, and what is said."""
    assert port is not None
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, json.loads(body) if body.startswith(b"{") else {}


def raising() -> bool:
    raise OSError("gone")


def test_both_say_200_where_all_is_as_it_should_be() -> None:
    with answering_health(ANYWHERE, alive={"loops": lambda: True}, ready={"database": lambda: True}) as port:
        assert answer(port, "/healthz") == (200, {"loops": True})
        assert answer(port, "/readyz") == (200, {"loops": True, "database": True})


@pytest.mark.parametrize("check", [lambda: False, raising])
def test_what_is_not_ready_says_503_and_what_it_is(check: Callable[[], bool]) -> None:
    """It is alive all the same: who restarts it would help nobody."""
    with answering_health(ANYWHERE, alive={"loops": lambda: True}, ready={"slack": check}) as port:
        assert answer(port, "/readyz") == (503, {"loops": True, "slack": False})
        assert answer(port, "/healthz") == (200, {"loops": True})


def test_what_is_not_alive_is_not_ready_either() -> None:
    with answering_health(ANYWHERE, alive={"loops": lambda: False}, ready={}) as port:
        assert answer(port, "/healthz")[0] == 503
        assert answer(port, "/readyz")[0] == 503


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/", "GET", 404), ("/healthz?x", "GET", 404), ("/healthz", "POST", 501)]
)
def test_nothing_else_is_answered(path: str, method: str, status: int) -> None:
    with answering_health(ANYWHERE, alive={}, ready={}) as port:
        assert answer(port, path, method)[0] == status


def test_a_port_that_is_taken_is_said_and_is_no_reason_to_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, capture_logs() as logs:
        address = Address(host="127.0.0.1", port=taken.getsockname()[1])
        with answering_health(address, alive={}, ready={}) as port:
            assert port is None
    assert [entry["event"] for entry in logs] == ["health.not_answered"]


@pytest.mark.slow
def test_a_check_that_hangs_is_not_so_and_holds_up_neither_the_others_nor_the_end() -> None:
    released, asked = Event(), Queue[None]()

    def hangs() -> bool:
        asked.put(None)
        return released.wait()

    ready = {"database": hangs, "slack": lambda: True}
    with answering_health(ANYWHERE, alive={"loops": lambda: True}, ready=ready, seconds=4.0) as port:
        assert answer(port, "/readyz") == (503, {"loops": True, "database": False, "slack": True})
        assert answer(port, "/healthz") == (200, {"loops": True})
        last = socket.create_connection(("127.0.0.1", port or 0), timeout=PATIENCE)
        last.sendall(b"GET /readyz HTTP/1.1\r\nHost: here\r\n\r\n")
        for _ in range(2):
            asked.get(timeout=PATIENCE)
    # The block has ended, and it hangs still.
    assert not released.is_set()
    last.close()
    released.set()


@pytest.mark.slow
@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: "])
def test_a_caller_who_does_not_come_to_the_end_is_cut_off_and_holds_up_nobody(sent: bytes) -> None:
    with answering_health(ANYWHERE, alive={"loops": lambda: True}, ready={}, seconds=2.0) as port:
        with socket.create_connection(("127.0.0.1", port or 0), timeout=PATIENCE) as slow:
            slow.sendall(sent)
            assert answer(port, "/healthz")[0] == 200
            assert _rest(slow) == b""
        # One is connected still when the block ends.
        last = socket.create_connection(("127.0.0.1", port or 0), timeout=PATIENCE)
        last.sendall(sent)
    assert _rest(last) == b""
    last.close()


def _rest(connection: socket.socket) -> bytes:
    """Return all that comes until the other side ends the connection."""
    try:
        return connection.recv(1_000)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:80", Address(host="127.0.0.1", port=80)), ("[::1]:8", Address(host="::1", port=8)), ("off", None)],
)
def test_the_setting_names_a_host_and_a_port(text: str, address: Address | None) -> None:
    assert Settings(health=text).health_address == address
    assert Settings(slack_http=text).slack_http_address == address


@pytest.mark.parametrize("text", ["", "8479", ":8479", "localhost:", "localhost:99999", "localhost:x"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        Settings(health=text)
    with pytest.raises(ValueError, match="HOST:PORT"):
        Settings(slack_http=text)
