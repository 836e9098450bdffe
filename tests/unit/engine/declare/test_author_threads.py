"""Author code runs under a limit of time, in a thread that nothing waits for."""

import os
import threading
import time
from threading import Event, Thread
from types import SimpleNamespace

import pytest

from tests.integration.bot.commandline import wait_until
from tests.waiting import LONGEST
from workflows.engine.declare.calls import author_threads
from workflows.errors import CodeExited, TimeLimitPassed


def test_a_call_gives_what_the_code_returns_or_raises() -> None:
    assert author_threads.run(lambda: 3, what="it", seconds=LONGEST) == 3
    with pytest.raises(ZeroDivisionError):
        author_threads.run(lambda: 1 // 0, what="it", seconds=LONGEST)


def test_what_is_meant_to_end_a_program_ends_only_the_call() -> None:
    def exits() -> None:
        raise SystemExit(7)

    with pytest.raises(CodeExited, match=r"SystemExit \(7\)") as caught:
        author_threads.run(exits, what="it", seconds=LONGEST)
    assert isinstance(caught.value.__cause__, SystemExit)


def test_what_a_test_takes_for_the_end_of_the_process_is_contained_nowhere() -> None:
    def ends() -> None:
        raise author_threads.Ended

    with pytest.raises(author_threads.Ended):
        author_threads.run(lambda: author_threads.run(ends, what="inner", seconds=LONGEST), what="it", seconds=LONGEST)


def test_a_call_that_does_not_return_is_given_up_and_counted_until_it_does() -> None:
    over = Event()
    with pytest.raises(TimeLimitPassed, match=r"^the step x of sample did not return within 0\.1 s"):
        author_threads.run(lambda: over.wait(), what="the step x", workflow="sample", seconds=0.1)
    assert author_threads.stuck() == [author_threads.Stuck(workflow="sample", what="the step x")]
    over.set()
    wait_until(lambda: not author_threads.stuck())


def test_the_innermost_piece_of_code_is_the_one_that_is_held_to_its_limit() -> None:
    over = Event()

    def outer() -> None:
        author_threads.run(over.wait, what="the inner one", seconds=0.1)

    with pytest.raises(TimeLimitPassed, match="the inner one of sample"):
        author_threads.run(outer, what="the outer one", workflow="sample", seconds=LONGEST)
    over.set()


def test_the_time_of_what_code_calls_is_not_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is moved, by more than it has, while it is in what it calls."""
    ahead = [0.0]
    moved = SimpleNamespace(monotonic=lambda: time.monotonic() + ahead[0])
    monkeypatch.setattr("workflows.engine.declare.calls.author_threads.time", moved)

    def takes_long() -> None:
        ahead[0] += 2 * LONGEST

    def outer() -> str:
        author_threads.run(takes_long, what="a step", seconds=10 * LONGEST)
        with author_threads.untimed():
            takes_long()
        return "done"

    assert author_threads.run(outer, what="the outer one", seconds=LONGEST) == "done"


def test_what_goes_on_after_it_was_given_up_gets_no_further_than_our_code() -> None:
    over, reached, stopped = Event(), [], Event()

    def outer() -> None:
        over.wait()
        try:
            author_threads.run(lambda: reached.append("a step"), what="a step", seconds=LONGEST)
        finally:
            stopped.set()

    with pytest.raises(TimeLimitPassed):
        author_threads.run(outer, what="the outer one", seconds=0.1)
    over.set()
    assert stopped.wait(LONGEST)
    assert reached == []


def test_code_that_has_run_for_long_is_slow_while_it_is_waited_for() -> None:
    over = Event()
    caller = Thread(target=lambda: author_threads.run(over.wait, what="it", workflow="sample", seconds=LONGEST))
    caller.start()
    wait_until(lambda: author_threads.slow(0.05) == {"sample": 1})
    assert author_threads.stuck() == []
    over.set()
    caller.join()
    assert not author_threads.slow(0)


def test_threads_are_used_again_and_none_of_them_is_waited_for_at_the_end() -> None:
    def name() -> int:
        assert threading.current_thread().daemon
        return threading.get_ident()

    assert len({author_threads.run(name, what="it", seconds=LONGEST) for _ in range(20)}) < 5


def test_a_process_that_was_forked_waits_for_no_thread_of_the_old_one() -> None:
    author_threads.run(lambda: None, what="it", seconds=LONGEST)
    child = os.fork()
    if child == 0:
        os._exit(author_threads.run(lambda: 21, what="it", seconds=LONGEST))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 21
