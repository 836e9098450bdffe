"""F45, F46, F48: a transaction fails at its COMMIT, or its answer is lost; what became of it is read, not guessed."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local

import psycopg
import pytest
from sqlalchemy.orm import Session

from store.db.database import Database
from store.db.failpoints import Failpoint, Side
from tests.chaos.automation import FORGETFUL, KNOWING
from tests.chaos.conftest import MakeStory
from tests.chaos.counting import Counts, count
from tests.chaos.faults import Watching
from tests.chaos.settings import LONG
from tests.chaos.tally import hold
from tests.chaos.test_database import Load, opened, working
from tests.proxy import proxied
from tests.waiting import LONGEST

__all__ = ["opened"]

pytestmark = pytest.mark.slow

REFUSED = 96 if LONG else 18
"""Transactions that the server refuses."""
REFUSING = f"""
CREATE SEQUENCE commits;
CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint := nextval('commits');
BEGIN
    IF number <= {4 * REFUSED} THEN
        CASE number % 12
            WHEN 4 THEN RAISE 'deadlock detected' USING ERRCODE = 'deadlock_detected';
            WHEN 8 THEN RAISE 'could not serialize access' USING ERRCODE = 'serialization_failure';
            WHEN 0 THEN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
            ELSE RETURN NULL;
        END CASE;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER refused AFTER INSERT OR UPDATE ON runs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refused();
"""
"""A server that refuses transactions which change a run, at their COMMIT, with three errors in turn. What a sequence
gave is not undone with them."""
NUMBER, CUT = (96, 40) if LONG else (16, 8)
"""Cases that are brought; COMMITs that are not heard, and as many that are not answered."""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that failed is tried again at once."""
    monkeypatch.setattr("bot.worker.postgres.LONGEST_BACKOFF", 0)


@pytest.mark.usefixtures("impatient")
def test_a_transaction_that_postgresql_refuses_at_its_commit_is_made_again_as_a_whole(
    migrated_postgres_url: str, opened: Callable[[str], Database]
) -> None:
    """F45, F48: a deadlock, a serialization error, a full disk."""
    with psycopg.connect(migrated_postgres_url, autocommit=True) as admin:
        admin.execute(REFUSING)
        load = Load(opened(migrated_postgres_url))
        load.bring_all(4)
        assert load.refused > 0, "the source was told, too"
        with working(load):
            for id in range(5, NUMBER + 1):
                load.bring((KNOWING, FORGETFUL)[id % 2], id)
            counts = load.finish()
        row = admin.execute("SELECT last_value FROM commits").fetchone()
    assert row is not None
    assert row[0] > 4 * REFUSED
    hold("F45, F48", "PostgreSQL refuses to commit", counts, refused=REFUSED)


@pytest.mark.usefixtures("impatient")
def test_where_the_connection_ends_at_a_commit_it_is_read_whether_it_was_made(
    migrated_postgres_url: str, opened: Callable[[str], Database]
) -> None:
    """F46: before the server hears it, and after it made it, in turn."""
    with proxied(migrated_postgres_url) as proxy:
        load = Load(opened(proxy.url))
        proxy.cut_commits(every=3)
        id = 4
        load.bring_all(id)
        assert load.refused > 0, "the source was told, too"
        # A process that cannot begin is started again.
        proxy.cut_commits(every=0)
        with working(load, queue=migrated_postgres_url):
            proxy.cut_commits(every=3)
            while min(proxy.unheard, proxy.unanswered) < CUT:
                id += 1
                load.bring((KNOWING, FORGETFUL)[id % 2], id)
            proxy.cut_commits(every=0)
            counts = load.finish()
    hold("F46", "the connection ends at a COMMIT", counts, cut=proxy.unheard + proxy.unanswered)


def test_where_the_system_refuses_to_write_a_commit_nothing_is_acknowledged_and_all_goes_on_afterwards(
    migrated_sqlite_url: str,
) -> None:
    """F45: in a process whose files may not grow, for a while, a few times."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.chaos.full_disk", migrated_sqlite_url, "12" if LONG else "3"],
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout.splitlines()[-1])
    assert found["refused"] > 0
    counts = Counts(
        lost=tuple(found["lost"]),
        doubled=tuple(found["doubled"]),
        wrong=tuple(found["wrong"]),
        silent=tuple(found["silent"]),
        extra_calls=found["extra_calls"],
    )
    also = {"refused": found["refused"], "accepted": found["accepted"]}
    hold("F45", "the system refuses to write a COMMIT", counts, **also)


class Outside(Watching):
    """A watcher that notes what is done within a transaction of the same thread."""

    def __init__(self) -> None:
        super().__init__()
        self.open = local()
        self.within: list[str] = []

    def __call__(self, seam: Failpoint, side: Side, about: str) -> None:
        super().__call__(seam, side, about)
        if seam in _ELSEWHERE and getattr(self.open, "number", 0) > 0:
            self.within.append(f"{side} {seam} {about}")


_ELSEWHERE = {Failpoint.STEP, Failpoint.EFFECT, Failpoint.MESSAGE, Failpoint.ACK}
"""Failpoints around what goes to another system: a step or the model, a delivery, Slack."""


def test_no_other_system_is_asked_within_a_transaction(make_story: MakeStory, monkeypatch: pytest.MonkeyPatch) -> None:
    """F48: so a transaction can be made again, and holds no row while another system takes its time."""
    story = make_story(brief=False)
    watching = story.watching = Outside()
    transactions = 0

    def counted(name: str) -> Callable[..., object]:
        usual = getattr(Database, name)

        @contextmanager
        def transaction(database: Database, **options: bool) -> Iterator[Session]:
            nonlocal transactions
            transactions += 1
            watching.open.number = getattr(watching.open, "number", 0) + 1
            try:
                with usual(database, **options) as session:
                    yield session
            finally:
                watching.open.number -= 1

        return transaction

    for name in ("read", "write"):
        monkeypatch.setattr(Database, name, counted(name))
    hold("F48", "no other system is asked within a transaction", count(story.told()))
    assert {crossing.seam for crossing in watching.crossings} >= _ELSEWHERE
    assert transactions > 100
    assert watching.within == []
