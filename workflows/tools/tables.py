"""Tables that are made when they are first needed, once in a process, while other threads wait.

The libraries with the data (babel, dateparser) fill lazy tables of their own meanwhile, which are not safe with several
threads. Therefore one lock guards all tables, and only one table is made at a time.
"""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import TypeVar

T = TypeVar("T")

_making = RLock()
"""A lock that can be taken again, for a table that is made from another one."""


def made_once(make: Callable[[], T]) -> Callable[[], T]:
    """Keep the result of a function without arguments. It is called once, by the first thread that needs it."""
    kept: list[T] = []

    @wraps(make)
    def table() -> T:
        if not kept:
            with _making:
                if not kept:
                    kept.append(make())
        return kept[0]

    return table
