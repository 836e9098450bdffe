"""Questions of a worker on PostgreSQL for jobs: asked where there may be one, and seldom else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Job, Notification, Status

from bot.worker import postgres
from bot.worker.postgres import Jobs
from store.cases.queue import QUEUE, TASK
from tests.waiting import LONGEST


@pytest.fixture(autouse=True)
def _hardly_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is found within the test was told of."""
    monkeypatch.setattr(postgres, "_SELDOM", 3600.0)


@asynccontextmanager
async def queue(url: str) -> AsyncIterator[tuple[App, Jobs, int]]:
    """Yield an empty queue that has been looked at, past the time in which it is looked at often."""
    connector = PsycopgConnector(conninfo=url)
    app, jobs = App(connector=connector), Jobs(connector)
    app.job_manager = jobs
    async with app.open_async():
        worker = await jobs.register_worker()
        jobs._often_until = float("-inf")
        assert await jobs.fetch_job([QUEUE], worker) is None
        yield app, jobs, worker


async def put(app: App, run: int) -> None:
    await app.configure_task(TASK, queue=QUEUE, lock="case-1").defer_async(run=run)


async def told(jobs: Jobs, app: App, run: int) -> None:
    """Put a job there, and wait until the worker was told of it."""
    heard = asyncio.Event()

    async def on_notification(*, channel: str, notification: Notification) -> None:
        heard.set()

    listening = asyncio.create_task(jobs.listen_for_jobs(on_notification=on_notification, queues=[QUEUE]))
    async with asyncio.timeout(LONGEST):
        while not heard.is_set():  # until it listens, nothing is heard
            await put(app, run)
            await asyncio.sleep(0.1)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


def test_a_job_is_found_once_it_was_told_and_not_asked_for_before(migrated_postgres_url: str) -> None:
    async def found() -> tuple[Job | None, Job | None]:
        async with queue(migrated_postgres_url) as (app, jobs, worker):
            await put(app, 1)
            before = await jobs.fetch_job([QUEUE], worker)
            await told(jobs, app, 2)
            return before, await jobs.fetch_job([QUEUE], worker)

    before, after = asyncio.run(found())
    assert before is None
    assert after is not None


def test_the_end_of_a_job_frees_the_next_of_its_case(migrated_postgres_url: str) -> None:
    async def found() -> tuple[Job | None, Job | None]:
        async with queue(migrated_postgres_url) as (app, jobs, worker):
            await told(jobs, app, 1)
            first = await jobs.fetch_job([QUEUE], worker)
            assert first is not None
            await put(app, 2)
            locked = await jobs.fetch_job([QUEUE], worker)
            await jobs.finish_job(first, Status.SUCCEEDED, delete_job=True)
            return locked, await jobs.fetch_job([QUEUE], worker)

    locked, following = asyncio.run(found())
    assert locked is None
    assert following is not None


def test_a_job_that_was_put_back_is_looked_for_without_being_told(migrated_postgres_url: str) -> None:
    async def found() -> Job | None:
        async with queue(migrated_postgres_url) as (app, jobs, worker):
            await told(jobs, app, 1)
            first = await jobs.fetch_job([QUEUE], worker)
            assert first is not None
            # As long as it is locked, there is none.
            assert await jobs.fetch_job([QUEUE], worker) is None
            await jobs.retry_job(first)
            return await jobs.fetch_job([QUEUE], worker)

    assert asyncio.run(found()) is not None


def test_what_is_told_during_a_look_is_looked_for_again(migrated_postgres_url: str) -> None:
    """procrastinate forgets it, and found the job half a second later."""

    class Late(PsycopgConnector):
        """A connection on which the first look ends before the job is there, and its answer comes after that."""

        late: App | None = None

        async def execute_query_one_async(self, query: str, **arguments: object) -> dict[str, object]:
            row = await super().execute_query_one_async(query, **arguments)
            app, self.late = self.late, None
            if app is not None and row.get("id") is None:
                assert isinstance(app.job_manager, Jobs)
                await told(app.job_manager, app, 1)
            return dict(row)

    async def found() -> Job | None:
        connector = Late(conninfo=migrated_postgres_url)
        app = App(connector=connector)
        app.job_manager = Jobs(connector)
        async with app.open_async():
            worker = await app.job_manager.register_worker()
            connector.late = app
            return await app.job_manager.fetch_job([QUEUE], worker)

    assert asyncio.run(found()) is not None
