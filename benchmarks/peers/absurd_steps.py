"""absurd: one task for each case, with four steps and one effect, each kept as a checkpoint.

    python absurd_steps.py URL CASES THREADS FIRST

An async worker with as many tasks at once as others have threads; several processes share the queue. Its tables were
made before, by its own command `absurdctl`.
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import asyncio
import os
import sys

from absurd_sdk import AsyncAbsurd
from conversation import hear, now, say
from psycopg import AsyncConnection

WARM_UP = 20
QUEUE = "bench"


class Draining(AsyncAbsurd):
    """A worker that stops where no task is left."""

    async def claim_tasks(self, *args, **kwargs):
        """Claim tasks; stop the worker where there are none."""
        tasks = await super().claim_tasks(*args, **kwargs)
        if not tasks:
            self.stop_worker()
        return tasks


async def main() -> None:
    """Measure."""
    url, cases, threads = sys.argv[1], *map(int, sys.argv[2:4])
    connection = await AsyncConnection.connect(url, autocommit=True)
    app = Draining(connection, queue_name=QUEUE)
    done, ended = 0, 0.0

    async def step(number: int) -> int:
        return number + 1

    async def effect(key: str) -> str:
        return f"done: {key}"

    @app.register_task(name="four")
    async def four(params, context):
        nonlocal done, ended
        number = params["number"]
        for name in ("first", "second", "third", "fourth"):
            number = await context.step(name, lambda number=number: step(number))
        await context.step("deliver", lambda: effect(params["key"]))
        done += 1
        ended = now()
        return {"total": number}

    async def feed(keys: list[str]) -> None:
        for number, key in enumerate(keys):
            await app.spawn("four", {"number": number, "key": key}, idempotency_key=key)

    async def drain() -> None:
        await app.start_worker(concurrency=threads, poll_interval=0.01)

    await feed([f"warm-{os.getpid()}-{number}" for number in range(WARM_UP)])
    await drain()
    kept = (await (await connection.execute("SHOW synchronous_commit")).fetchone())[0]
    say(ready=True, durability=f"synchronous_commit={kept}")
    done = 0
    if hear() == "feed":
        started = now()
        await feed([f"item-{number}" for number in range(cases)])
        say(fed=now() - started)
    else:
        say(fed=None)
    hear()
    started = now()
    await drain()
    say(done=done, started=started, ended=ended)
    await connection.close()


asyncio.run(main())
