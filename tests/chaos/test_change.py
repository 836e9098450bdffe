"""F58 and F59: other code, or another schema, comes while cases are on their way."""

import os
import signal
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import text

from store.db import migration
from store.db.database import Database
from store.db.failpoints import Failpoint, Side
from tests.chaos.automation import KNOWING
from tests.chaos.conftest import MakeStory
from tests.chaos.counting import Counts, count
from tests.chaos.faults import Crossing, Fault, Kind
from tests.chaos.settings import LONG
from tests.chaos.tally import hold
from tests.waiting import LONGEST

PLACES = {
    "before the step": (Failpoint.STEP, Side.BEFORE, "look_up", 3),
    "after the step": (Failpoint.STEP, Side.AFTER, "look_up", 3),
    "before the model is asked": (Failpoint.STEP, Side.BEFORE, "ask", 3),
    "after it has answered": (Failpoint.STEP, Side.AFTER, "ask", 3),
    "while it waits for a person": (Failpoint.MESSAGE, Side.AFTER, "chat.postMessage", 2),
    "before its effect": (Failpoint.EFFECT, Side.BEFORE, f"{KNOWING}/ticket-3", 1),
    "after its effect": (Failpoint.EFFECT, Side.AFTER, f"{KNOWING}/ticket-3", 1),
}
CHANGES = {2: "a step has another name", 3: "there is one more step", 4: "the step is gone"}
FEW = [("before the model is asked", 2), ("while it waits for a person", 3)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "version"), [(place, version) for place in PLACES for version in CHANGES] if LONG else FEW
)
def test_a_case_finishes_on_known_steps_or_parks_visibly_when_the_code_changed(
    make_story: MakeStory, place: str, version: int
) -> None:
    """F58: the process ends there, and another one starts with changed code."""
    seam, side, about, nth = PLACES[place]
    story = make_story(Fault(at=Crossing(seam=seam, side=side, about=about, nth=nth), kind=Kind.CRASH))
    story.redeployed = version
    counts = count(story.told())
    assert story.watching.fired
    hold("F58", f"redeployed where {CHANGES[version]}, at seven places", counts)


MIGRATING = """
import os, signal, sys
from sqlalchemy import Engine, event
from store.db import migration
from store.db.database import Database

left = int(sys.argv[2])

@event.listens_for(Engine, "after_cursor_execute")
def count(connection, cursor, statement, *_):
    global left
    if statement.lstrip().upper().startswith(("CREATE", "ALTER", "INSERT", "UPDATE", "DROP", "DELETE")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

migration.upgrade(Database(sys.argv[1]))
"""


def migrating(url: str, *, killed_after: int) -> int:
    """Migrate in a process of its own that is killed after so many statements; returns its exit code."""
    run = subprocess.run([sys.executable, "-c", MIGRATING, url, str(killed_after)], env=os.environ, timeout=LONGEST)
    return run.returncode


def before_the_last(url: str) -> Counter[str]:
    """Bring a database to the schema before the newest one, with live data; returns how many rows there are."""
    from alembic import command
    from alembic.config import Config

    database = Database(url)
    config = Config()
    config.set_main_option("script_location", str(migration.MIGRATIONS))
    with database.writing.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(text("INSERT INTO teams (name, created_at) VALUES ('local', '2026-11-20 09:00:00')"))
        for number in range(200):
            connection.execute(
                text(
                    "INSERT INTO outbox (team_id, kind, subject, channel, key, state, wanted, attempts, not_before, "
                    "created_at) VALUES (1, 'failure', :subject, 'failures', :subject, 'due', 1, 0, "
                    "'2026-11-20 09:00:00', '2026-11-20 09:00:00')"
                ),
                {"subject": f"run:{number}"},
            )
    rows = rows_of(database)
    database.close()
    return rows


def rows_of(database: Database) -> Counter[str]:
    """Return the number of rows of each table."""
    with database.engine.connect() as connection:
        found = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("teams", "outbox")
        }
    return Counter(found)


@pytest.mark.slow
@pytest.mark.parametrize("after", range(1, 12) if LONG else (2,))
def test_a_migration_that_is_killed_midway_leaves_the_old_schema_and_can_be_made_again(
    database_url: str, after: int
) -> None:
    """F59: all of it is one transaction, on SQLite too."""
    rows = before_the_last(database_url)
    ended = migrating(database_url, killed_after=after)
    database = Database(database_url)
    lost: tuple[str, ...] = ()
    if ended == -signal.SIGKILL:
        if migration.current(database) != "0003":
            lost += ("the schema is neither the old one nor the new one",)
    else:
        assert ended == 0
    migration.upgrade(database)
    if rows_of(database) != rows or migration.current(database) != migration.newest():
        lost += ("rows are gone",)
    database.close()
    hold("F59", f"a migration is killed midway ({database.dialect})", Counts(lost=lost))
