"""The route /metrics: one reading for all who ask at once, 503 where there is none, and nothing waits for one."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from queue import Queue
from threading import Event

import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from bot.serve.health import answering_health
from handlers.web import metrics
from handlers.web.offered_metrics import Reading
from tests.unit.bot.test_health import ANYWHERE, PATIENCE, answer
from tests.unit.handlers.test_metrics import families, watched
from tests.waiting import wait_until


@contextmanager
def offering(read: Callable[[], Reading], seconds: float = 2 * PATIENCE) -> Iterator[int]:
    with answering_health(ANYWHERE, alive={"loops": lambda: True}, ready={}, metrics=read, seconds=seconds) as port:
        assert port is not None
        yield port


def scraped(port: int) -> tuple[int, str]:
    """The status, and what is said."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/metrics", headers={"Accept": "text/plain"})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def test_who_asks_is_told_the_numbers_and_those_of_the_process() -> None:
    with offering(watched) as port:
        status, body = scraped(port)
    found = {family.name for family in text_string_to_metric_families(body)}
    assert status == 200
    assert found >= {family.name for family in families(watched())}
    assert "process_resident_memory_bytes" in found


def test_all_who_ask_at_once_and_soon_after_wait_for_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "KEPT", PATIENCE)
    released, began = Event(), Queue[None]()

    def read() -> Reading:
        began.put(None)
        released.wait(PATIENCE)
        return watched()

    with offering(read) as port, ThreadPoolExecutor(8) as callers:
        asking = [callers.submit(scraped, port) for _ in range(8)]
        began.get(timeout=PATIENCE)
        # Nothing else is held up by it meanwhile.
        assert answer(port, "/healthz") == (200, {"loops": True})
        released.set()
        assert {one.result()[0] for one in asking} == {200}
        assert scraped(port)[0] == 200
    assert began.empty()


def test_a_database_that_cannot_be_read_is_503_and_is_read_again_at_the_next_scrape() -> None:
    turns = iter([OSError("a secret of the database"), None])

    def read() -> Reading:
        if (turn := next(turns)) is not None:
            raise turn
        return watched()

    with offering(read) as port, capture_logs() as logs:
        status, body = scraped(port)
        assert (status, body) == (503, "the numbers cannot be read now\n")
        assert scraped(port)[0] == 200
    assert [entry["event"] for entry in logs] == ["metrics.not_read"]
    assert "secret" not in str(logs)


@pytest.mark.slow
def test_a_reading_that_hangs_is_503_and_begins_no_second_one_and_holds_up_no_end() -> None:
    released, began = Event(), Queue[None]()

    def hangs() -> Reading:
        began.put(None)
        released.wait()
        return watched()

    with offering(hangs, seconds=4.0) as port:
        assert scraped(port)[0] == 503
        assert scraped(port)[0] == 503
        began.get(timeout=PATIENCE)
        assert began.empty()
        last = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        last.sendall(b"GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n")
    # The block has ended, and it hangs still.
    assert not released.is_set()
    last.close()
    released.set()


@pytest.mark.slow
def test_after_a_reading_that_hung_the_next_scrape_has_its_numbers() -> None:
    released = Event()

    def slow() -> Reading:
        released.wait()
        return watched()

    with offering(slow, seconds=4.0) as port:
        assert scraped(port)[0] == 503
        released.set()
        wait_until(lambda: scraped(port)[0] == 200)


def test_where_it_is_switched_off_there_is_no_such_route() -> None:
    with answering_health(ANYWHERE, alive={}, ready={}) as port:
        assert answer(port, "/metrics")[0] == 404
