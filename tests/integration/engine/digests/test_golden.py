"""Digests of the made-up year as they are read at the terminal, kept in `golden/`, a file for each.

    GOLDEN=write pytest tests/integration/engine/digests/test_golden.py

writes them anew. Read what has changed in them as a lead would, before it is committed.
"""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.cli.screens.digests import print_digest
from tests.integration.engine.digests.conftest import Lived
from tests.integration.engine.digests.year import DEAR, DEMONSTRATION, INCIDENT, REFUNDS, TRIAGE, ZONE
from workflows.engine.digests.jobs import job_called
from workflows.engine.digests.making import preview
from workflows.engine.digests.names import JobName
from workflows.engine.digests.numbers.baseline_views import Figure, FigureName, Source
from workflows.engine.digests.numbers.baselines import record
from workflows.engine.digests.periods import day_after
from workflows.engine.digests.views import DigestView

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden"
WRITTEN = os.environ.get("GOLDEN") == "write"
QUIET, SPRING, AUTUMN = date(2025, 8, 10), date(2025, 3, 30), date(2025, 10, 26)
"""A quiet day, and those on which the clocks are set."""
LAST_SUNDAY, LAST_DAY = date(2025, 12, 28), date(2025, 12, 31)
WEEKS = (date(2025, 1, 5), SPRING, date(2025, 6, 15), AUTUMN, LAST_SUNDAY)
KEPT = {
    JobName.FAILURES: (DEMONSTRATION, SPRING, INCIDENT, QUIET, LAST_DAY),
    JobName.COST: (DEMONSTRATION, SPRING, QUIET, DEAR, LAST_DAY),
    JobName.COST_MONTH: (date(2025, 1, 31), date(2025, 3, 31), date(2025, 9, 30), LAST_DAY),
    JobName.QUALITY: WEEKS,
    JobName.NUMBERS: WEEKS,
    JobName.BIAS: (date(2025, 6, 30), date(2025, 11, 30)),
}
"""Job -> last days of the periods whose digests are kept."""
EACH = [(job, last) for job, days in KEPT.items() for last in days]


def timed_by_hand(lived: Lived) -> None:
    """Record how long two of the workflows took by hand: one timed, one by somebody's word."""
    timed = Figure(name=FigureName.MINUTES, value=6.2, number=36, deviation=3.1)
    price = Figure(name=FigureName.COST_PER_HOUR, value=Decimal(48), number=None)
    stated = Figure(name=FigureName.MINUTES, value=11.5, number=None)
    context = lived.world.context
    record(context, TRIAGE, measured=[timed], said=[price], source=Source.TIMINGS, by="U0KIM")
    record(context, REFUNDS, measured=[], said=[stated], source=Source.STATED, by="U0KIM")


@pytest.fixture(scope="module")
def timed(own_year: Lived) -> Lived:
    """The year, with baselines."""
    timed_by_hand(own_year)
    return own_year


def previewed(lived: Lived, job: JobName, last: date, *, workflow: str | None = None) -> DigestView:
    """Return the digest of a period as `countersign digest preview` does, the morning after the year."""
    today = day_after(job_called(job).every, last)
    return preview(lived.world.context, job, today=today, zone=ZONE, workflow=workflow)


@pytest.mark.parametrize(("job", "last"), EACH, ids=str)
def test_a_digest_reads_as_it_is_kept(
    timed: Lived, job: JobName, last: date, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same words and numbers from both databases."""
    print_digest(previewed(timed, job, last))
    path, text = GOLDEN / f"{job}-{last}.txt", capsys.readouterr().out
    if WRITTEN:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"GOLDEN=write pytest {Path(__file__).name} writes it anew"


def test_no_digest_is_kept_that_is_not_compared() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{job}-{last}.txt" for job, last in EACH}
