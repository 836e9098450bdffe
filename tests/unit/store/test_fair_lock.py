"""Writers take turns in the order in which they came, and whoever a person waits for goes first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread

import pytest

from store.db import fair_lock as turns_module
from store.db.fair_lock import FairLock, TookTooLong
from tests.waiting import LONGEST, wait_until


@contextmanager
def turn(turns: FairLock, *, urgent: bool = False) -> Iterator[None]:
    """Hold the turn for the block."""
    turns.wait(urgent=urgent)
    try:
        yield
    finally:
        turns.pass_on()


class Queue:
    """Threads that ask for their turn one after the other while somebody else holds it."""

    def __init__(self, turns: FairLock) -> None:
        self.turns = turns
        self.served: list[str] = []
        self.threads: list[Thread] = []

    def ask(self, name: str, *, urgent: bool = False) -> None:
        """Ask in a thread, and come back when it stands in the queue."""
        waiting = self.length()

        def take() -> None:
            with turn(self.turns, urgent=urgent):
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
    turns = FairLock()
    queue = Queue(turns)
    names = [f"worker {number}" for number in range(20)]
    with turn(turns):
        for name in names:
            queue.ask(name)
    assert queue.end() == names


def test_an_urgent_one_goes_before_all_who_are_patient_and_after_those_urgent_before_it() -> None:
    turns = FairLock()
    queue = Queue(turns)
    with turn(turns):
        queue.ask("worker 1")
        queue.ask("click 1", urgent=True)
        queue.ask("worker 2")
        queue.ask("click 2", urgent=True)
    assert queue.end() == ["click 1", "click 2", "worker 1", "worker 2"]


def test_a_turn_is_handed_over_only_where_somebody_waits() -> None:
    turns = FairLock()
    queue = Queue(turns)
    turns.wait()
    assert not turns.hand_over()
    queue.ask("the next")
    assert turns.hand_over()
    assert queue.end() == ["the next"]


def test_a_thread_that_waited_too_long_is_in_nobodys_way() -> None:
    turns = FairLock()
    queue = Queue(turns)
    with turn(turns):
        with pytest.raises(TookTooLong, match=r"was not free within 0\.01 s"):
            turns.wait(patience=0.01)
        queue.ask("the next")
    assert queue.end() == ["the next"]


class Interrupted(BaseException):
    """As Ctrl-C is, in the thread that waits."""


@pytest.mark.parametrize("came", [False, True], ids=["before its turn", "when its turn just came"])
def test_an_interrupted_thread_leaves_the_turn_to_the_next(monkeypatch: pytest.MonkeyPatch, came: bool) -> None:
    turns = FairLock()
    queue = Queue(turns)

    class Interrupting:
        def __init__(self) -> None:
            self._lock = Lock()
            self.release = self._lock.release

        def acquire(self, blocking: bool = True, timeout: float = 0) -> bool:
            if timeout != -1:
                return self._lock.acquire(blocking)
            if came:
                queue.ask("the next")
                turns.pass_on()
            raise Interrupted

    turns.wait()
    with monkeypatch.context() as patch:
        patch.setattr(turns_module, "Lock", _once(Interrupting))
        with pytest.raises(Interrupted):
            turns.wait()
    if not came:
        queue.ask("the next")
        turns.pass_on()
    assert queue.end() == ["the next"]
    with turn(turns):
        pass


def _once(kind: Callable[[], object]) -> Callable[[], object]:
    """Makes one of a kind, and plain locks after it."""
    kinds = iter([kind])
    return lambda: next(kinds, Lock)()


def test_one_at_a_time_holds_the_turn_however_many_want_it() -> None:
    turns = FairLock()
    inside = 0
    most = 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(200):
            with turn(turns):
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
