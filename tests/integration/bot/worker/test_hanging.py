"""F63, F67: author code that hangs on every worker at once, or tries to end them, stops neither the others nor the
process; on SQLite and on PostgreSQL."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

import pytest

from bot.app import App, opened
from bot.settings import Settings
from bot.worker.embedded import Embedded
from bot.worker.port import Dispatcher
from bot.worker.postgres import Queued
from bot.worker.threads import SPARE, ThreadPool, Unfinished
from store.cases import runs
from tests.integration.bot import hanging
from tests.integration.bot.commandline import LONGEST, CommandLine, wait_until
from tests.ports import free_port
from workflows.engine.case.intake import accept, take_in
from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.versions import From
from workflows.engine.run.runner import Runner

pytestmark = pytest.mark.slow

THREADS = 2


@pytest.fixture
def app(migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """Countersign on an empty database, with automations that hang as long as a file is there."""
    monkeypatch.setenv(hanging.FOLDER, str(tmp_path))
    settings = Settings(
        database_url=migrated_url, workflows=(hanging.__file__,), model="local", prompts=From.FILES, threads=THREADS
    )
    with opened(settings) as app:
        yield app
    (tmp_path / "hang").unlink(missing_ok=True)
    wait_until(lambda: not author_threads.stuck())


def dispatcher(app: App, *, slow_after: float = 60, drain: float = LONGEST) -> Dispatcher:
    """The dispatcher that belongs to the database, with bounds of the test's own."""
    context, runner = app.context, Runner(app.context, app.models)
    if context.database.file is not None:
        return Embedded(context, runner, threads=THREADS, slow_after=slow_after, drain=drain)
    url = context.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return Queued(context, runner, url=url, threads=THREADS, slow_after=slow_after, drain=drain)


def bring(app: App, name: str, ids: range, does: str = "nothing") -> None:
    """Take cases in."""
    workflow = app.context.registry.get(name)
    inputs = [accept(workflow, {"id": id, "does": does}) for id in ids]
    take_in(app.context, workflow, inputs, source="test", actor="tester")


def states(app: App) -> Counter[str]:
    """Return the number of cases in each state."""
    with app.context.database.read() as session:
        return Counter(runs.counts(session, team=app.context.team))


@contextmanager
def running(working: Dispatcher, *, ends: type[Exception] | None = None) -> Iterator[None]:
    """The dispatcher at work until the block ends. `ends`: what it raises then."""
    stop, raised = Event(), []

    def run() -> None:
        try:
            working.run(stop)
        except Unfinished as error:
            raised.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(LONGEST)
        assert not thread.is_alive()
        assert [type(error) for error in raised] == ([] if ends is None else [ends])


def test_others_go_on_while_code_hangs_on_every_worker_at_once(app: App) -> None:
    """Before any limit has passed; and of the workflow whose code is slow nothing more is begun."""
    (hanging.world() / "hang").touch()
    bring(app, "patient", range(1, 5 * THREADS), "hang")
    working = dispatcher(app, slow_after=0.3)
    with working.alone(), running(working):
        wait_until(lambda: sum(author_threads.slow(0.3).values()) >= THREADS)
        bring(app, "other", range(1, 6))
        wait_until(lambda: states(app).get("delivered") == 5)
        assert working.is_able()
        assert sum(author_threads.slow(0).values()) <= (1 + SPARE) * THREADS
        (hanging.world() / "hang").unlink()
        wait_until(lambda: states(app) == {"delivered": 5 * THREADS + 4})


def test_a_worker_whose_threads_are_all_at_work_is_able_until_all_of_them_are_slow(app: App) -> None:
    """Whoever passes requests to this process goes on while it has much to do."""
    (hanging.world() / "hang").touch()
    bring(app, "patient", range(1, THREADS + 1), "hang")
    working = dispatcher(app)
    with working.alone(), running(working):
        wait_until(lambda: sum(author_threads.slow(0).values()) == THREADS)
        assert working.is_able()
        (hanging.world() / "hang").unlink()
        wait_until(lambda: states(app) == {"delivered": THREADS})


def test_a_pool_does_not_go_on_once_each_thread_waits_for_slow_code() -> None:
    """The spare ones, too."""
    pool, go = ThreadPool(1, slow_after=0.05), Event()

    def hang() -> object:
        return author_threads.run(lambda: go.wait(LONGEST), what="its delivery", workflow="triage", seconds=LONGEST)

    for number in range(1, 2 + SPARE):
        assert pool.goes_on
        pool.submit(hang)
        wait_until(partial(are_slow, number))
    wait_until(lambda: not pool.goes_on)
    go.set()
    wait_until(lambda: pool.goes_on)
    assert pool.close(seconds=LONGEST) == 0


def are_slow(number: int) -> bool:
    return author_threads.slow(0.05).total() == number


def test_code_that_hangs_is_given_up_and_the_process_works_on(app: App) -> None:
    """The target knows no keys: a person is asked. After three the workflow is paused, and what waits is held."""
    (hanging.world() / "hang").touch()
    bring(app, "hasty", range(1, 2 * THREADS + 3), "hang")
    bring(app, "other", range(1, 6))
    working = dispatcher(app)
    with working.alone(), running(working):
        wait_until(lambda: states(app).get("doubtful", 0) >= 3 and states(app).get("delivered") == 5)
        wait_until(lambda: not states(app).keys() & {"ready", "running", "delivering"})
        assert working.is_able()
    assert len(author_threads.stuck()) == states(app)["doubtful"]


