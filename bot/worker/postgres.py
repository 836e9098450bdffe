"""The dispatcher on PostgreSQL: procrastinate shares the runs between several processes.

procrastinate hands each job to one worker, wakes it when there is one, and notices by its heartbeats when a worker has
died; a job that comes back belongs to a dead worker's run. `store.cases.queue` decides which runs are queued, in the
transaction that makes them ready.
"""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Event, Lock, Thread
from typing import Any

import structlog
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Notification, Status
from procrastinate.manager import JobManager, NotificationCallback
from psycopg import AsyncConnection, Notify
from psycopg.errors import RaiseException
from sqlalchemy import make_url

from bot.worker.isolation import Isolation
from bot.worker.port import SILENT
from bot.worker.threads import DRAIN, SLOW, SPARE, ThreadPool, Unfinished
from store.cases import queue
from store.db import postgres
from store.db.database import Unavailable
from workflows.engine.case.leases import Clogged
from workflows.engine.context import Context
from workflows.engine.declare.calls.author_threads import contained
from workflows.engine.run.runner import Runner
from workflows.engine.run.waking import awaken, is_any_waiting
from workflows.engine.sources import follow_ups

log = structlog.get_logger()

HEARTBEAT = 2.0
"""Seconds between two heartbeats of a worker."""
STALLED = 6.0
"""Seconds without a heartbeat after which a worker counts as dead."""
_POLL = 0.5
"""Seconds between two looks of procrastinate's for jobs; the database is asked where there may be one."""
_SELDOM = 3.0
"""Seconds between two questions to the database for jobs while nothing tells of one."""
_LISTENING = 5.0
"""Seconds between two looks of a connection that only listens; what comes is heard at once."""
AFTER_TROUBLE = 2.0
"""Seconds before a new start where the database was away."""
_LOOK = 0.3
"""Seconds between two looks whether to stop."""
_AWAKENING = 6.0
"""Seconds between two looks for deliveries that wait, while none does and no run was advanced here."""
_CLOCKS = 30.0
"""Seconds between two repairs of what was written while a clock was ahead."""
_AFTER_DRAIN = 5.0
"""Seconds in which procrastinate notes what was not finished."""
_CONNECTING = 10.0
"""Seconds to wait for a connection; then everything starts anew, so that no backoff grows."""
LONGEST_BACKOFF = 15
"""Longest backoff, in seconds, before a failed job is tried again."""
_ALONG_THE_INDEXES = "SET enable_sort = off; SET enable_seqscan = off"
"""Settings of the connections that take jobs. The queue is empty for most of the time, and the server's figures of it
then say so. When hundreds are queued at once, it would compare each with each other for every one that is taken, until
it counts them again."""


class Again(BaseRetryStrategy):
    """Retries of a job that failed because the database was away or its workflow is known elsewhere.

    The library's own strategies wait longer each time, without end: after an outage of minutes, for hours.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Retry in 2, 4, 8 and then 15 seconds."""
        return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts + 1, 10), LONGEST_BACKOFF)})


class OwnedJobs(JobManager):
    """procrastinate's jobs, of which one that another worker has ended meanwhile is left as it is.

    A worker that stood still for a while, as on a machine with too much to do, counts as dead: its jobs go to others.
    What it does of a run after that is refused by the run's lease. Its job may be gone by then.
    """

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Note the end of a job."""
        with _unless_gone(job):
            await super().finish_job(job, status, delete_job)

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Put a job off, or back."""
        with _unless_gone(job):
            await super().retry_job(job, retry_at, priority, queue, lock)


@contextmanager
def _unless_gone(job: Job) -> Iterator[None]:
    """Pass over a job that is not there any more, or that nobody works on."""
    try:
        yield
    except ConnectorException as error:
        # Only procrastinate's own functions in the database raise such an error: for a job in another state.
        if not isinstance(error.__cause__, RaiseException):
            raise
        log.info("job.ended_elsewhere", run=job.task_kwargs.get("run"))


class Jobs(OwnedJobs):
    """procrastinate's jobs, for which the database is asked where there may be one, and not twice a second.

    There may be one after a notification, where one was found or has ended here (its lock kept others of its case), and
    while one is put off here. Where another process ended without a word, one is found after `_SELDOM` seconds.
    procrastinate forgets a notification that comes while it looks; here that look is repeated.
    """

    def __init__(self, connector: PsycopgConnector) -> None:
        """Ask nothing yet."""
        super().__init__(connector)
        self._is_one_told = True
        self._asked_at = float("-inf")
        # A notification that comes before the workers listen is heard by none.
        self._often_until = time.monotonic() + _SELDOM

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Take a job, where there is one."""
        now = time.monotonic()
        if not self._is_one_told and now > self._often_until and now - self._asked_at < _SELDOM:
            return None
        while True:
            self._is_one_told, self._asked_at = False, time.monotonic()
            job = await super().fetch_job(queues, worker_id)
            if job is not None:
                self._is_one_told = True
            # Told meanwhile, it may have come after the look.
            if job is not None or not self._is_one_told:
                return job

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Listen for jobs until cancelled."""

        async def heard(*, channel: str, notification: Notification) -> None:
            self._is_one_told = True
            await on_notification(channel=channel, notification=notification)

        await super().listen_for_jobs(on_notification=heard, queues=queues)

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Note the end of a job."""
        await super().finish_job(job, status, delete_job)
        self._is_one_told = True

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Put a job off, or back."""
        await super().retry_job(job, retry_at, priority, queue, lock)
        self._often_until = time.monotonic() + LONGEST_BACKOFF + _SELDOM


