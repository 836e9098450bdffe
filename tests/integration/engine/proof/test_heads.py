"""Heads where an outsider sees them: a file that is only added to, and a message each day."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.serve.digest_jobs import planned
from bot.settings import Settings
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.blocks.parts.transcript import transcript
from store.db import failpoints
from store.db.database import Database
from store.db.failpoints import Failpoint, Side
from store.faces import AUDIT
from store.governance.teams import Restores
from tests.integration.engine.proof.audits import KEY, context_of, fill, seal_all
from tests.world import Clock
from workflows.engine.case.restores import restored
from workflows.engine.context import Context
from workflows.engine.digests.making import digest_view, make
from workflows.engine.digests.names import JobName
from workflows.engine.proof.head_file import HeadFile, missing_head
from workflows.engine.proof.kept_audit import verify_database
from workflows.engine.proof.known_heads import heads_in
from workflows.engine.proof.seal_status import seal_status
from workflows.engine.proof.verification import Trust, heads_of
from workflows.engine.proof.views import FindingKind

pytestmark = pytest.mark.slow

ZONE = ZoneInfo("UTC")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context(migrated_sqlite_url: str, clock: Clock) -> Iterator[Context]:
    database = Database(migrated_sqlite_url)
    yield context_of(database, clock)
    database.close()


def lines(file: Path) -> list[int]:
    """Return the numbers of the seals in a file of heads."""
    return [json.loads(line)["number"] for line in file.read_text().splitlines()]


def test_a_head_is_added_once_and_a_line_a_minute_at_most(context: Context, clock: Clock, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    published = HeadFile(context, file)
    assert not published.publish(), "nothing is sealed"
    for first in (1, 11, 21):
        fill(context, 10, first=first)
        seal_all(context)
        published.publish()
    assert lines(file) == [1]
    clock.move(timedelta(minutes=1))
    assert published.publish()
    assert not published.publish()
    assert not HeadFile(context, file).publish(), "another process finds it there"
    assert lines(file) == [1, 3]


@pytest.mark.parametrize("side", Side)
def test_a_process_that_ends_while_it_publishes_leaves_a_line_or_none(
    context: Context, tmp_path: Path, side: Side
) -> None:
    file = tmp_path / "heads"
    fill(context, 10)
    seal_all(context)

    def ended(at: Failpoint, where: Side, about: str) -> None:
        if (at, where, about) == (Failpoint.SEAL, side, "published"):
            raise KeyboardInterrupt

    with failpoints.watched(ended), pytest.raises(KeyboardInterrupt):
        HeadFile(context, file).publish()
    HeadFile(context, file).publish()
    assert lines(file) == [1]


def test_after_a_line_that_was_cut_off_a_new_one_begins(context: Context, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    file.write_text('{"number": 1, "he')
    fill(context, 10)
    seal_all(context)
    assert HeadFile(context, file).publish()
    heads, bad = heads_of(heads_in(file))
    assert ([one.number for one in heads], bad) == ([1], 1)
    verdict = verify_database(context, Trust(heads=heads, bad_heads=bad))
    assert (verdict.is_right, verdict.heads, verdict.bad_heads) == (True, 1, 1)


def test_a_restored_backup_has_no_head_that_was_published_since(context: Context, tmp_path: Path) -> None:
    """It is found, and the time of the restore is told."""
    file = tmp_path / "heads"
    fill(context, 10)
    seal_all(context)
    backup = tmp_path / "backup"
    copy = Database(f"sqlite:///{_copied(context, backup)}")
    fill(context, 10, first=11)
    seal_all(context)
    HeadFile(context, file).publish()
    heads, _ = heads_of(heads_in(file))
    old = Context(database=copy, registry=context.registry, clock=context.clock, team=context.team)
    restored(old, by="operator")
    verdict = verify_database(old, Trust(heads=heads, restored_at=old.clock()))
    assert [(one.kind, one.seal) for one in verdict.findings] == [(FindingKind.UNKNOWN_HEAD, 2)]
    assert verdict.restored_at == old.clock()
    seal_all(old)
    again = verify_database(old, Trust(heads=heads, restored_at=old.clock()))
    assert [one.kind for one in again.findings] == [FindingKind.UNKNOWN_HEAD], "it has a second seal of its own"
    assert verify_database(old, Trust(keys=[KEY.public])).is_right
    copy.close()


def test_a_database_that_lacks_the_last_published_head_is_older_than_it(context: Context, tmp_path: Path) -> None:
    """Until somebody says that a backup was put in place. A line of another team, or one that was cut off, is none."""
    file = tmp_path / "heads"
    assert missing_head(context, file) is None, "nothing was published"
    fill(context, 10)
    seal_all(context)
    HeadFile(context, file).publish()
    with file.open("a") as out:
        out.write(json.dumps({"team": context.team + 1, "number": 9, "head": "0" * 64}) + '\n{"number": 1')
    assert missing_head(context, file) is None
    with context.database.writing.begin() as connection:
        connection.execute(text("UPDATE seals SET head = :head"), {"head": "f" * 64})
    missing = missing_head(context, file)
    assert missing is not None
    assert missing.number == 1
    later = replace(context, restores=Restores(number=1, at=context.clock()))
    assert missing_head(later, file) is None
    before = replace(context, restores=Restores(number=1, at=context.clock() - timedelta(hours=1)))
    assert missing_head(before, file) == missing


def _copied(context: Context, file: Path) -> Path:
    with context.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(file),))
    return file


def test_the_head_of_the_day_is_posted_in_full_where_a_channel_is_named(context: Context, clock: Clock) -> None:
    with context.database.write() as session:
        session.execute(text("UPDATE teams SET created_at = '2025-01-01 00:00:00.000000'"))
    fill(context, 10)
    seal_all(context)
    fill(context, 2, first=11)
    today = clock().date()
    made = make(context, JobName.SEAL, today=today, zone=ZONE, channel=AUDIT)
    assert made is not None
    assert make(context, JobName.SEAL, today=today, zone=ZONE, channel=AUDIT) is None
    said = transcript(digest(digest_view(context, made)).blocks)
    newest = seal_status(context).newest
    assert newest is not None
    assert f"1:{newest.head}" in said
    assert "Sealed up to row 10 in 1 seal. 2 rows are not sealed yet" in said
    assert f"signed by the key {KEY.public.id[:16]}" in said


def test_no_head_is_posted_where_no_channel_is_named() -> None:
    """Digests for leads are made in any case; this one is for those who want it."""
    jobs = [one.job for one in planned(Settings(), known=[])]
    assert JobName.SEAL not in jobs
    named = {one.job: one.channel for one in planned(Settings(audit_channel="C0AUDIT"), known=[])}
    assert named[JobName.SEAL] == AUDIT
    to = Settings(digest_to={"seal": "C0OTHER"})
    assert {one.job: one.channel for one in planned(to, known=[])}[JobName.SEAL] == "C0OTHER"
