"""Evals as the database keeps them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from store.db.database import Database
from store.governance import teams
from store.quality import evals

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    """A migrated database with a team."""
    database = Database(migrated_url)
    with database.write() as session:
        teams.add_local_team(session, at=AT)
    yield database
    database.close()


def kept(
    database: Database, *, version: str | None, model: str = "local", examples: str = "e", done: bool = True
) -> int:
    with database.write() as session:
        team = teams.first_team(session)
        assert team is not None
        begun = evals.begin(
            session, team=team, workflow="sample", prompt_version=version, model=model, examples=examples, at=AT
        )
        result = {"summary": {"tried": begun}}
        ended_at = AT if done else None
        evals.keep(session, begun, team=team, model=model, result=result, ended_at=ended_at)
    return begun


def newest(database: Database, version: str, *, workflow: str = "sample") -> int | None:
    with database.read() as session:
        team = teams.first_team(session)
        assert team is not None
        found = evals.newest(session, team=team, workflow=workflow, version=version, examples="e")
        return found.id if found is not None else None


def test_the_newest_finished_eval_of_a_version_on_the_same_examples_is_found(database: Database) -> None:
    kept(database, version="abc123")
    second = kept(database, version="abc123")
    kept(database, version="abc123", examples="others")
    kept(database, version="abc123", done=False)
    other = kept(database, version="def456", model="claude-haiku-5-5")
    local = kept(database, version=None, model="local/1234")
    assert newest(database, "abc") == second
    assert newest(database, "def456") == other
    assert newest(database, "claude") == other
    assert newest(database, "local/") == local
    assert newest(database, "abc", workflow="another") is None
    assert newest(database, "%") is None
    assert newest(database, "_") is None


def test_a_result_comes_back_as_it_was_kept(database: Database) -> None:
    begun = kept(database, version=None, done=False)
    with database.read() as session:
        team = teams.first_team(session)
        assert team is not None
        row = evals.get(session, begun, team=team)
        assert row is not None
        assert (row.began_at, row.ended_at, row.result) == (AT, None, {"summary": {"tried": begun}})
        assert [one.id for one in evals.of_workflow(session, team=row.team_id, workflow="sample")] == [begun]
