"""Every row belongs to a team, and no query reads a large table from one end to the other."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import UniqueConstraint, inspect, text
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, runs
from store.db.database import Database
from store.governance import teams
from store.states import RunState
from tests.heard import Heard, heard
from tests.sample import Desk, Triage, sample_workflow
from tests.world import World, sure
from workflows import NotDone
from workflows.engine.read import history
from workflows.engine.review import claims, reviews
from workflows.engine.review.rerun.reruns import rerun
from workflows.engine.review.wrong import corrections
from workflows.model.scripted import ScriptedModel

ROWS = 5_000
LARGE = frozenset(schema.Base.metadata.tables) - {"teams", "workflows"}
"""The tables that grow with the cases."""


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    """A Countersign on SQLite, with a model that is not sure of anything."""
    database = Database(migrated_sqlite_url)
    yield World(database=database, model=ScriptedModel(sure(0.5, queue="billing", reply="Hello")))
    database.close()


def fill(world: World) -> int:
    """Add 5,000 cases with a run and a content each; returns the workflow's row."""
    at = world.clock()
    with world.database.write() as session:
        workflow = teams.workflow_id(session, team=world.context.team, name="sample", options=None, at=at)
        last = {
            table: session.execute(text(f"SELECT coalesce(max(id), 0) FROM {table}")).scalar_one()
            for table in ("cases", "contents")
        }
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) "
        given = {"rows": ROWS, "team": world.context.team, "workflow": workflow, "at": "2026-11-20 09:00:00.000000"}
        given |= {"case": last["cases"], "content": last["contents"]}
        for insertion in (
            "INSERT INTO cases (id, team_id, workflow_id, key, revision, content_hash, source, received_at) "
            f"{numbers} SELECT :case + i, :team, :workflow, 'filled-' || i, 1, 'h', 'test', :at FROM n",
            "INSERT INTO contents (id, team_id, case_id, kind, body) "
            f"{numbers} SELECT :content + i, :team, :case + i, 'input', '{{}}' FROM n",
            "INSERT INTO runs (team_id, case_id, workflow_id, revision, correction, state, lease, input_id, "
            "created_at, changed_at) "
            f"{numbers} SELECT :team, :case + i, :workflow, 1, 0, iif(i % 50 = 0, 'ready', 'delivered'), 1, "
            ":content + i, :at, :at FROM n",
        ):
            session.execute(text(insertion), given)
    return workflow


def scanned(database: Database, statement: Heard) -> set[str]:
    """The large tables that SQLite would read from one end to the other for a statement."""
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1]).all()
    # Samples are few, and this index has no other rows.
    steps = [row[3].split() for row in plan if not row[3].endswith("ix_proposals_sample")]
    names = {words[1] for words in steps if words[0] == "SCAN"}
    return {table for table in LARGE if any(name == table or name.startswith(f"{table}_") for name in names)}


OF_NO_TEAM = {"teams", "invitations", "alembic_version"}
"""An invitation makes a team, or finds one."""


def test_every_other_table_belongs_to_a_team(world: World) -> None:
    with world.database.engine.connect() as connection:
        tables = inspect(connection)
        without = {
            table
            for table in tables.get_table_names()
            if not any(column["name"] == "team_id" and not column["nullable"] for column in tables.get_columns(table))
        }
        untied = {
            table
            for table in set(tables.get_table_names()) - OF_NO_TEAM
            if not any(
                foreign["constrained_columns"] == ["team_id"] and foreign["referred_table"] == "teams"
                for foreign in tables.get_foreign_keys(table)
            )
        }
    assert without == OF_NO_TEAM
    assert untied == set()


def test_the_columns_by_which_rows_are_found_begin_a_key_or_an_index() -> None:
    found_by: dict[str, set[tuple[str, ...]]] = {
        "cases": {("workflow_id", "key"), ("workflow_id", "received_at")},
        "contents": {("case_id",)},
        "runs": {("case_id", "id"), ("state", "team_id", "case_id")},
        "steps": {("run_id",)},
        "proposals": {("run_id",)},
        "reviews": {("run_id",), ("case_id",), ("state", "precedence", "answer_by")},
        "decisions": {("review_id", "version"), ("team_id", "by", "at")},
        "deliveries": {("team_id", "key"), ("case_id",), ("run_id",)},
        "outbox": {("team_id", "kind", "subject_kind", "subject_id", "channel"), ("team_id", "state")},
        "messages": {("team_id", "subject_kind", "subject_id", "channel"), ("team_id", "channel", "ts")},
        "audit": {("case_id",), ("subject_kind", "subject_id")},
        "workflows": {("team_id", "name")},
    }
    for name, wanted in found_by.items():
        table = schema.Base.metadata.tables[name]
        keys: set[tuple[str, ...]] = {tuple(column.name for column in index.columns) for index in table.indexes}
        keys |= {
            tuple(column.name for column in constraint.columns)
            for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint)
        }
        missing = {columns for columns in wanted if not any(key[: len(columns)] == columns for key in keys)}
        assert not missing, f"{name} is looked up by {missing}, which begins no key"


