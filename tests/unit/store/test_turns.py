"""Writers take turns in the order in which they came, and whoever a person waits for goes first."""

import time
from collections.abc import Callable
from threading import Thread

import pytest

from store.turns import Turns

LONGEST = 10.0
"""Seconds that a thread may take to get where it is expected."""


def wait_until(reached: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do."""
    end = time.monotonic() + LONGEST
    while not reached():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.001)


class Queue:
    """Threads that ask for their turn one after the other while somebody else holds it."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.served: list[str] = []
        self.threads: list[Thread] = []

    def ask(self, name: str, *, urgent: bool = False) -> None:
        """Ask in a thread, and come back when it stands in the queue."""
        waiting = self.length()

        def take() -> None:
            with self.turns.turn(urgent=urgent):
                self.served.append(name)

        thread = Thread(target=take)
        thread.start()
        self.threads.append(thread)
        wait_until(lambda: self.length() == waiting + 1)

    def length(self) -> int:
        # Only the lock itself knows who has arrived; without asking it, the order of arrival would be a guess.
        return len(self.turns._urgent) + len(self.turns._patient)

    def end(self) -> list[str]:
        """The names in the order in which they were served."""
        for thread in self.threads:
            thread.join(LONGEST)
            assert not thread.is_alive()
        return self.served


def test_turns_are_given_in_the_order_of_arrival() -> None:
    turns = Turns()
    queue = Queue(turns)
    names = [f"worker {number}" for number in range(20)]
    with turns.turn():
        for name in names:
            queue.ask(name)
    assert queue.end() == names


def test_an_urgent_one_goes_before_all_who_are_patient_and_after_those_urgent_before_it() -> None:
    turns = Turns()
    queue = Queue(turns)
    with turns.turn():
        queue.ask("worker 1")
        queue.ask("click 1", urgent=True)
        queue.ask("worker 2")
        queue.ask("click 2", urgent=True)
    assert queue.end() == ["click 1", "click 2", "worker 1", "worker 2"]


def test_an_exception_in_a_turn_passes_it_on() -> None:
    turns = Turns()
    queue = Queue(turns)

    def fail_while_another_waits() -> None:
        with turns.turn():
            queue.ask("the next")
            raise RuntimeError("gone wrong")

    with pytest.raises(RuntimeError, match="gone wrong"):
        fail_while_another_waits()
    assert queue.end() == ["the next"]


def test_an_exception_with_nobody_waiting_leaves_the_turn_free() -> None:
    turns = Turns()
    with pytest.raises(RuntimeError, match="gone wrong"), turns.turn():
        raise RuntimeError("gone wrong")
    with turns.turn():
        pass


def test_one_at_a_time_holds_the_turn_however_many_want_it() -> None:
    turns = Turns()
    inside = 0
    most = 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(200):
            with turns.turn():
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    assert most == 1
    assert inside == 0
