"""What came of an eval: figures, and whether each example was right. Kept as JSON, with no text of a case."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from statistics import quantiles

from pydantic import BaseModel, ConfigDict

from workflows.engine.reasons import Code
from workflows.quality import risk
from workflows.quality.trials import Outcome, Trial


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Share(_Kept):
    """How many of how many."""

    right: int
    of: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.right / self.of if self.of else None


class RiskRow(_Kept):
    """A row of the risk-coverage table; see `workflows.quality.risk.Risk`."""

    floor: float
    own: bool
    alone: int
    wrong: int
    at_most: float | None


class Milliseconds(_Kept):
    """How long an example took."""

    median: float
    p95: float
    """19 of 20 took no longer."""


class CaseResult(_Kept):
    """One example."""

    input: str
    """SHA-256 of the input."""
    outcome: Outcome
    right: dict[str, bool]
    code: str | None
    lowest: float | None
    reasons: tuple[str, ...]
    nevers: tuple[str, ...]
    alone: bool
    cost: Decimal
    """US dollars."""
    milliseconds: float

    @property
    def is_counted(self) -> bool:
        """Does it say how good the proposals are?"""
        return self.outcome in (Outcome.PROPOSED, Outcome.NO_PROPOSAL)

    @property
    def whole(self) -> bool:
        """Is every field right that is known?"""
        return self.outcome is Outcome.PROPOSED and all(self.right.values())


class Summary(_Kept):
    """The figures."""

    examples: int
    """There were."""
    tried: int
    """Those of which something is known: not those that could not be tried, or were left for want of money."""
    unfinished: str | None
    """Why it ended before all were begun; None where it did not."""
    learned_without: int
    """Models that learned without a part of the examples, to be tried on that part; 0 where none had learned any."""
    floor: float | None
    """The workflow's own."""
    whole: Share
    """Every known field right, of the examples in scope."""
    fields: dict[str, Share]
    alone: Share
    """Of those that go alone at the workflow's own floor."""
    risk: tuple[RiskRow, ...]
    nevers: dict[str, int]
    """Sentence -> how many examples run into it."""
    reasons: dict[str, int]
    """Why examples go to a person: the policy's code -> how many."""
    second: Share | None = None
    """Of those that the local model spoke against, how many were right; None where it spoke against none."""
    no_proposal: dict[str, int]
    """Code (garbage, refused, truncated, ...) -> how many."""
    out_of_scope: int
    untried: dict[str, int]
    """Code, or the error's type -> how many could not be tried."""
    models: dict[str, int]
    """Who answered -> how many."""
    cost: Decimal
    """US dollars."""
    tokens: int
    milliseconds: Milliseconds | None


class Result(_Kept):
    """An eval's result."""

    summary: Summary
    cases: tuple[CaseResult, ...]


def result_of(
    trials: Sequence[Trial],
    *,
    examples: int,
    floor: float | None,
    learned_without: int = 0,
    unfinished: str | None = None,
) -> Result:
    """Add up. `examples`: how many there were. `floor`: the workflow's own. The rest: as in `Summary`."""
    counted = [trial for trial in trials if trial.is_counted]
    tried = [trial for trial in trials if trial.outcome is not Outcome.UNTRIED]
    alone = [trial for trial in trials if trial.alone]
    against = [trial for trial in trials if Code.SECOND in trial.reasons]
    judged = (risk.Judged(alone_up_to=trial.alone_up_to, right=trial.whole) for trial in trials)
    summary = Summary(
        examples=examples,
        tried=len(tried),
        unfinished=unfinished,
        learned_without=learned_without,
        floor=floor,
        whole=Share(right=sum(trial.whole for trial in counted), of=len(counted)),
        fields=_fields(counted),
        alone=Share(right=sum(trial.whole for trial in alone), of=len(alone)),
        risk=tuple(
            RiskRow(floor=row.floor, own=row.own, alone=row.alone, wrong=row.wrong, at_most=row.at_most)
            for row in risk.table(judged, own=floor)
        ),
        nevers=_counts(sentence for trial in trials for sentence in trial.nevers),
        reasons=_counts(code for trial in tried if not trial.alone for code in trial.reasons),
        second=Share(right=sum(trial.whole for trial in against), of=len(against)) if against else None,
        no_proposal=_counts(str(trial.code) for trial in trials if trial.outcome is Outcome.NO_PROPOSAL),
        out_of_scope=sum(trial.outcome is Outcome.OUT_OF_SCOPE for trial in trials),
        untried=_counts(str(trial.code) for trial in trials if trial.outcome is Outcome.UNTRIED),
        models=_counts(trial.model for trial in trials if trial.model is not None),
        cost=sum((trial.cost for trial in trials), Decimal(0)),
        tokens=sum(trial.tokens for trial in trials),
        milliseconds=_milliseconds([trial.milliseconds for trial in tried]),
    )
    return Result(summary=summary, cases=tuple(map(_case, trials)))


def _fields(counted: Sequence[Trial]) -> dict[str, Share]:
    known = _counts(name for trial in counted for name in trial.right)
    right = Counter(name for trial in counted for name, is_right in trial.right.items() if is_right)
    return {name: Share(right=right[name], of=of) for name, of in known.items()}


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _milliseconds(taken: Sequence[float]) -> Milliseconds | None:
    if not taken:
        return None
    if len(taken) == 1:
        return Milliseconds(median=taken[0], p95=taken[0])
    steps = quantiles(taken, n=20, method="inclusive")
    return Milliseconds(median=round(steps[9], 3), p95=round(steps[18], 3))


def _case(trial: Trial) -> CaseResult:
    return CaseResult(
        input=trial.input_hash,
        outcome=trial.outcome,
        right=dict(trial.right),
        code=trial.code,
        lowest=trial.lowest,
        reasons=trial.reasons,
        nevers=trial.nevers,
        alone=trial.alone,
        cost=trial.cost,
        milliseconds=round(trial.milliseconds, 3),
    )
