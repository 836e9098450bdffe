"""The jobs that make digests: what each is called, how often it comes, and who gathers its figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from workflows.engine.context import Context
from workflows.engine.digests.bias import figures as bias
from workflows.engine.digests.bias.records import records as bias_records
from workflows.engine.digests.bias.views import BiasFigures
from workflows.engine.digests.cost import figures as cost
from workflows.engine.digests.cost.views import CostFigures
from workflows.engine.digests.courses import figures as courses
from workflows.engine.digests.courses.figures import Asked
from workflows.engine.digests.failures import figures as failures
from workflows.engine.digests.failures.views import FailureFigures
from workflows.engine.digests.names import JobName
from workflows.engine.digests.numbers import figures as numbers
from workflows.engine.digests.numbers.records import records as number_records
from workflows.engine.digests.numbers.views import NumberFigures
from workflows.engine.digests.periods import Every
from workflows.engine.digests.quality import figures as quality
from workflows.engine.digests.quality.views import QualityFigures
from workflows.engine.digests.scope import Scope
from workflows.engine.digests.seals import figures as seals
from workflows.engine.digests.seals.views import SealFigures
from workflows.engine.digests.views import Figures
from workflows.engine.errors import Unknown
from workflows.engine.health.expiries import ask

Cell = str | bool | int | float | Decimal | datetime | date | None
"""A value in a table for a spreadsheet. Only texts may come from outside."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job that makes one digest for each period."""

    name: JobName
    every: Every
    longest: int
    """Most days that one digest covers."""
    gather: Callable[[Session, Scope], Figures]
    """Reads its figures from the database."""
    records: Callable[[Any], Sequence[Mapping[str, Cell]]]
    """Returns its figures as a table for a spreadsheet: a record for each line, by the names of the columns."""
    adapter: TypeAdapter[Any]
    """Converts its figures to JSON and back. They are kept as they were: a field that comes later has a default."""
    prepare: Callable[[Context], object] | None = None
    """Asks authors' code what the figures need, before the database is read; None where they need nothing of it."""
    asks: Callable[[Session, Scope, Any], Sequence[Asked]] | None = None
    """Returns the workflows about which leads are asked with it, from its figures, whether they are to expand, hold or
    stop. None: it asks nothing.
    """
    is_wanted: Callable[[Context], bool] | None = None
    """Tells whether there is anything that it could tell of: no digest is made where there is not. None: always."""


JOBS: Mapping[str, Job] = {
    job.name: job
    for job in (
        Job(
            name=JobName.FAILURES,
            every=Every.DAY,
            longest=31,
            gather=failures.gather,
            records=failures.records,
            adapter=TypeAdapter(FailureFigures),
            prepare=ask,
        ),
        Job(
            name=JobName.COST,
            every=Every.DAY,
            longest=31,
            gather=cost.gather_day,
            records=cost.records,
            adapter=TypeAdapter(CostFigures),
        ),
        Job(
            name=JobName.COST_MONTH,
            every=Every.MONTH,
            longest=92,
            gather=cost.gather_month,
            records=cost.records,
            adapter=TypeAdapter(CostFigures),
        ),
        Job(
            name=JobName.QUALITY,
            every=Every.WEEK,
            longest=28,
            gather=quality.gather,
            records=quality.records,
            adapter=TypeAdapter(QualityFigures),
        ),
        Job(
            name=JobName.BIAS,
            every=Every.MONTH,
            longest=92,
            gather=bias.gather,
            records=bias_records,
            adapter=TypeAdapter(BiasFigures),
            is_wanted=bias.is_wanted,
        ),
        Job(
            name=JobName.NUMBERS,
            every=Every.WEEK,
            longest=28,
            gather=numbers.gather,
            records=number_records,
            adapter=TypeAdapter(NumberFigures),
            asks=courses.gather,
        ),
        Job(
            name=JobName.SEAL,
            every=Every.DAY,
            longest=31,
            gather=seals.gather,
            records=seals.records,
            adapter=TypeAdapter(SealFigures),
        ),
    )
}
"""Each job by its name, in the order in which they are posted."""


def job_called(name: str) -> Job:
    """Return the job of this name. Raise `Unknown`."""
    found = JOBS.get(name)
    if found is None:
        raise Unknown(f"there is no digest {name!r}; there are {', '.join(JOBS)}")
    return found
