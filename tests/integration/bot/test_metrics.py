"""`countersign serve` tells Prometheus its numbers, and no secret and no word of a case is among them."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.integration.bot.commandline import CommandLine, wait_until
from tests.ports import free_port
from tests.waiting import LONGEST

pytestmark = pytest.mark.slow

ALERTS = Path(__file__).parents[3] / "docs" / "install" / "alerts.yml"
SECRET = "xoxb-1-never-shown"


@contextmanager
def serving(countersign: CommandLine, port: int) -> Iterator[None]:
    serve = countersign.started("serve", "--no-slack", "--no-schedule")
    try:
        yield
    finally:
        serve.send_signal(signal.SIGTERM)
        _, log = serve.communicate(timeout=LONGEST)
    assert serve.returncode == 0, log


def scraped(port: int) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    with suppress(ConnectionError):
        connection.request("GET", "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    connection.close()
    return 0, ""


def test_a_server_is_scraped(countersign: CommandLine) -> None:
    """A28: what a case says, its key, who decided, and the secrets in the settings stay where they are."""
    port = free_port()
    countersign.settings.update(COUNTERSIGN_HEALTH=f"127.0.0.1:{port}", ANTHROPIC_API_KEY=SECRET)
    countersign("submit", '{"id": 4711, "text": "unsure of Ms Curie"}', "--workflow", "parcels")
    with serving(countersign, port):
        waiting = 'countersign_reviews_open{workflow="parcels"} 1.0'
        wait_until(lambda: waiting in scraped(port)[1])
        status, body = scraped(port)
    assert status == 200
    families = text_string_to_metric_families(body)  # type: ignore[no-untyped-call]  # its authors left it untyped
    samples = {sample.name: sample.labels for family in families for sample in family.samples}
    assert {"countersign_cases_total", "countersign_build_info", "process_open_fds"} <= set(samples)
    # What the alert rules ask for; of a model there is nothing before one was asked.
    rules = ALERTS.read_text()
    of_models = {"countersign_model_requests_total", "countersign_model_requests_sent_total"}
    assert set(re.findall(r"\b(?:countersign|process)_[a-z_]+", rules)) - set(samples) == of_models
    for check in re.findall(r'check=~"([^"]+)"', rules)[0].split("|"):
        assert f'countersign_ready{{check="{check}"}} 1.0' in body
    assert 'countersign_log_events_total{event="job.failed",level="error"} 0.0' in body
    for hidden in (SECRET, "4711", "parcel-", "Curie", "unsure"):
        assert hidden not in body


def test_it_can_be_switched_off(countersign: CommandLine) -> None:
    port = free_port()
    countersign.settings.update(COUNTERSIGN_HEALTH=f"127.0.0.1:{port}", COUNTERSIGN_METRICS="false")
    with serving(countersign, port):
        wait_until(lambda: scraped(port)[0])
        assert scraped(port)[0] == 404
