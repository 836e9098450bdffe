"""F68: while its PostgreSQL stands still, a `serve` says so, and goes on by itself afterwards."""

import json
import signal
from http.client import HTTPConnection

import pytest

from tests.integration.bot.commandline import CommandLine, wait_until
from tests.ports import free_port
from tests.standstill import stopped
from tests.waiting import LONGEST

pytestmark = pytest.mark.slow


def is_ready(port: int, what: str) -> bool | None:
    """Return one value of /readyz; None where nothing answers yet."""
    connection = HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    try:
        connection.request("GET", "/readyz")
        found: bool = json.loads(connection.getresponse().read())[what]
    except ConnectionError:
        return None
    finally:
        connection.close()
    return found


def scraped(port: int) -> int:
    """Return the status of /metrics."""
    connection = HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().status
    finally:
        connection.close()


# `own_server` stands first: it is started by another user, who may not enter the test's folder.
def test_while_the_server_stands_still_readiness_says_so_and_afterwards_work_goes_on(
    own_server: tuple[str, int], countersign: CommandLine
) -> None:
    url, pid = own_server
    port = free_port()
    countersign.settings.update(
        COUNTERSIGN_DATABASE_URL=url, COUNTERSIGN_PROMPTS="files", COUNTERSIGN_HEALTH=f"127.0.0.1:{port}"
    )
    countersign.done("migrate")
    serve = countersign.started("serve", "--no-slack", "--no-schedule")
    try:
        wait_until(lambda: is_ready(port, "started"))
        assert is_ready(port, "database")
        assert scraped(port) == 200
        with stopped(pid):
            wait_until(lambda: is_ready(port, "database") is False)
            wait_until(lambda: scraped(port) == 503)
        wait_until(lambda: is_ready(port, "database"))
        wait_until(lambda: scraped(port) == 200)
        countersign("submit", '{"id": 1, "text": "x"}', "--workflow", "parcels")
        wait_until(lambda: "parcels/parcel-1" in countersign.effects())
    finally:
        serve.send_signal(signal.SIGTERM)
        _, log = serve.communicate(timeout=LONGEST)
    assert serve.returncode == 0, log
