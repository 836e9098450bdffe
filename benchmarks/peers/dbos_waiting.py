"""DBOS: workflows that wait for a person, by recv().

    python dbos_waiting.py URL CASES THREADS

How many threads it may have is left as it is: a workflow that waits needs one.
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import sys
import time
from threading import Lock

from conversation import hear, now, say
from dbos import DBOS

WARM_UP = 20
LONG = 86_400.0
counting, begun = Lock(), 0


@DBOS.workflow()
def ask(number: int) -> int:
    """Wait for a person, then continue."""
    global begun
    with counting:
        begun += 1
    DBOS.recv("sign", timeout_seconds=LONG)
    return number + 4


def main() -> None:
    """Measure."""
    url, cases = sys.argv[1], int(sys.argv[2])
    config = {"name": "bench", "system_database_url": url, "log_level": "ERROR", "application_version": "1"}
    DBOS(config=config)
    DBOS.launch()

    def begin(ids: range) -> list:
        before = begun
        handles = [DBOS.start_workflow(ask, id) for id in ids]
        while begun < before + len(ids):
            time.sleep(0.1)  # its workflows begin in threads of its own, and tell nobody
        return handles

    def sign(handles: list) -> None:
        for handle in handles:
            DBOS.send(handle.workflow_id, "yes", "sign")

    def end(handles: list) -> int:
        return len([handle.get_result() for handle in handles])

    warm = begin(range(WARM_UP))
    sign(warm)
    end(warm)
    say(ready=True)
    hear()
    started = now()
    handles = begin(range(cases))
    say(waiting=now() - started)
    hear()
    started = now()
    sign(handles)
    signed = now()
    done = end(handles)
    say(done=done, signing=signed - started, finished=now() - started)
    DBOS.destroy(workflow_completion_timeout_sec=0)


main()
