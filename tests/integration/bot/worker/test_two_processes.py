"""Two processes on one database: one works, the other records and says so, and nothing is left lying."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.app import opened
from bot.cli import cases, completion
from bot.settings import Settings
from store.db.database import Database
from store.db.process_locks import exclusive
from tests.integration.bot.commandline import LONGEST, PARCELS, CommandLine, wait_until
from workflows.engine.read.workload import ready

pytestmark = pytest.mark.slow

ELSEWHERE = "another Countersign process works on"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command waits a moment for a process that may just be ending. Here it is not ending."""
    monkeypatch.setattr(completion, "PATIENCE", 0.05)
    monkeypatch.setattr(cases, "PATIENCE", 0.05)


@pytest.fixture
def held(countersign: CommandLine) -> CommandLine:
    """Parcel 1 waits for a person, parcel 2 failed, parcel 3 was delivered; then the work lock is somebody else's."""
    countersign.submit(1, "unsure")
    countersign.place("no-records")
    countersign.submit(2)
    (countersign.folder / "world" / "no-records").unlink()
    countersign.submit(3)
    return countersign


def lock(countersign: CommandLine) -> Database:
    return Database(f"sqlite:///{countersign.folder / 'countersign.sqlite'}")


def test_a_file_is_taken_in_while_another_process_works_and_that_is_said(held: CommandLine) -> None:
    (held.folder / "more.csv").write_text("id,text\n4,four\n5,five\n")
    database = lock(held)
    with exclusive(database):
        said = held("run", "more.csv", "--workflow", "parcels")
    database.close()
    assert said.code == 0
    assert f"{ELSEWHERE} {held.folder / 'countersign.sqlite'}; that process works on the cases" in said.err
    assert "not finished       2" in said.out
    assert [held.state(f"parcel-{number}") for number in (4, 5)] == ["ready", "ready"]


def test_the_numbers_of_a_file_are_those_at_the_end_of_the_other_process_s_work(
    countersign: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`run` beside a running `serve` waits for it, as it would for itself."""
    monkeypatch.setattr(cases, "PATIENCE", LONGEST)
    monkeypatch.setattr(cases, "_LOOK", 0.01)
    (countersign.folder / "more.csv").write_text("id,text\n" + "".join(f"{n},text {n}\n" for n in range(1, 21)))
    database_url = f"sqlite:///{countersign.folder / 'countersign.sqlite'}"
    mine = Settings(database_url=database_url, workflows=(str(PARCELS),), model="local")
    with opened(mine) as app, ThreadPoolExecutor(1) as other, app.dispatcher.alone():

        def work() -> None:
            wait_until(lambda: ready(app.context) == 20)
            app.dispatcher.drain()

        working = other.submit(work)
        said = countersign("run", "more.csv", "--workflow", "parcels", "--json")
        working.result()
    assert said.json()["tally"]["unfinished"] == 0
    assert said.json()["tally"]["cases"] == 20


def test_a_case_is_taken_in_while_another_process_works_and_that_is_said(held: CommandLine) -> None:
    database = lock(held)
    with exclusive(database):
        said = held("submit", '{"id": 4, "text": "four"}', "--workflow", "parcels", "--json")
    database.close()
    assert said.code == 0
    assert ELSEWHERE in said.err
    assert said.json()["runs"][0]["state"] == "ready"


def test_a_decision_is_recorded_while_another_process_works_and_that_is_said(held: CommandLine) -> None:
    database = lock(held)
    with exclusive(database):
        said = held("approve", "1")
        rerun = held("rerun", "2")
        held.done("correct", "3", "--set", "queue=shop")
        held.done("claim", "3")
    database.close()
    assert said.code == rerun.code == 0
    assert said.out == "case 1: approved; it is ready now\n"
    assert ELSEWHERE in said.err
    assert ELSEWHERE in rerun.err
    assert held.case(1)["runs"][0]["review"]["decisions"][0]["kind"] == "approved"
    assert "parcels/parcel-1" not in held.effects()


@pytest.mark.slow
def test_what_was_recorded_meanwhile_is_worked_on_by_the_process_that_works(countersign: CommandLine) -> None:
    """`run` looks again before it ends, so nothing is left to the next one."""
    countersign.submit(2, "unsure")
    hold = countersign.place("hold")
    (countersign.folder / "one.csv").write_text("id,text\n1,one\n")
    worker = countersign.started("run", "one.csv", "--workflow", "parcels", COUNTERSIGN_MODEL="anthropic")
    wait_until(lambda: countersign.lines("attempts"))
    said = [countersign("approve", "parcel-2"), countersign.submit(3)]
    assert all(ELSEWHERE in one.err for one in said)
    hold.unlink()
    assert worker.wait(LONGEST) == 0
    assert [countersign.state(f"parcel-{number}") for number in (1, 2, 3)] == ["delivered"] * 3
    worker.communicate()


PARCEL = '{"id": %d, "text": "for the door"}'


@pytest.mark.slow
@pytest.mark.parametrize("first", ["approve", "submit"])
@pytest.mark.parametrize("second", ["approve", "submit"])
def test_what_one_command_records_while_another_delivers_is_not_left_lying(
    countersign: CommandLine, first: str, second: str
) -> None:
    """Both people are told that it goes on with their case, so it has to."""
    countersign.submit(1, "unsure")
    countersign.submit(2, "unsure")
    hold = countersign.place("hold")
    commands = {"approve": ("approve", "parcel-%d"), "submit": ("submit", PARCEL, "--workflow", "parcels")}

    def words(command: str, case: int) -> list[str]:
        number = case if command == "approve" else case + 2
        return [word % number if "%d" in word else word for word in commands[command]]

    working = countersign.started(*words(first, 1))
    wait_until(lambda: countersign.lines("attempts"))
    said = countersign(*words(second, 2))
    hold.unlink()
    working.communicate(timeout=LONGEST)
    assert (working.returncode, said.code) == (0, 0)
    assert ELSEWHERE in said.err
    listed = countersign.done("cases", "--json").json()
    assert {case["state"] for case in listed} <= {"delivered", "waiting"}


@pytest.mark.slow
def test_lists_are_read_while_another_process_works(held: CommandLine) -> None:
    database = lock(held)
    with exclusive(database):
        assert len(held.done("cases", "--json").json()) == 3
        assert held.done("doctor").code == 0
        assert "parcel-1" in held.done("queue").out
    database.close()


@pytest.mark.slow
def test_two_processes_that_submit_the_same_input_at_once_make_one_case(countersign: CommandLine) -> None:
    submission = json.dumps({"id": 1, "text": "the same"})
    both = [countersign.started("submit", submission, "--workflow", "parcels") for _ in range(2)]
    ends = [(process.communicate(timeout=LONGEST), process.returncode) for process in both]
    assert [code for _, code in ends] == [0, 0], ends
    assert len(countersign.done("cases", "--json").json()) == 1
    assert countersign.lines("steps") == ["1"]
    assert countersign.lines("attempts") == ["parcels/parcel-1"]
