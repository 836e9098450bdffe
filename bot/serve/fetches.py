"""The looks for cases of this process: begun when they are due, each in a thread of its own.

The clock only begins them, since the code of an author may take minutes. A look that does not end before the process
does is cut off: nothing of it was taken in, and another process looks when its turn is over.
"""

import time
from functools import partial
from threading import Lock, Thread

import structlog
from sqlalchemy.exc import DBAPIError

from bot.app import App
from store.db.database import Unavailable
from workflows.engine.sources.looks import fetching
from workflows.engine.sources.looks.fetching import Due
from workflows.log_context import logging_as_here

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two looks at what is due."""
MOST_AT_ONCE = 4
"""Looks of this process at the same time; further ones wait, or another process makes them."""
_STOPS_WITHIN = 5.0
"""Seconds that looks have to end when the process stops."""


class Fetches:
    """The looks for cases that this process makes."""

    def __init__(self, app: App) -> None:
        """Make none yet."""
        self._app = app
        self._lock = Lock()
        self._under_way: dict[str, Thread] = {}
        self._begun = False
        self._stopped = False

    def turn(self) -> None:
        """Begin what is due and not under way here. Returns at once."""
        context = self._app.context
        try:
            if not self._begun:
                fetching.begin(context)
                self._begun = True
            due = fetching.due(context)
        except (DBAPIError, Unavailable) as error:
            log.warning("fetches.without_database", error=type(error).__name__)
            return
        for one in due:
            self._begin(one)

    def stop(self) -> None:
        """Begin no more, and wait a little for what is under way."""
        with self._lock:
            self._stopped = True
            left = list(self._under_way.values())
        until = time.monotonic() + _STOPS_WITHIN
        for thread in left:
            thread.join(max(0.0, until - time.monotonic()))

    def _begin(self, one: Due) -> None:
        with self._lock:
            if self._stopped or one.line.name in self._under_way or len(self._under_way) >= MOST_AT_ONCE:
                return
            take_turn = logging_as_here(partial(self._take_turn, one))
            thread = Thread(target=take_turn, name=f"fetch {one.line.name}", daemon=True)
            self._under_way[one.line.name] = thread
        thread.start()

    def _take_turn(self, one: Due) -> None:
        try:
            fetching.take_turn(self._app.context, one, options=self._app.made.get(one.workflow.name))
        except (DBAPIError, Unavailable) as error:
            log.warning("fetch.without_database", source=one.line.name, error=type(error).__name__)
        except Exception as error:  # the loop's edge: it is looked again when the turn is over
            log.error("fetch.broken", source=one.line.name, error=type(error).__name__, exc_info=True)
        finally:
            with self._lock:
                self._under_way.pop(one.line.name, None)