def claim(session: Session, workflow: int) -> object:
    return runs.claimable(session, team=1, workflows=[workflow], limit=16)


def claim_one(session: Session, workflow: int) -> object:
    return runs.claimable(session, team=1, workflows=[workflow], limit=16, case=100)


def newest(session: Session, _: int) -> object:
    return runs.newest(session, 100, team=1)


def outcomes(session: Session, _: int) -> object:
    return cases.outcomes(session, range(100, 200), team=1)


@pytest.mark.parametrize("query", [claim, claim_one, newest, outcomes], ids=lambda query: query.__name__)
def test_a_worker_finds_its_runs_among_5000_without_reading_them_all(
    world: World, query: Callable[[Session, int], object]
) -> None:
    workflow = fill(world)
    with heard(world.database.engine) as said, world.database.read() as session:
        assert query(session, workflow)
    assert [scanned(world.database, statement) for statement in said] == [set()]


def test_without_its_index_the_same_check_would_catch_the_claim(world: World) -> None:
    """The naive control: what the checks here look for can be found."""
    workflow = fill(world)
    with world.database.writing.begin() as connection:
        for index in ("ix_runs_ready", "ix_runs_state_team_id_case_id"):
            connection.execute(text(f"DROP INDEX {index}"))
    with heard(world.database.engine) as said, world.database.read() as session:
        assert claim(session, workflow)
    assert [scanned(world.database, statement) for statement in said] == [{"runs"}]


@pytest.mark.parametrize("state", [None, RunState.READY], ids=["any state", "one state"])
def test_a_list_of_cases_reads_no_run_but_the_newest_of_each_case_listed(world: World, state: RunState | None) -> None:
    fill(world)
    with heard(world.database.engine) as said, world.database.read() as session:
        lines = cases.lines(session, team=world.context.team, workflow="sample", state=state, limit=20)
    assert len(lines) == 20
    # It goes down the cases themselves, newest first, and stops at the limit.
    assert said
    assert not set().union(*(scanned(world.database, statement) - {"cases"} for statement in said))


def test_nothing_on_the_way_of_a_case_reads_a_large_table_from_end_to_end(world: World) -> None:
    """Intake, work, review, rejection, edit, delivery, failure, rerun, correction, and looking at it all."""
    desk = Desk()
    workflow = sample_workflow(desk)
    world.registry.add(workflow)
    fill(world)
    with world.database.write() as session:
        session.execute(text("UPDATE runs SET state = 'delivered'"))
    with heard(world.database.engine) as said:
        first = world.submit(workflow, id=1, text="charged twice").case
        second = world.submit(workflow, id=2, text="where is it").case
        world.work()
        desk.errors.append(NotDone("closed"))
        review = world.review(first)
        claims.claim(world.context, review.id, by="U1")
        reviews.approve(world.context, review.id, review.version, by="U1")
        world.work()
        rerun(world.context, first, by="U2")
        world.work()
        world.clock.move(timedelta(hours=1))
        corrections.correct(world.context, first, Triage(queue="delivery"), by="U1")
        review = world.review(second)
        reviews.reject(world.context, review.id, review.version, by="U1", reason="wrong")
        reviews.edit(world.context, review.id, review.version + 1, Triage(queue="delivery"), by="U1")
        world.work()
        world.submit(workflow, id=2, text="another text")
        world.restart()
        history.open_reviews(world.context)
        history.find_case(world.context, "ticket-1")
        states = world.state(first), world.state(second)
    assert states == ("waiting", "ready")
    distinct = dict(said)
    assert {statement.split()[0] for statement in distinct} == {"SELECT", "INSERT", "UPDATE"}
    reads = {statement: scanned(world.database, (statement, values)) for statement, values in distinct.items()}
    assert {statement: tables for statement, tables in reads.items() if tables} == {}
