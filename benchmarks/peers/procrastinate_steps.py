"""procrastinate: one task for each case, which writes five rows of its own, each committed at once.

    python procrastinate_steps.py URL CASES THREADS FIRST

Four are steps; the fifth is the effect's, under its key. An async task, as its documentation advises; several processes
share the queue.
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import asyncio
import os
import sys

from conversation import hear, now, say
from procrastinate import App, PsycopgConnector
from psycopg_pool import AsyncConnectionPool

WARM_UP = 20
AT_ONCE = 500


async def main() -> None:
    """Measure."""
    url, cases, threads, first = sys.argv[1], *map(int, sys.argv[2:5])
    app = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=4))
    done, ended = 0, 0.0
    pool = AsyncConnectionPool(url, min_size=threads, max_size=threads, kwargs={"autocommit": True}, open=False)

    @app.task(name="four", queue="bench")
    async def four(number: int, key: str) -> None:
        nonlocal done, ended
        async with pool.connection() as connection:
            for position in range(4):
                number += 1
                await connection.execute(
                    "INSERT INTO steps (run, position, output) VALUES (%s, %s, %s)", (number, position, str(number))
                )
            await connection.execute("INSERT INTO effects (key, output) VALUES (%s, %s)", (key, f"done: {key}"))
        done += 1
        ended = now()

    async def feed(numbers: range, *, name: str) -> None:
        for begin in range(0, len(numbers), AT_ONCE):
            batch = numbers[begin : begin + AT_ONCE]
            await four.batch_defer_async(*({"number": number, "key": f"{name}-{number}"} for number in batch))

    async def drain() -> None:
        await app.run_worker_async(queues=["bench"], concurrency=threads, wait=False, install_signal_handlers=False)

    async with app.open_async(), pool:
        if first == 0:
            await app.schema_manager.apply_schema_async()
            async with pool.connection() as connection:
                await connection.execute(
                    "CREATE TABLE steps (id bigserial PRIMARY KEY, run bigint, position int, output text)"
                )
                await connection.execute("CREATE TABLE effects (key text PRIMARY KEY, output text)")
        await feed(range(WARM_UP), name=f"warm-{os.getpid()}")
        await drain()
        async with pool.connection() as connection:
            kept = (await (await connection.execute("SHOW synchronous_commit")).fetchone())[0]
        say(ready=True, durability=f"synchronous_commit={kept}")
        done = 0
        if hear() == "feed":
            started = now()
            await feed(range(cases), name="item")
            say(fed=now() - started)
        else:
            say(fed=None)
        hear()
        started = now()
        await drain()
        say(done=done, started=started, ended=ended)


asyncio.run(main())
