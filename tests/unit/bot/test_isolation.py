"""Most runs are worked on beside others; a suspect is worked on while nothing else is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock

from bot.worker.isolation import Isolation
from bot.worker.threads import ThreadPool
from tests.waiting import LONGEST, wait_until
from workflows.engine.declare.calls import author_threads


def test_many_are_inside_at_once() -> None:
    isolation, all_inside = Isolation(), Barrier(4, timeout=LONGEST)

    def work() -> None:
        with isolation.among(alone=False):
            all_inside.wait()

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(work) for _ in range(4)]:
            one.result()


def test_whoever_is_to_be_alone_waits_until_nobody_is_inside_and_keeps_the_others_out() -> None:
    isolation, lock = Isolation(), Lock()
    inside: set[str] = set()
    beside: dict[str, set[str]] = {}
    go_on = Event()

    def work(name: str, *, alone: bool) -> None:
        with isolation.among(alone=alone):
            with lock:
                beside[name] = set(inside)
                inside.add(name)
            if name == "first":
                go_on.wait(LONGEST)
            with lock:
                inside.discard(name)

    with ThreadPoolExecutor(8) as pool:
        tasks = [pool.submit(work, "first", alone=False)]
        while not inside:
            pass
        tasks += [pool.submit(work, f"suspect {number}", alone=True) for number in range(2)]
        tasks += [pool.submit(work, f"later {number}", alone=False) for number in range(4)]
        go_on.set()
        for task in tasks:
            task.result(timeout=LONGEST)
    for name in ("suspect 0", "suspect 1"):
        assert beside[name] == set()
    assert not any(other.startswith("suspect") for others in beside.values() for other in others)


def test_code_that_hangs_for_one_workspace_clogs_no_other() -> None:
    """Both run a workflow of the same name."""
    go = Event()
    theirs, ours = (ThreadPool(2, slow_after=0.05, owner=owner) for owner in ("T0THEIRS", "T0OURS"))

    def hang() -> object:
        return author_threads.run(lambda: go.wait(LONGEST), what="its delivery", workflow="triage")

    try:
        for _ in range(4):
            theirs.submit(hang)
        wait_until(lambda: theirs.clogged == {"triage"} and theirs.slow >= 2)
        assert (ours.clogged, ours.slow, ours.goes_on) == (frozenset(), 0, True)
        done = ours.submit(lambda: author_threads.run(lambda: "done", what="its delivery", workflow="triage"))
        assert done.result(LONGEST) == "done"
    finally:
        go.set()
        assert theirs.close(seconds=LONGEST) == ours.close(seconds=LONGEST) == 0