@pytest.mark.parametrize("does", ["exit", "cancel", "interrupt"])
def test_code_that_tries_to_end_its_worker_ends_nothing_but_its_case(app: App, does: str) -> None:
    bring(app, "other", range(1, 4 * THREADS), does)
    bring(app, "other", range(101, 104))
    working = dispatcher(app)
    with working.alone(), running(working):
        wait_until(lambda: states(app) == {"doubtful": 4 * THREADS - 1, "delivered": 3})
        assert working.is_able()


def test_what_hangs_when_the_worker_is_told_to_stop_is_cut_off(app: App) -> None:
    (hanging.world() / "hang").touch()
    bring(app, "patient", range(1, 2), "hang")
    working = dispatcher(app, drain=0.3)
    with working.alone(), running(working, ends=Unfinished):
        wait_until(lambda: states(app) == {"delivering": 1})
    assert not working.is_able()
    again = dispatcher(app)
    with again.alone(), running(again):
        # Its target knows no keys: whether it was done, a person says.
        wait_until(lambda: states(app) == {"doubtful": 1})


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_worker_that_does_not_look_for_work_is_not_able(app: App) -> None:
    assert not dispatcher(app).is_able()


def test_a_thread_that_is_gone_is_replaced() -> None:
    pool = ThreadPool(1)
    assert pool.submit(lambda: 3).result() == 3
    (gone,) = pool._members
    pool._members[0] = Thread()
    pool._busy = 0
    assert pool.submit(lambda: 4).result(LONGEST) == 4
    assert gone.daemon
    assert pool.close(seconds=LONGEST) == 0


def test_what_a_pool_was_given_and_raises_anything_is_told_and_leaves_it_as_it_was() -> None:
    pool = ThreadPool(1)

    def exits() -> None:
        raise SystemExit

    assert isinstance(pool.submit(exits).exception(), SystemExit)
    assert pool.submit(lambda: 4).result() == 4
    assert pool.goes_on
    assert pool.close(seconds=LONGEST) == 0


# The whole program


@pytest.fixture
def program(countersign: CommandLine) -> CommandLine:
    """The command line with the automations of hanging.py."""
    countersign.settings["COUNTERSIGN_WORKFLOWS"] = hanging.__file__
    countersign.settings[hanging.FOLDER] = str(countersign.folder / "world")
    return countersign


def readiness(port: int) -> tuple[int, str]:
    """Return the status and the text of /readyz; 0 where nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except ConnectionError:
        return 0, ""
    finally:
        connection.close()


@pytest.mark.slow
def test_serve_lives_through_code_that_exits_and_hangs_and_ends_when_told_to(program: CommandLine) -> None:
    port = free_port()
    program.place("hang")
    options = {"COUNTERSIGN_HEALTH": f"127.0.0.1:{port}", "COUNTERSIGN_THREADS": str(THREADS)}
    process = program.started("serve", "--no-slack", "--no-schedule", **options)
    try:
        wait_until(lambda: readiness(port)[0] == 200)
        database = f"sqlite:///{program.folder / 'countersign.sqlite'}"
        with opened(
            Settings(database_url=database, workflows=(hanging.__file__,), model="local", prompts=From.FILES)
        ) as app:
            bring(app, "other", range(1, THREADS + 2), "exit")
            bring(app, "hasty", range(11, 11 + THREADS), "hang")
            bring(app, "other", range(99, 100))
        wait_until(lambda: program.state("case-99") == "delivered")
        wait_until(lambda: program.state("case-11") == "doubtful")
        wait_until(lambda: f'"given up and running":{THREADS}' in readiness(port)[1])
        assert readiness(port)[0] == 200
        said = program.done("doctor").out
        assert f"{2 * THREADS + 1} cases are doubtful" in said
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=LONGEST)
    # Threads that hang are waited for by nobody.
    assert process.returncode == 0, log
    assert "stopped" in log


FREEZING = """
import re, sys, threading
from bot.serve.watchdog import ending_if_frozen

with ending_if_frozen(1.5):
    print("begun", flush=True)
    frozen = threading.Thread(target=lambda: re.search("(a+)+$", "a" * 60 + "b"), name="a case")
    frozen.start()
    frozen.join()
"""


def test_a_process_whose_interpreter_is_held_ends_and_says_where() -> None:
    """F67: a catastrophic pattern in `re`, whose text is not told."""
    ended = subprocess.run([sys.executable, "-c", FREEZING], capture_output=True, text=True, timeout=LONGEST)
    assert ended.returncode == 1
    assert ended.stdout == "begun\n"
    assert "Timeout" in ended.stderr
    assert "re/__init__.py" in ended.stderr
    assert "aaaa" not in ended.stderr


LINGERING = """
import threading, time
from bot.serve.watchdog import ending_after

stop = threading.Event()
with ending_after(stop, seconds=0.2):
    stop.set()
    while True:
        time.sleep(0.01)
"""


def test_a_process_that_does_not_come_to_its_end_is_ended() -> None:
    ended = subprocess.run([sys.executable, "-c", LINGERING], capture_output=True, text=True, timeout=LONGEST)
    assert ended.returncode == 1
    assert "stopping.forced" in ended.stdout


@pytest.mark.slow
def test_a_process_that_goes_on_is_left_alone() -> None:
    waiting = (
        "import time\nfrom bot.serve.watchdog import ending_if_frozen\nwith ending_if_frozen(2):\n    time.sleep(4)\n"
    )
    assert subprocess.run([sys.executable, "-c", waiting], timeout=LONGEST).returncode == 0
