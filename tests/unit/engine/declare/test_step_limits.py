"""A step keeps to its time and to its number of calls at once, and waits as it was told before it tries again."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError, Event, Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenacity import Future, RetryCallState, Retrying

from tests.waiting import LONGEST
from workflows import Backoff, BadDeclaration, NotDone, TimeLimits, TryAgain, step
from workflows.engine.declare.calls.backoff import LONGEST_WAIT, seconds
from workflows.engine.declare.steps import Backoffs
from workflows.tools.deadlines import seconds_left, within


def test_the_code_of_a_step_can_ask_how_much_time_is_left() -> None:
    @step(timeout=3_600)
    def look() -> float:
        left = seconds_left()
        assert left is not None
        return left

    assert 3_000 < look() <= 3_600
    assert seconds_left() is None


def test_an_earlier_deadline_stays() -> None:
    with within(5), within(60):
        left = seconds_left()
    assert left is not None
    assert left <= 5
    with within(5), within(None):
        assert seconds_left() is not None


def test_a_deadline_that_has_passed_leaves_nothing() -> None:
    with within(0.000001):
        time.sleep(0.001)
        assert seconds_left() == 0


def test_a_result_that_comes_late_is_kept() -> None:
    """It is known what happened; to forget it would make a doubt of it."""

    @step(timeout=0.01)
    def late() -> str:
        while seconds_left():
            time.sleep(0.001)
        return "receipt"

    assert late() == "receipt"


class Crowd:
    """Counts how many are inside at a time."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self._lock = Lock()

    @contextmanager
    def one(self) -> Iterator[None]:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            yield
        finally:
            with self._lock:
                self.inside -= 1


@pytest.mark.parametrize(("at_once", "meet"), [(1, 2), (3, 4), (None, 8)])
def test_no_more_calls_than_that_are_made_at_once(at_once: int | None, meet: int) -> None:
    """`meet` callers never come together where one fewer is allowed; without a limit they do."""
    crowd, together = Crowd(), Barrier(meet)

    @step(at_once=at_once)
    def call(number: int) -> int:
        with crowd.one():
            try:
                together.wait(0.05 if at_once else LONGEST)
            except BrokenBarrierError:
                together.reset()
            return number

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(call, range(8))) == list(range(8))
    assert crowd.most <= (at_once or 8)
    assert crowd.inside == 0


def test_a_call_that_gets_no_place_in_time_is_told_to_try_again() -> None:
    inside, leave = Event(), Event()

    @step(at_once=1, timeout=0.1)
    def call() -> None:
        inside.set()
        leave.wait(LONGEST)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(call)
        assert inside.wait(LONGEST)
        with pytest.raises(TryAgain, match="1 calls of it are being made"):
            call()
        leave.set()
        first.result(LONGEST)
    call()


def test_a_call_that_fails_gives_its_place_back() -> None:
    @step(at_once=1, timeout=0.1)
    def fail() -> None:
        raise NotDone("no")

    for _ in range(3):
        with pytest.raises(NotDone, match=r"^no$"):
            fail()


def test_a_step_that_calls_itself_needs_one_place() -> None:
    @step(at_once=1, timeout=5)
    def count(number: int) -> int:
        return 0 if number == 0 else 1 + count(number - 1)

    assert count(3) == 3


ENDLESS = float("inf")
NONE = float("nan")


@pytest.mark.parametrize(
    ("timeout", "at_once"),
    [(0, None), (-1, None), (NONE, None), (ENDLESS, None), (90_000, None), (None, 0), (None, -1)],
)
def test_a_limit_that_lets_nothing_through_or_is_none_is_the_authors_error(
    timeout: float | None, at_once: int | None
) -> None:
    with pytest.raises(BadDeclaration, match="has to be"):

        @step(timeout=timeout, at_once=at_once)
        def never() -> None: ...


@pytest.mark.parametrize("seconds", [0, -1, NONE, ENDLESS, 90_000])
@pytest.mark.parametrize("of", ["code", "rule"])
def test_so_is_a_time_limit_of_a_workflows_code(of: str, seconds: float) -> None:
    with pytest.raises(BadDeclaration, match="more than 0 and at most 86400 seconds"):
        TimeLimits(**{of: seconds})


@pytest.mark.parametrize(("first", "longest"), [(0, 1), (-1, 1), (2, 1), (1, 61), (NONE, 1)])
def test_a_backoff_that_is_none_is_the_authors_error(first: float, longest: float) -> None:
    with pytest.raises(BadDeclaration, match="a backoff has"):
        Backoff(first=first, longest=longest)


class Busy(TryAgain):
    """One kind of error."""


class VeryBusy(Busy):
    """A more special kind of it."""


def after(error: Exception, attempt: int, backoffs: Backoffs) -> float:
    """The pause after the nth attempt."""
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempt
    state.outcome = Future(attempt)
    state.outcome.set_exception(error)
    return seconds(state, backoffs)


@given(
    st.floats(0.01, 5),
    st.floats(5, 60),
    st.integers(1, 60),
    st.one_of(st.none(), st.floats(0, 1e9)),
)
def test_a_pause_grows_within_its_bounds(first: float, longest: float, attempt: int, asked: float | None) -> None:
    waited = after(Busy("busy", after=asked), attempt, {TryAgain: Backoff(first=first, longest=longest)})
    least = min(max(first * 2 ** (attempt - 1), 0) if attempt < 30 else longest, longest)
    assert min(max(least, asked or 0), LONGEST_WAIT) <= waited + 1e-9
    assert waited <= min(max(longest + first, asked or 0), LONGEST_WAIT) + 1e-9


@pytest.mark.parametrize("asked", [float("nan"), float("-inf"), -1.0])
def test_a_time_that_is_none_asks_for_nothing(asked: float) -> None:
    """An author may have made it of any text that a server sent."""
    assert after(Busy("busy", after=asked), 1, {TryAgain: Backoff(first=1, longest=1)}) <= 2


def test_pauses_are_not_all_the_same() -> None:
    """Many that failed together do not come back together."""
    assert len({after(Busy("busy"), 1, {}) for _ in range(20)}) > 1


def test_the_nearest_type_of_an_error_says_how_long() -> None:
    backoffs: Backoffs = {TryAgain: Backoff(first=1, longest=1), Busy: Backoff(first=7, longest=7)}
    assert 7 <= after(VeryBusy("busy"), 1, backoffs) <= 14
    assert 1 <= after(TryAgain("busy"), 1, backoffs) <= 2
    assert 0.5 <= after(ConnectionError("reset"), 1, backoffs) <= 1


def test_an_error_that_has_a_backoff_is_tried_again() -> None:
    @step(tries=2, backoff={LookupError: Backoff(first=1)})
    def find() -> None: ...

    assert LookupError in find.retry_on
    assert TryAgain in find.retry_on