class _Connection(postgres.NoticingAsync):
    """A connection that does not look ten times a second whether it was told something: its socket wakes it.

    Where the other end is gone, keepalives wake it.
    """

    _listens = False

    async def notifies(self, *, timeout: float | None = None, stop_after: int | None = None) -> AsyncGenerator[Notify]:
        """Yield what is told, as it comes."""
        self._listens = True
        try:
            async for notify in super().notifies(timeout=timeout, stop_after=stop_after):
                yield notify
        finally:
            self._listens = False

    async def wait(self, gen: postgres.Waiting[postgres.RV], *args: Any, **options: Any) -> postgres.RV:
        """Wait for the server."""
        if self._listens:
            options["interval"] = _LISTENING
        return await super().wait(gen, *args, **options)


class Queued:
    """A procrastinate worker in this process, with threads."""

    def __init__(
        self,
        context: Context,
        runner: Runner,
        *,
        url: str,
        threads: int,
        slow_after: float = SLOW,
        drain: float = DRAIN,
        owner: str | None = None,
    ) -> None:
        """Start no worker yet. `url`: a libpq connection URL.

        `slow_after`: seconds after which an author's code no longer holds up others. `drain`: seconds for begun work to
        end, when told to stop. `owner`: the workspace, where there are several.
        """
        self._owner = owner
        self._queue = queue.queue_of(team=context.team, is_oldest=context.is_oldest_team)
        self._context = context
        self._runner = runner
        self._url = url
        self._threads = threads
        self._slow_after = slow_after
        self._drain = drain
        self._isolation = Isolation()
        self._in_trouble: set[int] = set()
        """Runs whose progress this process could not note."""
        self._counting = Lock()
        self._advanced = 0
        self._pool: ThreadPool | None = None
        """Threads of `run`."""
        # A grace period is over to the second or two.
        self._awakening = HEARTBEAT if any(workflow.review.grace for workflow in context.registry) else _AWAKENING
        self._looked_at = float("-inf")
        """Time at which jobs were last seen to be fetched, by the monotonic clock."""

    @contextmanager
    def alone(self, *, patience: float = 0) -> Iterator[int]:
        """Queue the runs without a job, and yield their number. No lock is needed: a dead worker's jobs come back."""
        yield self.begin()

    def begin(self, *, but: Collection[int] = ()) -> int:
        """Queue the runs without a job; returns their number. A run that is still worked on here has one."""
        with self._context.database.write() as session:
            forgotten = queue.enqueue_forgotten(session, team=self._context.team)
        # A process that resumed a workflow may have ended before it released all held runs.
        awaken(self._context)
        return forgotten

    @property
    def left(self) -> Collection[int]:
        """None: their jobs come back."""
        return ()

    def _new_pool(self) -> ThreadPool:
        return ThreadPool(self._threads, slow_after=self._slow_after, owner=self._owner)

    def drain(
        self, *, case: int | None = None, since: datetime | None = None, done: Callable[[], None] = lambda: None
    ) -> int:
        """Work until no job is left; returns the number of runs that were advanced here. Others may work beside it."""
        before, pool, interrupted = self._advanced, self._new_pool(), Event()
        working: Future[None] = Future()

        def work() -> None:
            try:
                asyncio.run(self._work(pool, interrupted, is_endless=False, done=done))
                while not interrupted.is_set() and (awaken(self._context) or follow_ups.look(self._context)):
                    asyncio.run(self._work(pool, interrupted, is_endless=False, done=done))
                working.set_result(None)
            except BaseException as error:  # noqa: BLE001  # raised again in the waiting thread
                working.set_exception(error)

        # The loop runs in a thread of its own: the caller's thread may run one already.
        thread = Thread(target=work, name="draining", daemon=True)
        thread.start()
        try:
            working.result()
        finally:
            interrupted.set()
            thread.join(self._drain + _AFTER_DRAIN)
            pool.close(seconds=0)
        return self._advanced - before

    def run(self, stop: Event) -> None:
        """Work until told to stop; begun work is finished. Raise `Unfinished` where that takes too long."""
        pool = self._pool = self._new_pool()
        while not stop.is_set():
            try:
                asyncio.run(self._work(pool, stop, is_endless=True, done=lambda: None))
            except Exception as error:  # the loop's edge: procrastinate gives up after a while, and we do not
                log.error("worker.failed", error=type(error).__name__, exc_info=error)
                stop.wait(AFTER_TROUBLE)
        self._looked_at = float("-inf")
        left = pool.close(seconds=0)
        if left:
            raise Unfinished(f"{left} cases were still in work {self._drain:g} s after the process was told to stop")

    def is_able(self) -> bool:
        """Tell whether `run` fetches jobs, and begins some, now or once a thread is free."""
        return self._pool is not None and time.monotonic() - self._looked_at < SILENT and self._pool.goes_on

    async def _work(self, pool: ThreadPool, stop: Event, *, is_endless: bool, done: Callable[[], None]) -> None:
        connector = PsycopgConnector(
            conninfo=self._url,
            min_size=1,
            max_size=4 * (1 + SPARE),
            kwargs=postgres.parameters(make_url(self._url)),
            connection_class=_Connection,
            configure=partial(prepare, schema=self._context.database.schema),
            timeout=_CONNECTING,
            reconnect_timeout=_CONNECTING,
        )
        app = App(connector=connector)
        app.job_manager = Jobs(connector) if is_endless else OwnedJobs(connector)

        async def advance(run: int) -> None:
            await asyncio.wrap_future(pool.submit(partial(self._advance, pool, run, done)))

        app.task(name=queue.TASK, queue=self._queue, retry=Again())(advance)
        async with app.open_async():
            workers = [asyncio.create_task(self._worker(app, is_endless=is_endless))]
            rescuing = [asyncio.create_task(self._rescue(app))] if is_endless else []
            while not stop.is_set() and not all(worker.done() for worker in workers):
                self._looked_at = time.monotonic()
                pool.refill()
                # A worker of procrastinate's has a fixed number of jobs in hand; a second one helps where all are slow.
                if pool.slow >= self._threads * len(workers) and len(workers) <= SPARE:
                    workers.append(asyncio.create_task(self._worker(app, is_endless=is_endless)))
                await asyncio.wait(workers, timeout=_LOOK, return_when=asyncio.ALL_COMPLETED)
            # All are cancelled at once: each waits for the work that it began.
            for task in (*rescuing, *workers):
                if stop.is_set() or task in rescuing:
                    task.cancel()
            ended = await asyncio.gather(*rescuing, *workers, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _worker(self, app: App, *, is_endless: bool) -> None:
        await app.run_worker_async(
            queues=[self._queue],
            concurrency=self._threads,
            wait=is_endless,
            install_signal_handlers=False,
            fetch_job_polling_interval=_POLL,
            delete_jobs="successful",
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=STALLED,
            # An endless worker ends only when told to stop; its unfinished jobs then go to others.
            shutdown_graceful_timeout=self._drain if is_endless else math.inf,
        )

    async def _rescue(self, app: App) -> None:
        """Give the jobs of dead workers to living ones, and release deliveries that need not wait, again and again."""
        repaired = awakened = float("-inf")
        is_any_held, advanced = True, 0
        while True:
            await asyncio.sleep(HEARTBEAT)
            now = time.monotonic()
            try:
                for job in await app.job_manager.get_stalled_jobs(queue=self._queue, seconds_since_heartbeat=STALLED):
                    log.warning("job.rescued", run=job.task_kwargs.get("run"))
                    await app.job_manager.retry_job(job)
                # Only a run makes a delivery wait, or a decision that can be taken back. One of another process is
                # looked after there, while that lives.
                if is_any_held or advanced != self._advanced or now - awakened >= self._awakening:
                    awakened, advanced = now, self._advanced
                    is_any_held = True
                    is_any_held = await asyncio.to_thread(_awaken, self._context)
                if now - repaired >= _CLOCKS:
                    await asyncio.to_thread(_forget_wrong_clocks, self._context)
                    repaired = now
            except Exception as error:  # noqa: BLE001  # the loop's edge: the database may be away for a while
                log.error("rescue.failed", error=type(error).__name__)

    def _advance(self, pool: ThreadPool, run: int, done: Callable[[], None]) -> None:
        """Work on the run of a job."""
        died = run not in self._in_trouble
        try:
            with self._isolation.among(alone=False):
                done_with = self._runner.take(run, died=died, alone=False, but=pool.clogged)
            if not done_with:
                with self._isolation.among(alone=True):
                    self._runner.take(run, died=died, alone=True, but=pool.clogged)
        except (Unavailable, Clogged) as error:
            # The job comes back; the run was not lost with its worker.
            if isinstance(error, Unavailable):
                self._in_trouble.add(run)
            raise
        except BaseException as error:  # whatever the error, it concerns this run
            raise contained(error) from error
        self._in_trouble.discard(run)
        with self._counting:
            self._advanced += 1
            done()


async def prepare(connection: AsyncConnection[Any], *, schema: str | None) -> None:
    """Prepare a connection that takes jobs. `schema`: the one that this process works with; None: whatever there is."""
    await postgres.prepare(connection)
    if schema is not None:
        await postgres.hold(connection, schema)
    await connection.execute(_ALONG_THE_INDEXES)
    await connection.commit()


def _awaken(context: Context) -> bool:
    """Do what is due by the clock, and tell whether any delivery still waits, or may."""
    is_any_held = is_any_waiting(context)
    awaken(context)
    return is_any_held


def _forget_wrong_clocks(context: Context) -> None:
    with context.database.write() as session:
        queue.forget_wrong_clocks(session, longest=2 * LONGEST_BACKOFF)
