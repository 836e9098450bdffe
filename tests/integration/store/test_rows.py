"""A row is added and changed as its columns say it is kept, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from store.db import rows
from store.db.database import Database
from store.schema import AuditRow, Case, Content, Delivery, Proposal, Run, Step, Team, Workflow
from store.states import RunState

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ELSEWHERE = datetime(2026, 11, 20, 10, 30, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    """A database with the newest schema."""
    database = Database(migrated_url)
    yield database
    database.close()


def run(session: Session) -> dict[str, int]:
    """A run, and what it belongs to; their ids."""
    team = rows.add(session, Team, slack_id=None, name="Ümlaut \N{PILE OF POO}", created_at=AT, restored_at=None)
    options: dict[str, Any] = {"fields": ["a", "b"], "floor": 0.5, "none": None, "100%": "%(x)s"}
    workflow = rows.add(session, Workflow, team_id=team, name="w", options=options, created_at=AT)
    given = {"team_id": team, "workflow_id": workflow, "key": "k", "source": "test"}
    case = rows.add(session, Case, **given, revision=1, content_hash="h", received_at=ELSEWHERE)
    content = rows.add(session, Content, team_id=team, case_id=case, kind="input", body='{"a": "100% \'sure\'"}')
    empty = dict.fromkeys(("parent_id", "from_step", "code_version", "resolution", "output_id", "problem_id"))
    made = rows.add(
        session,
        Run,
        team_id=team,
        case_id=case,
        workflow_id=workflow,
        revision=1,
        correction=0,
        state=RunState.READY,
        lease=0,
        input_id=content,
        created_at=AT,
        changed_at=AT,
        **empty,
    )
    return {"team": team, "workflow": workflow, "case": case, "content": content, "run": made}


def delivery(ids: dict[str, int], key: str) -> dict[str, Any]:
    return {
        "team_id": ids["team"],
        "case_id": ids["case"],
        "run_id": ids["run"],
        "key": key,
        "kind": "answer",
        "state": "attempting",
        "attempts": 1,
        "maybe_applied": False,
        "output_id": ids["content"],
        "receipt_id": None,
        "created_at": AT,
        "changed_at": AT,
    }


def test_what_is_added_is_read_as_it_was_given(database: Database) -> None:
    with database.write() as session:
        ids = run(session)
        step = rows.add(
            session,
            Step,
            team_id=ids["team"],
            run_id=ids["run"],
            position=1,
            name="look_up",
            nth=1,
            attempt=1,
            state="finished",
            input_hash="h",
            body="{}",
            error=None,
            started_at=ELSEWHERE,
            milliseconds=1.5,
            cost=Decimal("0.000000001"),
            recalled_from=None,
        )
    with database.read() as session:
        (team, workflow, case, content, made) = (
            session.get_one(Team, ids["team"]),
            session.get_one(Workflow, ids["workflow"]),
            session.get_one(Case, ids["case"]),
            session.get_one(Content, ids["content"]),
            session.get_one(Run, ids["run"]),
        )
        assert (team.name, team.slack_id, team.restored_at) == ("Ümlaut \N{PILE OF POO}", None, None)
        assert workflow.options == {"fields": ["a", "b"], "floor": 0.5, "none": None, "100%": "%(x)s"}
        assert case.received_at == ELSEWHERE
        assert case.received_at.tzinfo is UTC
        assert content.body == '{"a": "100% \'sure\'"}'
        assert (made.state, made.resolution, made.output_id) == (RunState.READY, None, None)
        assert made.state is RunState.READY
        kept = session.get_one(Step, step)
        assert (kept.cost, kept.milliseconds, kept.started_at) == (Decimal("0.000000001"), 1.5, ELSEWHERE)


def test_ids_are_those_of_the_rows_whatever_was_added_between(database: Database) -> None:
    with database.write() as session:
        ids = run(session)
        first = rows.add(session, Delivery, **delivery(ids, "a"))
        again = rows.add_new(session, Delivery, ("team_id", "key"), **delivery(ids, "a"))
        second = rows.add_new(session, Delivery, ("team_id", "key"), **delivery(ids, "b"))
    assert again is None
    assert second is not None
    with database.read() as session:
        assert session.get_one(Delivery, first).key == "a"
        assert session.get_one(Delivery, second).key == "b"


def test_a_key_that_stands_already_is_refused(database: Database) -> None:
    with database.write() as session:
        ids = run(session)
        rows.add(session, Delivery, **delivery(ids, "a"))
    with pytest.raises(IntegrityError), database.write() as session:
        rows.add(session, Delivery, **delivery(ids, "a"))


def test_another_constraint_than_the_key_is_not_passed_over(database: Database) -> None:
    with database.write() as session:
        ids = run(session)
    with pytest.raises(IntegrityError), database.write() as session:
        rows.add_new(session, Delivery, ("team_id", "key"), **delivery(ids, "a") | {"run_id": 4711})


def test_a_row_is_changed_once_and_shows_it_where_it_was_read(database: Database) -> None:
    later = AT + timedelta(hours=1)
    with database.write() as session:
        ids = run(session)
        read = session.get_one(Run, ids["run"])
        to = {"state": "running", "lease": 1, "changed_at": later, "resolution": None}
        assert rows.change(session, Run, read.id, where={"state": RunState.READY, "lease": 0}, to=to)
        assert not rows.change(session, Run, read.id, where={"state": RunState.READY, "lease": 0}, to=to)
        assert (read.state, read.lease, read.changed_at) == ("running", 1, later)
    with database.read() as session:
        kept = session.get_one(Run, ids["run"])
        assert (kept.state, kept.lease, kept.changed_at, kept.resolution) == ("running", 1, later, None)


def test_several_are_added_at_once(database: Database) -> None:
    with database.write() as session:
        ids = run(session)
        about = {"subject_kind": "case", "subject_id": 1, "case_id": None}
        audit = {"team_id": ids["team"], "at": AT, "actor": "a", "action": "b", **about}
        rows.add_all(session, AuditRow, [audit | {"details": {"number": number}} for number in range(3)])
        rows.add_all(session, AuditRow, [])
    with database.read() as session:
        assert [row.details for row in session.query(AuditRow).order_by(AuditRow.id)] == [
            {"number": number} for number in range(3)
        ]


def test_a_time_without_a_zone_and_a_column_that_is_not_there_are_refused(database: Database) -> None:
    naive = {"team_id": 1, "name": "w", "options": {}, "created_at": datetime(2026, 11, 20)}  # noqa: DTZ001  # the point
    with pytest.raises(ValueError, match="has no time zone"), database.write() as session:
        rows.add(session, Workflow, **naive)
    with pytest.raises(KeyError, match="colour"), database.write() as session:
        rows.add(session, Proposal, colour="blue")


class Lost(Exception):
    """Somebody else changed the row meanwhile."""


def note(ids: dict[str, int], action: str) -> dict[str, Any]:
    about = {"subject_kind": "run", "subject_id": ids["run"], "case_id": ids["case"], "details": {}}
    return {"team_id": ids["team"], "at": AT, "actor": "a", "action": action, **about}


def actions(database: Database) -> list[str]:
    with database.read() as session:
        return [row.action for row in session.query(AuditRow).order_by(AuditRow.id)]


def test_nothing_is_kept_of_a_transaction_whose_fence_is_lost(database: Database) -> None:
    """Neither what came before the fence nor what comes after it, whether or not something was read between."""
    with database.write() as session:
        ids = run(session)
    lost = Lost()

    def lose(*, reads: bool) -> None:
        with database.write() as session:
            rows.append(session, AuditRow, **note(ids, "before"))
            rows.change_or_fail(session, Run, ids["run"], where={"lease": 7}, to={"lease": 8}, otherwise=lost)
            rows.append(session, AuditRow, **note(ids, "after"))
            if reads:
                session.get_one(Case, ids["case"])

    for reads in (False, True):
        with pytest.raises(Lost) as raised:
            lose(reads=reads)
        assert raised.value is lost
    assert actions(database) == []
    with database.read() as session:
        assert session.get_one(Run, ids["run"]).lease == 0


def test_of_several_fences_the_one_that_is_lost_says_so(database: Database) -> None:
    with database.write() as session:
        ids = run(session)
    held, lost, later = Lost(), Lost(), Lost()

    def change(*fences: Lost) -> None:
        with database.write() as session:
            for lease, otherwise in enumerate(fences, start=1):
                to = {"lease": lease}
                rows.change_or_fail(session, Run, ids["run"], where={"lease": 0}, to=to, otherwise=otherwise)
            rows.append(session, AuditRow, **note(ids, "kept"))

    with pytest.raises(Lost) as raised:
        change(held, lost, later)
    assert raised.value is lost
    change(held)
    assert actions(database) == ["kept"], "the connection is as good as before"


def test_a_row_that_is_appended_twice_is_refused_at_the_latest_at_the_commit(database: Database) -> None:
    with database.write() as session:
        ids = run(session)
        rows.append(session, Delivery, **delivery(ids, "a"))

    def append() -> None:
        with database.write() as session:
            rows.append(session, AuditRow, **note(ids, "before"))
            rows.append(session, Delivery, **delivery(ids, "a"))
            rows.append(session, AuditRow, **note(ids, "after"))

    with pytest.raises(IntegrityError):
        append()
    assert actions(database) == []


def test_a_division_by_zero_of_another_statement_is_not_taken_for_a_lost_fence(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("SQLite's division by zero is NULL")
    with database.write() as session:
        ids = run(session)

    def divide() -> None:
        with database.write() as session:
            rows.change_or_fail(session, Run, ids["run"], where={"lease": 0}, to={"lease": 1}, otherwise=Lost())
            session.execute(text("SELECT 1 / :zero"), {"zero": 0})

    with pytest.raises(DataError, match="division by zero"):
        divide()


def test_what_reads_sees_what_was_added_before_it(database: Database) -> None:
    with database.write() as session:
        ids = run(session)
        rows.append(session, AuditRow, **note(ids, "seen"))
        content = rows.add_numbered(session, Content, team_id=ids["team"], case_id=ids["case"], kind="step", body="{}")
        assert session.query(AuditRow).one().action == "seen"
        assert session.get_one(Content, content).kind == "step"
        rows.append(session, AuditRow, **note(ids, "seen"))
        assert session.connection().exec_driver_sql("SELECT count(*) FROM audit").scalar_one() == 2


def test_connections_that_number_rows_at_once_never_give_a_number_twice(database: Database) -> None:
    with database.write() as session:
        ids = run(session)
    several = {"team_id": ids["team"], "case_id": ids["case"], "kind": "step"}

    def add(first: int) -> list[int]:
        numbers = []
        for number in range(first, first + 60):
            with database.write() as session:
                numbers.append(rows.add_numbered(session, Content, **several, body=str(number)))
        return numbers

    with ThreadPoolExecutor(4) as threads:
        numbers = [number for each in threads.map(add, range(0, 240, 60)) for number in each]
    with database.read() as session:
        kept = {row.id: row.body for row in session.query(Content).where(Content.kind == "step")}
    assert kept == {number: str(place) for place, number in enumerate(numbers)}
