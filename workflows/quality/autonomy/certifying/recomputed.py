"""The evidence of an epoch, computed again from the rows of its cases alone. Pure.

The certifier takes the labelled cases up to the epoch's mark, in the order of the cases; the alarm the spot checks of
what went alone, in the order in which their labels came. So it is the same whenever it is computed, and whatever order
labels came in. How much is looked at next is no part of it: that is settled with each case, before its label.
"""

from collections.abc import Iterable

from workflows.quality.autonomy.certifying.earning import Earning, Looked


def recomputed(begun: Earning, *, start: Iterable[Looked], cases: Iterable[Looked], checks: Iterable[bool]) -> Earning:
    """Return the evidence of an epoch with the promise and the floors with which it began.

    `begun`: the evidence that is kept of it, of which the rest is not looked at. `start`: cases that were judged before
    it began. `cases`: in their order. `checks`: of what went alone, in the order of their labels: True where it was
    wrong.
    """
    certifier = begun.certifier
    earning = Earning.begin(certifier.promise, certifier.floors, fewest=begun.fewest)
    earning.work_in_all(start)
    earning.work_in_all(cases)
    take_checks(earning, checks)
    return earning


def take_checks(earning: Earning, checks: Iterable[bool]) -> None:
    """Have the alarm take spot checks of what went alone, up to the one that raises it: True where it was wrong.

    What comes after that one, however right, does not lower it again.
    """
    for is_error in checks:
        if earning.is_alarmed:
            break
        earning.checked(is_error=is_error)
