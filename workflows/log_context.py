"""The context that the log adds to each line of a thread, such as whose it is, handed on to threads that it starts.

A thread starts with nothing of it. Where several workspaces are served, a line would then not say which one it is of.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars


def pool_of(threads: int, *, name: str) -> ThreadPoolExecutor:
    """Return a pool of threads that log as the one that makes it. `name`: with which their names begin."""
    as_here = partial(bind_contextvars, **get_contextvars())
    return ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=as_here)


def logging_as_here(call: Callable[[], None]) -> Callable[[], None]:
    """Return a call that logs as this thread does, whichever thread makes it."""
    said = get_contextvars()

    def called() -> None:
        with bound_contextvars(**said):
            call()

    return called
