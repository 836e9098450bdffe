"""A process that serves finds the garbage that goes in circles, however much is loaded."""

import subprocess
import sys

SERVES = """
import gc, weakref
from bot.cli import garbage

class Row:
    def __init__(self):
        self.itself = self

garbage.start()
loaded = [[n] for n in range(1_000_000)]
garbage.settle()
gc.set_threshold(1_000, 10, 5)  # as serving, but in a moment
row = Row()
old = weakref.ref(row)
gc.collect(1)
del row
stays = []
while old() is not None and len(stays) < 1_000_000:
    stays.append([])
print(len(stays))
"""


def test_old_garbage_in_circles_does_not_wait_for_a_quarter_of_all_that_is_loaded() -> None:
    """A million objects are loaded here. Python looks through all when a quarter as many are new."""
    told = subprocess.run([sys.executable, "-c", SERVES], capture_output=True, text=True, check=True).stdout
    assert int(told) < 200_000
