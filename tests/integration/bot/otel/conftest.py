"""Logs at every level: what is told of spans is read from them."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def unfiltered() -> Iterator[None]:
    """Log at every level, whatever a command in this process configured before."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)
