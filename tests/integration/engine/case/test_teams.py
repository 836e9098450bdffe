"""The team that a process works for, where a database is of one workspace or of several."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from store import schema
from store.db import rows
from store.db.database import Database
from tests.world import Clock
from workflows.engine.case.team import locks_of_all, team_of
from workflows.engine.errors import Refused


@pytest.fixture
def made(migrated_url: str) -> Iterator[Database]:
    with closing(Database(migrated_url)) as database:
        yield database


def with_workspaces(database: Database, *workspaces: str | None) -> Sequence[int]:
    with database.write() as session:
        return [
            rows.add(session, schema.Team, slack_id=one, name=f"Team {one}", created_at=Clock()()) for one in workspaces
        ]


def test_the_only_team_need_not_be_named_and_is_made_where_there_is_none(made: Database) -> None:
    first = team_of(made, at=Clock()())
    assert (first.workspace, first.is_oldest) == (None, True)
    assert team_of(made, at=Clock()()).id == first.id
    with pytest.raises(Refused, match="none was connected"):
        team_of(made, at=Clock()(), workspace="T1")


def test_of_several_one_has_to_be_named_and_they_are_listed(made: Database) -> None:
    first, second = with_workspaces(made, "T1", "T2")
    with pytest.raises(Refused, match=r"--workspace .*T1 \(Team T1\), T2 \(Team T2\)"):
        team_of(made, at=Clock()())
    with pytest.raises(Refused, match=r"no workspace T3 .*T1"):
        team_of(made, at=Clock()(), workspace="T3")
    chosen = team_of(made, at=Clock()(), workspace="T2")
    assert (chosen.id, chosen.is_oldest) == (second, False)
    assert team_of(made, at=Clock()(), workspace="T1").id == first


def test_the_oldest_team_has_the_locks_of_before_there_were_several(made: Database) -> None:
    _, second = with_workspaces(made, "T1", "T2")
    assert locks_of_all(made, "sender") == ["sender", f"sender-{second}"]
