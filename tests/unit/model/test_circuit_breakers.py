"""Circuit breakers of models: when they open, and the one question that is let through."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest

from tests.waiting import LONGEST
from workflows.model.asking.request_attempts import Attempt
from workflows.model.circuit_breakers import FAILURES, Breakers, CircuitOpen
from workflows.model.outcomes import Outcome, Verdict

MODEL = "claude-haiku-5-5"


def fail(breakers: Breakers, why: str = "it is down") -> None:
    """One question that ends failed."""
    breakers.count(MODEL, breakers.through(MODEL, came_to(Outcome.TRANSIENT, why)))


def came_to(outcome: Outcome, why: str = "it is down") -> Callable[[], Attempt]:
    return lambda: Attempt(verdict=Verdict(outcome=outcome, why=why), model=MODEL)


def opened(*, open_for: timedelta = timedelta(hours=1), outcome: Outcome = Outcome.TRANSIENT) -> Breakers:
    breakers = Breakers(lambda model, reason: None, open_for=open_for)
    if outcome is not Outcome.TRANSIENT:
        breakers.through(MODEL, came_to(outcome))
        return breakers
    for _ in range(FAILURES):
        fail(breakers)
    return breakers


def test_failures_in_a_row_open_it_and_it_is_told_once() -> None:
    told: list[str] = []
    breakers = Breakers(lambda model, reason: told.append(f"{model}: {reason}"))
    for number in range(FAILURES):
        breakers.refuse(MODEL)
        for _ in range(FAILURES):
            breakers.through(MODEL, came_to(Outcome.TRANSIENT, "an attempt of many"))
        fail(breakers, f"failure {number}")
    with pytest.raises(CircuitOpen, match="failure 4"):
        breakers.through(MODEL, came_to(Outcome.ANSWERED))
    with pytest.raises(CircuitOpen, match="failure 4"):
        breakers.refuse(MODEL)
    assert told == [f"{MODEL}: failure 4"]
    breakers.through("another", came_to(Outcome.ANSWERED))


@pytest.mark.parametrize("outcome", [Outcome.ANSWERED, Outcome.GARBAGE, Outcome.REFUSED])
def test_whatever_shows_that_it_works_begins_the_count_anew(outcome: Outcome) -> None:
    breakers = Breakers(lambda model, reason: None)
    for _ in range(3):
        for _ in range(FAILURES - 1):
            fail(breakers)
        breakers.through(MODEL, came_to(outcome))
    breakers.refuse(MODEL)


def test_one_trial_is_let_through_at_a_time() -> None:
    breakers = opened(open_for=timedelta(0))
    all_at_once, in_trial, made = Barrier(8), Event(), []

    def slow() -> Attempt:
        made.append(1)
        in_trial.wait(LONGEST)
        return came_to(Outcome.TRANSIENT)()

    def ask(_: int) -> bool:
        all_at_once.wait()
        try:
            breakers.through(MODEL, slow)
        except CircuitOpen:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(ask, number) for number in range(8)]
        while sum(one.done() for one in asked) < 7:
            time.sleep(0.01)
        in_trial.set()
    assert len(made) == 1
    assert sum(one.result() for one in asked) == 1


def test_a_trial_that_succeeds_closes_it_and_one_that_fails_leaves_it_open() -> None:
    breakers = opened(open_for=timedelta(0))
    breakers.through(MODEL, came_to(Outcome.TRANSIENT))
    breakers.through(MODEL, came_to(Outcome.ANSWERED))
    for _ in range(FAILURES - 1):
        fail(breakers)
    breakers.refuse(MODEL)


def test_a_late_failure_neither_shortens_a_spend_limits_time_nor_takes_its_reason() -> None:
    told: list[str] = []
    breakers = Breakers(lambda model, reason: told.append(reason), open_for=timedelta(0))
    began, may_end = Event(), Event()

    def late() -> Attempt:
        began.set()
        may_end.wait(LONGEST)
        return came_to(Outcome.TRANSIENT, "a late time-out")()

    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(breakers.through, MODEL, late)
        assert began.wait(LONGEST)
        breakers.through(MODEL, came_to(Outcome.SPENT, "the spend limit is reached"))
        may_end.set()
        under_way.result()
    with pytest.raises(CircuitOpen, match="the spend limit is reached"):
        breakers.refuse(MODEL)
    assert told == ["the spend limit is reached"]


def test_a_clock_that_is_set_back_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """F49: the library asks for the time of day."""
    breakers = opened(open_for=timedelta(seconds=0.05))

    class Earlier(type(breakers._of(MODEL)._since.opened_at)):  # type: ignore[misc]  # datetime, an hour ago
        @classmethod
        def now(cls, zone: object = None) -> object:
            return super().now(zone) - timedelta(hours=1)

    monkeypatch.setattr("pybreaker.datetime", Earlier)
    monkeypatch.setattr("workflows.model.circuit_breakers.datetime", Earlier)
    time.sleep(0.06)
    breakers.through(MODEL, came_to(Outcome.ANSWERED))


def test_questions_that_end_throttled_in_a_row_open_it() -> None:
    breakers = Breakers(lambda model, reason: None)
    throttled = came_to(Outcome.THROTTLED, "asked too often")
    for _ in range(FAILURES):
        breakers.refuse(MODEL)
        breakers.count(MODEL, breakers.through(MODEL, throttled))
    with pytest.raises(CircuitOpen, match="asked too often"):
        breakers.refuse(MODEL)
