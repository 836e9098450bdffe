"""A worker on PostgreSQL takes a job by a look at a few, however many are queued."""

import asyncio

import psycopg

from bot.worker.postgres import prepare
from store.cases.queue import QUEUE, TASK
from store.db import postgres

QUEUED = 500
_LOOKED_AT = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'procrastinate_jobs'"


async def looked_at(url: str) -> int:
    """Take a job on a connection of a worker; returns the number of rows that the server looked at."""
    async with await postgres.NoticingAsync.connect(url) as connection:
        await prepare(connection, schema=None)
        worker = await (
            await connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        ).fetchone()
        assert worker is not None
        fetching = "SELECT id FROM procrastinate_fetch_job_v2(ARRAY[%s]::varchar[], %s)"
        taken = await (await connection.execute(fetching, [QUEUE, worker[0]])).fetchone()
        assert taken is not None
        assert taken[0] is not None
        rows = await (await connection.execute(_LOOKED_AT)).fetchone()
        assert rows is not None
        return int(rows[0])


def test_a_job_is_taken_by_a_look_at_a_few_though_the_queue_was_empty_when_it_was_last_counted(
    migrated_postgres_url: str,
) -> None:
    url = migrated_postgres_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE procrastinate_jobs")
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args) "
            "SELECT %s, %s, 'case-' || i, '{}' FROM generate_series(1, %s) AS i",
            [QUEUE, TASK, QUEUED],
        )
    assert asyncio.run(looked_at(url)) < QUEUED / 10
