"""Limits of the requests to one model: how many at once, and how many in a minute."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from tests.waiting import LONGEST
from workflows.model.concurrency import LONGEST_WAIT, Busy, Concurrency


def test_no_more_is_under_way_at_one_model_than_is_set_and_another_has_a_lane_of_its_own() -> None:
    """Three meet at each: with fewer they would wait for a third one in vain."""
    concurrency, lock = Concurrency(at_once=3), Lock()
    meeting = {model: Barrier(3) for model in "ab"}
    under_way, most = {"a": 0, "b": 0}, {"a": 0, "b": 0}

    def ask(number: int) -> None:
        model = "ab"[number % 2]
        with concurrency.slot(model):
            with lock:
                under_way[model] += 1
                most[model] = max(most[model], under_way[model])
            meeting[model].wait(LONGEST)
            with lock:
                under_way[model] -= 1

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(ask, range(60)))
    assert most == {"a": 3, "b": 3}


def test_a_turn_is_given_back_whatever_happens_in_it() -> None:
    concurrency = Concurrency(at_once=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), concurrency.slot("a"):
            raise ZeroDivisionError
    with concurrency.slot("a"):
        pass


def test_an_early_request_waits_as_long_as_is_needed_and_not_for_ever() -> None:
    waits: list[float] = []
    concurrency = Concurrency(per_minute=2, sleep=waits.append)
    for _ in range(2):
        with concurrency.slot("a"):
            pass
    with pytest.raises(Busy, match="a was asked 2 times within a minute"), concurrency.slot("a"):
        pass
    assert sum(waits) <= LONGEST_WAIT
    with concurrency.slot("b"):
        pass


def test_what_was_counted_while_the_clock_was_ahead_holds_up_nobody_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """F69: 400 days ahead for a moment."""
    waits: list[float] = []
    concurrency = Concurrency(per_minute=2, sleep=waits.append)
    real = time.time
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: real() + 400 * 86_400)
        for _ in range(2):
            with concurrency.slot("a"):
                pass
    with concurrency.slot("a"):
        pass
    assert not waits


def test_files_of_requests_share_one_memory_whatever_their_models() -> None:
    """A file that is larger than all of it goes alone."""
    concurrency, lock = Concurrency(most_bytes=100), Lock()
    under_way, most = 0, 0

    def ask(number: int) -> None:
        nonlocal under_way, most
        size = (40, 60, 500)[number % 3]
        with concurrency.slot("ab"[number % 2], size=size):
            with lock:
                under_way += min(size, 100)
                most = max(most, under_way)
            with lock:
                under_way -= min(size, 100)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(ask, range(90)))
    assert 0 < most <= 100
    with concurrency.slot("a"), concurrency.slot("a", size=100):
        pass
