"""DBOS: a workflow of four steps, started in the background for each case.

    python dbos_steps.py URL CASES THREADS FIRST

The file of its default SQLite database is opened as it opens it; nothing is set but where it is.
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import sys

import sqlalchemy
from conversation import hear, now, say
from dbos import DBOS

WARM_UP = 20


@DBOS.step()
def step(number: int) -> int:
    """Stand in for a call to the world: nothing happens."""
    return number + 1


@DBOS.workflow()
def four(number: int) -> int:
    """Run four steps."""
    return step(step(step(step(number))))


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

    def run(ids: range) -> int:
        handles = [DBOS.start_workflow(four, id) for id in ids]
        return sum(handle.get_result() == id + 4 for id, handle in zip(ids, handles, strict=True))

    run(range(WARM_UP))
    say(ready=True, durability=durability(dbos, url))
    hear()
    say(fed=None)
    hear()
    started = now()
    done = run(range(first, first + cases))
    say(done=done, started=started, ended=now())
    DBOS.destroy(workflow_completion_timeout_sec=0)


main()
