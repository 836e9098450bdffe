"""The hash of a function's code, made in several threads at once."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from workflows.engine.charters.function_code import code_hash
from workflows.engine.declare.workflow import Workflow


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_that_hash_at_once_get_the_same() -> None:
    with ThreadPoolExecutor(8) as pool:
        hashes = set(pool.map(lambda _: code_hash(Workflow.__init__, folder=None), range(16)))
    assert len(hashes) == 1
