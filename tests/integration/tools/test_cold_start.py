"""F77: what is worked out at its first use is worked out once, also where many threads begin at once."""

import subprocess
import sys
from threading import Barrier, Event, Thread

import pytest

from tests.integration.bot.commandline import LONGEST
from workflows.tools.tables import made_once

COLD = """
import sys
from threading import Barrier, Thread

from babel import Locale
from babel.core import get_global
from workflows.tools.amounts import amounts_in
from workflows.tools.currencies import currency_of
from workflows.tools.dates import date_of

sys.setswitchinterval(1e-5)
THREADS = 12
begin, wrong, said = Barrier(THREADS), [], []

def use(number):
    begin.wait()
    try:
        asked = [lambda: currency_of("euros"), lambda: date_of("3. März 2026"), lambda: amounts_in("EUR 3.50")]
        said.append([str(ask()) for ask in asked[number % 3 :] + asked[: number % 3]])
    except Exception as error:
        wrong.append(repr(error))

threads = [Thread(target=use, args=[number]) for number in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not wrong, wrong
assert len({tuple(sorted(each)) for each in said}) == 1, said
"""


@pytest.mark.slow
def test_twelve_threads_that_use_the_tools_first_at_the_same_time_all_get_the_same() -> None:
    for _ in range(2):
        ended = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, timeout=LONGEST)
        assert ended.returncode == 0, ended.stderr


def test_a_table_is_made_by_one_thread_while_the_others_wait() -> None:
    begun, may_end, got = Event(), Event(), []
    made: list[int] = []

    @made_once
    def inner() -> int:
        made.append(1)
        begun.set()
        assert may_end.wait(LONGEST)
        return len(made)

    @made_once
    def outer() -> int:
        return inner()

    together = Barrier(8)

    def use(number: int) -> None:
        together.wait()
        got.append(outer() if number % 2 else inner())

    threads = [Thread(target=use, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    assert begun.wait(LONGEST)
    may_end.set()
    for thread in threads:
        thread.join()
    assert got == [1] * 8
