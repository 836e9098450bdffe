"""Evidence for a deployment: figures of an eval of it and of the live version on the same examples. No text of a case.

Pure. It is kept as JSON with the deployment, so that what was signed can be read later as it was shown.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from workflows.quality.deployments.codes import Unweighed
from workflows.quality.evals.mcnemar import Word


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Measured(_Kept):
    """A share that was measured, with its interval (Clopper-Pearson, 95 %)."""

    right: int
    of: int
    low: float
    """From 0 to 1."""
    high: float

    @property
    def share(self) -> float | None:
        """Share from 0 to 1; None where nothing was counted."""
        return self.right / self.of if self.of else None


class GoneAlone(_Kept):
    """Cases that would be resolved alone at the workflow's own floor."""

    floor: float | None
    """None: it only drafts."""
    of: int
    """Examples that were tried."""
    alone: int
    wrong: int
    """Those of them that would be wrong."""
    at_most: float | None
    """Upper bound, at 95 %, of the share of wrong ones; None where none would be resolved alone."""


class Figures(_Kept):
    """The figures of one version."""

    eval: int
    """Row of its eval."""
    model: str
    prompt_version: str | None
    examples: int
    tried: int
    """Examples with a result."""
    whole: Measured
    """Examples with every known field right."""
    fields: Mapping[str, Measured]
    alone: GoneAlone
    nevers: Mapping[str, int]
    """Sentence of a never -> examples that break it."""
    garbage: int
    """Examples to which the model gave no usable answer."""
    no_proposal: int
    """All examples without a proposal, these among them."""
    dollars: Decimal
    """US dollars a case, on average."""
    milliseconds: float | None
    """Median of a case; None where none was tried."""
    is_finished: bool
    right: int
    """Critical examples that it has right."""
    wrong: Sequence[str]
    """SHA-256 of the inputs of the critical examples that it has wrong, or could not try."""


class Pairs(_Kept):
    """The comparison of both versions, example by example."""

    pairs: int
    both_right: int
    only_new: int
    only_live: int
    both_wrong: int
    word: Word
    """The conclusion about the new version."""
    p: float


class Weighed(_Kept):
    """The outcome of weighing, for the owners who sign."""

    labels: int = 0
    """Labels of both halves."""
    errors: int = 0
    before: float | None = None
    """Area under the curve (AUROC) of the stated confidence, capped by the second opinion, on the measuring half: how
    often a right proposal has more than a wrong one. None where it was not measured.
    """
    after: float | None = None
    """The same of the weighed confidence."""
    why_not: Unweighed | None = None
    """None where it is weighed."""


class Evidence(_Kept):
    """The evidence that a deployment's owners are shown."""

    examples: int
    """Examples on which both were tried; 0: there is nothing to measure it by."""
    of_measuring: int
    """Those of them that are of the measuring half of what people decided; the others are the author's."""
    critical: int
    """Critical examples, each of which it has to have right."""
    new: Figures | None
    live: Figures | None
    """None where none is live, or the live version cannot be asked by this process."""
    pairs: Pairs | None
    weighed: Weighed | None = None
    """Result of weighing its confidence; None where its workflow's autonomy is not earned."""
    why_no_live: str | None = None
    """Code of why the live version was not tried, where one is live."""
