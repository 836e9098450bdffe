"""DBOS: a workflow of four steps and one effect, started in the background for each case, under its key.

    python dbos_steps.py URL CASES THREADS FIRST

Its SQLite file was put into WAL mode before; it opens that as it opens any.
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import os
import sys

import sqlalchemy
from conversation import hear, now, say
from dbos import DBOS, SetWorkflowID

WARM_UP = 20


@DBOS.step()
def step(number: int) -> int:
    """Stand in for a call to the world: nothing happens."""
    return number + 1


@DBOS.step()
def deliver(key: str) -> str:
    """Stand in for an effect, which gets the key: nothing happens."""
    return f"done: {key}"


@DBOS.workflow()
def four(number: int, key: str) -> int:
    """Run four steps and the effect."""
    total = step(step(step(step(number))))
    deliver(key)
    return total


def durability(dbos: DBOS, url: str) -> str:
    """Return the durability settings of its own connections."""
    engine = dbos._sys_db.engine
    names = ("journal_mode", "synchronous") if url.startswith("sqlite") else ("synchronous_commit",)
    ask = "PRAGMA" if url.startswith("sqlite") else "SHOW"
    with engine.connect() as connection:
        found = {name: connection.execute(sqlalchemy.text(f"{ask} {name}")).scalar() for name in names}
    return ", ".join(f"{name}={value}" for name, value in found.items())


def main() -> None:
    """Measure."""
    url, cases, threads, first = sys.argv[1], *map(int, sys.argv[2:5])
    config = {
        "name": "bench",
        "system_database_url": url,
        "log_level": "ERROR",
        "executor_id": str(first),
        "application_version": "1",
        "max_executor_threads": threads,
    }
    dbos = DBOS(config=config)
    DBOS.launch()

    def start(id: int, key: str):
        with SetWorkflowID(key):
            return DBOS.start_workflow(four, id, key)

    def run(ids: range, *, name: str) -> int:
        handles = [start(id, f"{name}-{id}") for id in ids]
        return sum(handle.get_result() == id + 4 for id, handle in zip(ids, handles, strict=True))

    run(range(WARM_UP), name=f"warm-{os.getpid()}")
    say(ready=True, durability=durability(dbos, url))
    hear()
    say(fed=None)
    hear()
    started = now()
    done = run(range(first, first + cases), name="item")
    say(done=done, started=started, ended=now())
    DBOS.destroy(workflow_completion_timeout_sec=0)


main()
