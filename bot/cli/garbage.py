"""Python's search for garbage in circles: seldom while a command starts, steadily while a process serves."""

import gc

_STARTING = 50_000
"""New objects after which it is looked for. At Python's 700 a start looks 450 times through what it loads, which all
stays: a fifth of its time.
"""
_SERVING = (10_000, 10, 5)
"""The same of a process that serves; times after which older objects are looked through, too; and times after which
all are.
"""


def start() -> None:
    """Look seldom, as nothing of what is loaded is garbage."""
    gc.set_threshold(_STARTING)


def settle() -> None:
    """Look steadily from now on, and never through what is loaded by now: that would stop all threads for a while."""
    gc.set_threshold(*_SERVING)
    gc.collect()
    gc.freeze()
    # Python looks through all only once a quarter as much is new as it last found to stay. Now that is next to nothing.
    gc.collect()
