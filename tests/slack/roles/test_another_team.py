"""Two teams in one database: whoever may do everything in one of them learns and changes nothing of the other. A10

They ask in every way there is, with the very references of the other team's rows, and are answered as if those were not
there: as they are in a database that holds none.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.slack.access.admission import Installation
from store import schema
from store.db import rows
from store.db.database import Database
from tests.integration.store.test_teams import kept
from tests.slack.conftest import MakeStage
from tests.slack.roles.marked import Marked, marked_stage
from tests.slack.roles.test_roles import Asking, Mouth, mouth
from tests.slack.roles.ways_out import Person, Way, ways_out
from tests.slack.stage import ANA, KIM, MARIA, Ears
from tests.world import World

__all__ = ["mouth"]

pytestmark = pytest.mark.slow

OTHER = "T0OTHER"
PEOPLE = [Person(user=MARIA, team=OTHER), Person(user=ANA, team=OTHER), Person(user=KIM, team=OTHER)]
"""The owner, a reviewer and an engineer."""
LOOKUPS = ("users.info ", "usergroups.users.list ")


def be_another_team(marked: Marked) -> None:
    """Have the listeners serve another team of the same database, with the same workflows and the same people."""
    context, ears = marked.stage.world.context, marked.stage.ears
    with context.database.write() as session:
        team = rows.add(session, schema.Team, slack_id=OTHER, name="Other", created_at=context.clock())
        # What is begun for them from now on has a number that no reference names.
        rows.add(session, schema.Workflow, id=10_000, team_id=team, name="gone", options={}, created_at=context.clock())
    object.__setattr__(ears.slack_context, "context", replace(context, team=team))
    object.__setattr__(ears.slack_context, "installed", Installation(team=OTHER))


@pytest.fixture(autouse=True)
def as_it_was(ears: Ears) -> Iterator[None]:
    """Leave the listeners to the workspace that they were made for."""
    yield
    object.__setattr__(ears.slack_context, "installed", ears.workspace.installed)


def answers(asking: Asking, ways: Sequence[Way]) -> dict[str, str]:
    """Return what is answered to each, by the name of the way. Fail where anything of a case is."""
    told = {}
    for way in ways:
        assert asking.ask(way) == set(), way.name
        # What Slack is asked, once in a while, about people is no answer.
        told[way.name] = "\n".join(line for line in asking.heard.splitlines() if not line.startswith(LOOKUPS))
    return told


def test_another_teams_rows_are_answered_for_as_if_they_were_not_there(
    make_stage: MakeStage, migrated_sqlite_url: str, tmp_path: Path, mouth: Mouth
) -> None:
    # Before anything is in it: the other database.
    file = shutil.copy(migrated_sqlite_url.removeprefix("sqlite:///"), tmp_path / "empty.sqlite")
    marked = marked_stage(make_stage)
    marked.happen()
    context = marked.stage.world.context
    asked = zip(*[ways_out(marked.stage, person) for person in PEOPLE], strict=True)
    ways = [by_each[number % len(PEOPLE)] for number, by_each in enumerate(asked)]
    with context.database.read() as session:
        before = kept(session, context.team)
    mouth.is_taken = True
    be_another_team(marked)
    told = answers(Asking(marked=marked, mouth=mouth), ways)
    with context.database.read() as session:
        assert kept(session, context.team) == before
    with closing(Database(f"sqlite:///{file}")) as database:
        world = World(database=database, model=marked.stage.world.model, clock=marked.stage.world.clock)
        empty = Marked(stage=replace(marked.stage, world=world))
        be_another_team(empty)
        nothing = answers(Asking(marked=empty, mouth=mouth), ways)
    assert {name: (told[name], nothing[name]) for name in told if told[name] != nothing[name]} == {}
