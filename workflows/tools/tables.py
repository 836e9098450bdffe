"""Makes a table that is worked out when it is first needed, once in a process, while other threads wait for it.

The libraries whose data the tables are made from (babel, dateparser) fill lazy tables of their own meanwhile, which are
not made for several threads. There is therefore one lock for all tables: whoever makes one is alone with them.
"""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import TypeVar

T = TypeVar("T")

_making = RLock()
"""Held again by a table that is made from another one."""


def made_once(make: Callable[[], T]) -> Callable[[], T]:
    """Keep what a function without arguments returns; it is called once, in whichever thread comes first."""
    kept: list[T] = []

    @wraps(make)
    def table() -> T:
        if not kept:
            with _making:
                if not kept:
                    kept.append(make())
        return kept[0]

    return table
