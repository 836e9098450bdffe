"""The read model of a digest, frozen, the same for every face."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from workflows.engine.digests.bias.views import BiasFigures, Look
from workflows.engine.digests.cost.views import CostFigures
from workflows.engine.digests.failures.views import FailureFigures
from workflows.engine.digests.names import JobName
from workflows.engine.digests.numbers.views import NumberFigures
from workflows.engine.digests.periods import Every
from workflows.engine.digests.quality.views import QualityFigures
from workflows.engine.digests.seals.views import SealFigures

Figures = FailureFigures | CostFigures | QualityFigures | NumberFigures | BiasFigures | SealFigures
"""The figures of a digest: a class of its own for each job."""


@dataclass(frozen=True, kw_only=True)
class DigestView:
    """A report for team leads on one or more periods."""

    id: int | None
    """None: it is a preview."""
    job: JobName
    every: Every
    first: date
    """The first local date that it covers."""
    last: date
    missed: int
    """Periods before the last one without a digest. Where they are too many, `first` is later than their first."""
    workflow: str | None = None
    """Name of the only workflow that it is about; None: all."""
    made_up_until: date | None = None
    """The last day whose cases are made up, for a demonstration; None: it shows none of them."""
    figures: Figures
    looks: Sequence[Look] = ()
    """The people who said that they looked at it, the first one first."""
    generation: int = 0
    """Number of restores from a backup so far."""
