"""Logs are events with keys, as JSON lines on standard error: whatever a value holds, it stays one line."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Log events of this level and above; `off`: next to none, as the commands say themselves what went wrong."""
    threshold = logging.getLevelNamesMapping()["CRITICAL" if level == "off" else level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
