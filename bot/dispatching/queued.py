"""Advances runs through procrastinate, on PostgreSQL: several processes share the work.

procrastinate hands each job to one worker, wakes it when there is one, and notices by its heartbeats when a worker has
died; a job that comes back belongs to a dead worker's run. Which runs are queued is decided in `store.queue`, in the
transaction that makes them ready.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Lock

import structlog
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job

from bot.dispatching.company import Company
from store import queue
from store.database import Unavailable
from workflows.engine.context import Context
from workflows.engine.runner import Runner
from workflows.engine.states import RunState
from workflows.engine.waiting import awaken

log = structlog.get_logger()

HEARTBEAT = 2.0
"""Seconds between two signs of life of a worker."""
STALLED = 6.0
"""Seconds without one after which a worker counts as dead."""
_POLL = 0.5
"""Seconds between two looks for jobs; procrastinate sometimes misses its own wake-up."""
AFTER_TROUBLE = 2.0
"""Seconds before it is begun anew where the database was away."""
_LOOK = 0.1
"""Seconds between two looks whether to stop."""
LONGEST_PAUSE = 15
"""Seconds before a job is tried again that could not be done."""


class Again(BaseRetryStrategy):
    """A job whose worker could not do it, since the database was away or its workflow is known elsewhere.

    The library's own strategies wait longer each time, without end: after an outage of minutes, for hours.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Again in 2, 4, 8 and then 15 seconds."""
        return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts + 1, 10), LONGEST_PAUSE)})


class Queued:
    """A procrastinate worker in this process, with threads."""

    def __init__(self, context: Context, runner: Runner, *, url: str, threads: int) -> None:
        """`url`: a libpq connection URL."""
        self._context = context
        self._runner = runner
        self._url = url
        self._threads = threads
        self._company = Company()
        self._in_trouble: set[int] = set()
        """Runs of which this process could not note how far they had come."""
        self._counting = Lock()
        self._advanced = 0

    @contextmanager
    def alone(self, *, patience: float = 0) -> Iterator[int]:
        """Nothing has to be held: each job is one worker's, and a dead one's jobs come back by themselves."""
        with self._context.database.write() as session:
            states = {"ready": RunState.READY, "running": RunState.RUNNING, "delivering": RunState.DELIVERING}
            forgotten = queue.enqueue_forgotten(session, **states)
        # Whoever resumed their workflow may have ended before all of them were released.
        awaken(self._context)
        yield forgotten

    def drain(
        self, *, case: int | None = None, since: datetime | None = None, done: Callable[[], None] = lambda: None
    ) -> int:
        """Work until no job is left; returns how many runs were advanced here. Others may work beside it."""
        before = self._advanced
        # In a thread of its own: the caller's may run a loop already.
        with ThreadPoolExecutor(1, thread_name_prefix="draining") as thread:
            thread.submit(asyncio.run, self._work(stop=None, done=done)).result()
            while awaken(self._context):
                thread.submit(asyncio.run, self._work(stop=None, done=done)).result()
        return self._advanced - before

    def run(self, stop: Event) -> None:
        """Work until told to stop; what was begun then is finished."""
        while not stop.is_set():
            try:
                asyncio.run(self._work(stop=stop, done=lambda: None))
            except Exception as error:  # the loop's edge: procrastinate gives up after a while, and we do not
                log.error("worker.failed", error=type(error).__name__, exc_info=error)
                stop.wait(AFTER_TROUBLE)

    async def _work(self, *, stop: Event | None, done: Callable[[], None]) -> None:
        app = App(connector=PsycopgConnector(conninfo=self._url, min_size=1, max_size=4))
        app.task(name=queue.TASK, queue=queue.QUEUE, retry=Again())(lambda run: self._advance(run, done))
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(self._threads, thread_name_prefix="worker"))
        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[queue.QUEUE],
                    concurrency=self._threads,
                    wait=stop is not None,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=_POLL,
                    delete_jobs="successful",
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED,
                )
            )
            if stop is None:
                await working
                return
            rescuing = asyncio.create_task(_rescue(app, self._context))
            while not stop.is_set() and not working.done():
                await asyncio.sleep(_LOOK)
            for task in (rescuing, working):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def _advance(self, run: int, done: Callable[[], None]) -> None:
        """What a job is about."""
        died = run not in self._in_trouble
        try:
            with self._company.among(alone=False):
                done_with = self._runner.take(run, died=died, alone=False)
            if not done_with:
                with self._company.among(alone=True):
                    self._runner.take(run, died=died, alone=True)
        except Unavailable:
            # The job comes back; the run was not lost with its worker.
            self._in_trouble.add(run)
            raise
        self._in_trouble.discard(run)
        with self._counting:
            self._advanced += 1
            done()


async def _rescue(app: App, context: Context) -> None:
    """Give the jobs of dead workers to the living, and release what need not wait any longer, again and again."""
    while True:
        await asyncio.sleep(HEARTBEAT)
        try:
            for job in await app.job_manager.get_stalled_jobs(queue=queue.QUEUE, seconds_since_heartbeat=STALLED):
                log.warning("job.rescued", run=job.task_kwargs.get("run"))
                await app.job_manager.retry_job(job)
            await asyncio.get_running_loop().run_in_executor(None, awaken, context)
        except Exception as error:  # noqa: BLE001  # the loop's edge: the database may be away for a while
            log.error("rescue.failed", error=type(error).__name__)
