"""Readings in Slack: what a person is shown of a case is noted where it is drawn, and recorded once they are answered.

A modal has three seconds, so nothing is recorded before it. Where recording fails, the person has read it all the
same, and the log says who read what.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from handlers.slack.context import SlackContext
from store.db.time_limits import time_limit
from workflows.engine.case.reading_ways import Way
from workflows.engine.case.readings import record_reading

log = structlog.get_logger()

_SECONDS = 5.0
"""Seconds that a statement may take for this; nobody waits for it."""

_noted: ContextVar[list[Callable[[], None]] | None] = ContextVar("countersign_readings", default=None)


@contextmanager
def recorded_afterwards() -> Iterator[None]:
    """Record after the block what a person was shown in it."""
    noted: list[Callable[[], None]] = []
    token = _noted.set(noted)
    try:
        yield
    finally:
        _noted.reset(token)
        for record in noted:
            record()


def note_reading(slack: SlackContext, *cases: int, by: str, way: Way) -> None:
    """Note that a person is shown what is in these cases. Call it where that is drawn."""

    def record() -> None:
        try:
            with time_limit(_SECONDS):
                record_reading(slack.context, *cases, by=by, way=way)
        except Exception as error:  # the answer was given: nobody is left to tell but the log
            failed = type(error).__name__
            log.error("reading.not_recorded", cases=cases, by=by, way=way, error=failed, exc_info=error)

    noted = _noted.get()
    if noted is None:
        record()
    else:
        noted.append(record)
