"""A worker on PostgreSQL takes a job by a look at a few, however many are queued."""

import asyncio

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Status
from structlog.testing import capture_logs

from bot.worker.postgres import OwnedJobs, prepare
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


async def ended_twice(url: str) -> None:
    """End a job that another worker has ended, and put it off: what a worker does that stood still for a while."""
    app = App(connector=PsycopgConnector(conninfo=url))
    app.job_manager = OwnedJobs(app.connector)
    async with app.open_async():
        await app.configure_task(TASK, queue=QUEUE, allow_unknown=True).defer_async(run=7)
        worker = await app.job_manager.register_worker()
        job = await app.job_manager.fetch_job([QUEUE], worker)
        assert job is not None
        for _ in range(2):
            await app.job_manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
        await app.job_manager.retry_job(job)


def test_a_job_that_another_worker_has_ended_is_left_as_it_is(migrated_postgres_url: str) -> None:
    """On a machine with too much to do a worker may be taken for dead; its job's end is no error of the log then."""
    with capture_logs() as logs:
        asyncio.run(ended_twice(migrated_postgres_url.replace("+psycopg", "")))
    assert [(line["event"], line["run"], line["log_level"]) for line in logs] == [
        ("job.ended_elsewhere", 7, "info"),
        ("job.ended_elsewhere", 7, "info"),
    ]
