"""Logs: events with keys, as JSON lines on standard error. Whatever a value holds, it stays one line."""

import logging
import sys
from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import TextIO

import structlog
from structlog.typing import EventDict

from bot.log_events import ERRORS, WARNINGS
from workflows.redaction import redacted

_TEXTS = ("event", "exception", "error", "why")
"""Keys whose values may come from outside."""


_LIBRARY, _OTHER = "library", "other"
"""Labels in place of an event: for what a library logged, and for what code of an author's did."""
_KNOWN = frozenset({("warning", name) for name in WARNINGS} | {("error", name) for name in ERRORS})
_lock = Lock()
_counts: Counter[tuple[str, str]] = Counter()


def counted() -> Mapping[tuple[str, str], int]:
    """Return how many warnings and errors this process logged since it began, by level and event; zeros too."""
    with _lock:
        return {**dict.fromkeys(sorted(_KNOWN), 0), **_counts}


def _note(level: str, event: str) -> None:
    if level in ("warning", "error", "critical"):
        with _lock:
            _counts[level, event] += 1


def _count(logger: object, method: str, event: EventDict) -> EventDict:
    level, name = event["level"], event.get("event")
    _note(level, str(name) if (level, name) in _KNOWN else _OTHER)
    return event


def _count_library(logger: object, method: str, event: EventDict) -> EventDict:
    _note(event["level"], _LIBRARY)
    return event


def _redact(logger: object, method: str, event: EventDict) -> EventDict:
    """Mask secrets in the messages of errors and libraries."""
    for key in _TEXTS:
        if isinstance(value := event.get(key), str):
            event[key] = redacted(value)
    return event


_SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    _redact,
)


def configure(level: str) -> None:
    """Log events of this level and above; `off`: almost none, since the commands print their errors themselves.

    Logs of libraries come out in the same form, from warnings on.
    """
    threshold = logging.getLevelNamesMapping()["CRITICAL" if level == "off" else level.upper()]
    structlog.configure(
        processors=[*_SHARED, _count, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in root.handlers:
        if isinstance(handler, _StandardError):
            root.removeHandler(handler)
    root.addHandler(_StandardError())
    root.setLevel(max(threshold, logging.WARNING))


class _StandardError(logging.StreamHandler[TextIO]):
    """The handler of libraries' logs, on the present standard error."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        foreign = (*_SHARED, _count_library, structlog.stdlib.add_logger_name)
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=foreign,
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
            )
        )

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # a StreamHandler keeps one; a test's is soon closed
        return sys.stderr
