"""The process that opens files: what it may do, what ends it, and what is left of it."""

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.waiting import wait_until
from workflows.documents.reading.isolated import Bounds, Isolated
from workflows.documents.refusals import DocumentRefused, Why

pytestmark = pytest.mark.slow
TASKS = "tests.documents.tasks"
SHORT = Bounds(seconds=0.3, memory=512 * 1024**2, answer=100_000)


@pytest.fixture(scope="module")
def isolated() -> Iterator[Isolated]:
    made = Isolated(at_once=2)
    yield made
    made.close()


def _why(isolated: Isolated, task: str, data: bytes = b"x", bounds: Bounds = SHORT, **asked: int) -> Why:
    with pytest.raises(DocumentRefused) as refused:
        isolated.run(f"{TASKS}.{task}", data, asked=asked, bounds=bounds)
    return refused.value.why


def _works(isolated: Isolated) -> bool:
    return isolated.run(f"{TASKS}.repeat", b"ab", asked={"times": 2}) == b"abab"


def test_a_task_answers_with_bytes_or_with_a_refusal_in_our_words(isolated: Isolated) -> None:
    assert _works(isolated)
    with pytest.raises(DocumentRefused, match="it has 7 pages, and at most 3 are read") as refused:
        isolated.run(f"{TASKS}.refuse", b"x")
    assert (refused.value.why, refused.value.found, refused.value.most) == (Why.TOO_MANY_PAGES, 7, 3)


def test_it_has_no_environment_an_empty_folder_and_no_open_files_of_ours(
    isolated: Isolated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERSIGN_SECRET", "planted")
    other = Isolated()
    with socket.create_server(("127.0.0.1", 0)):
        said = other.run(f"{TASKS}.tell", b"x").decode()
    other.close()
    environment, folder, listed, files = said[: said.index("}") + 1], *said[said.index("}") + 2 :].split()
    assert "planted" not in said
    assert environment in ("{}", "{'LC_CTYPE': 'C.UTF-8'}")
    assert listed == "[]"
    assert int(files) <= 5
    assert not Path(folder).exists()


@pytest.mark.parametrize(
    ("task", "why"),
    [
        ("wait", Why.TOO_SLOW),
        ("compute", Why.TOO_SLOW),
        ("grow", Why.TOO_SLOW),
        ("crash", Why.BROKEN),
        ("write", Why.BROKEN),
        ("end_zygote", Why.BROKEN),
    ],
)
def test_what_misbehaves_is_refused_and_the_next_file_is_read(isolated: Isolated, task: str, why: Why) -> None:
    assert _why(isolated, task) is why
    assert _works(isolated)


def test_an_answer_is_bounded(isolated: Isolated) -> None:
    assert _why(isolated, "repeat", b"x" * 1000, times=1000) is Why.TOO_SLOW
    assert _works(isolated)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"no line",
        b'{"why": "no_such"}\n',
        b'{"why": "<!channel>"}\n',
        b"[1]\n",
        b"[" * 100_000 + b"\n",
        b'{"why": "too_large", "found": -1}\n',
        b'{"why": "too_large", "found": "<!channel>", "most": {}}\n',
    ],
)
def test_nothing_that_a_file_makes_it_say_reaches_a_person(isolated: Isolated, said: bytes) -> None:
    with pytest.raises(DocumentRefused) as refused:
        isolated.run(f"{TASKS}.lie", said)
    assert "channel" not in str(refused.value)


def test_it_reaches_no_network(isolated: Isolated) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        reached = isolated.run(f"{TASKS}.connect", b"x", asked={"port": server.getsockname()[1]})
    if reached == b"yes":
        pytest.skip("this system lets nobody but root leave the network")
    assert reached == b"no"


def test_programs_that_a_file_starts_end_with_it(isolated: Isolated) -> None:
    pids = isolated.run(f"{TASKS}.leave_behind", b"x", bounds=Bounds(programs=True)).split()
    assert len(pids) == 2
    wait_until(lambda: not any(_lives(int(pid)) for pid in pids))


def test_others_wait_for_their_turn_and_are_refused_when_it_takes_too_long() -> None:
    impatient = Isolated(at_once=1, patience=0.05)
    began = threading.Event()

    def long() -> Why:
        began.set()
        return _why(impatient, "wait", bounds=Bounds(seconds=1.0))

    with ThreadPoolExecutor() as threads:
        first = threads.submit(long)
        began.wait()
        whys = list(threads.map(lambda _: _why(impatient, "wait", bounds=SHORT), range(2)))
        assert Why.BUSY in whys
        assert first.result() in (Why.TOO_SLOW, Why.BUSY)
    impatient.close()


def test_many_threads_read_at_once_also_while_it_is_killed(isolated: Isolated) -> None:
    def read(number: int) -> bool:
        if number == 10:
            assert isolated._zygote
            isolated._zygote.process.kill()
        return _works(isolated)

    with ThreadPoolExecutor(max_workers=8) as threads:
        assert all(threads.map(read, range(40)))


def test_where_no_process_can_be_had_the_file_is_not_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    for program in ("/no/such/python", shutil.which("false")):
        monkeypatch.setattr(sys, "executable", program)
        without = Isolated()
        with pytest.raises(DocumentRefused) as refused:
            without.run(f"{TASKS}.repeat", b"x")
        assert refused.value.why is Why.BUSY
        without.close()


def test_nothing_is_left_when_the_process_ends_whichever_way(tmp_path: Path) -> None:
    program = """
import os, sys, threading, time
from pathlib import Path
from workflows.documents.reading.isolated import Isolated, Bounds
isolated = Isolated()
threading.Thread(target=lambda: isolated.run("tests.documents.tasks.wait", b"x"), daemon=True).start()
while not isolated._zygote:
    time.sleep(0.01)
pid = isolated._zygote.process.pid
while not Path(f"/proc/{pid}/task/{pid}/children").read_text():
    time.sleep(0.01)
print(isolated._zygote.process.pid, isolated._zygote.root, flush=True)
if sys.argv[1] == "killed":
    os.kill(os.getpid(), 9)
"""
    for way in ("ended", "killed"):
        done = subprocess.run(
            [sys.executable, "-c", program, way], stdout=subprocess.PIPE, timeout=120, cwd=Path(__file__).parents[2]
        )
        pid, root = done.stdout.decode().split()
        wait_until(lambda pid=pid, root=root: not _lives(int(pid)) and not Path(root).exists())  # type: ignore[misc]  # bound at once


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
