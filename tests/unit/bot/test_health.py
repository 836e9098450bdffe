"""Whoever watches the process is told whether it is alive, and whether it does its work."""

import json
import socket
from collections.abc import Callable
from http.client import HTTPConnection

import pytest
from structlog.testing import capture_logs

from bot.serve.health import answering_health
from bot.settings import Address, Settings

ANYWHERE = Address(host="127.0.0.1", port=0)


def answer(port: int | None, path: str, method: str = "GET") -> tuple[int, dict[str, object]]:
    """The status, and what is said."""
    assert port is not None
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
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


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:80", Address(host="127.0.0.1", port=80)), ("[::1]:8", Address(host="::1", port=8)), ("off", None)],
)
def test_the_setting_names_a_host_and_a_port(text: str, address: Address | None) -> None:
    assert Settings(health=text).health_address == address


@pytest.mark.parametrize("text", ["", "8479", ":8479", "localhost:", "localhost:99999", "localhost:x"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        Settings(health=text)
