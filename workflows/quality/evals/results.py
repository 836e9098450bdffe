"""The results of an eval: figures, and for each example whether it was right. Kept as JSON, with no text of a case."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from statistics import quantiles

from pydantic import BaseModel, ConfigDict

from workflows.engine.reasons import Code
from workflows.model.asking.attachments import DocumentsAs
from workflows.quality.evals import risk
from workflows.quality.evals.trials import Outcome, Trial


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Share(_Kept):
    """A number of right ones, and their total."""

    right: int
    of: int

    @property
    def share(self) -> float | None:
        """Share from 0 to 1; None where the total is 0."""
        return self.right / self.of if self.of else None


class RiskRow(_Kept):
    """A row of the risk-coverage table; see `workflows.quality.evals.risk.Risk`."""

    floor: float
    own: bool
    alone: int
    wrong: int
    at_most: float | None


class Milliseconds(_Kept):
    """Milliseconds that an example took."""

    median: float
    p95: float
    """The 95th percentile: 19 of 20 took no longer."""


class CaseResult(_Kept):
    """The result of one example."""

    input: str
    """SHA-256 of the input."""
    outcome: Outcome
    right: dict[str, bool]
    code: str | None
    lowest: float | None
    score: float | None = None
    """The highest floor at which it is resolved alone, 0 to 1; None where that was not kept."""
    reasons: tuple[str, ...]
    nevers: tuple[str, ...]
    alone: bool
    cost: Decimal
    """US dollars spent."""
    milliseconds: float
    critical: bool = False
    """True if each version has to have it right."""

    @property
    def is_counted(self) -> bool:
        """True if it counts for the quality of the proposals."""
        return self.outcome in (Outcome.PROPOSED, Outcome.NO_PROPOSAL)

    @property
    def whole(self) -> bool:
        """True if every known field is right."""
        return self.outcome is Outcome.PROPOSED and all(self.right.values())


class Summary(_Kept):
    """The figures of an eval."""

    examples: int
    """Number of all examples."""
    tried: int
    """Examples with a result: not those that could not be tried, or for which the money was not enough."""
    unfinished: str | None
    """Reason why it ended before all were begun; None where it did not."""
    learned_without: int
    """Number of models that learned without the part of the examples on which they were tried; 0 where none had to."""
    floor: float | None
    """The workflow's own floor."""
    whole: Share
    """Examples with every known field right, among those in scope."""
    fields: dict[str, Share]
    documents: DocumentsAs | None = None
    """The way in which the model was given documents; None where the examples have none."""
    recall: int | None = None
    """Past decisions that were told with each example; None where its workflow recalls none and nobody asked."""
    quotes: Share | None = None
    """Values whose quotes stand on a page, among those that need a quote; None where the examples have no documents."""
    alone: Share
    """Right examples among those resolved alone at the workflow's own floor."""
    risk: tuple[RiskRow, ...]
    nevers: dict[str, int]
    """Sentence -> number of examples that break it."""
    reasons: dict[str, int]
    """Code of the policy's reason -> number of examples that go to a person for it."""
    second: Share | None = None
    """Right examples among those that the local model disagreed with; None where it disagreed with none."""
    no_proposal: dict[str, int]
    """Code (garbage, refused, truncated, ...) -> number of examples."""
    out_of_scope: int
    untried: dict[str, int]
    """Code, or the error's type -> number of examples that could not be tried."""
    models: dict[str, int]
    """Name of the model that answered -> number of examples."""
    cost: Decimal
    """US dollars spent."""
    tokens: int
    milliseconds: Milliseconds | None
    regression: Share | None = None
    """Right ones among the critical examples; None where none is critical."""


class Result(_Kept):
    """The result of an eval."""

    summary: Summary
    cases: tuple[CaseResult, ...]


def result_of(
    trials: Sequence[Trial],
    *,
    examples: int,
    floor: float | None,
    learned_without: int = 0,
    unfinished: str | None = None,
    documents: DocumentsAs | None = None,
    critical: Collection[str] = (),
    recall: int | None = None,
) -> Result:
    """Add up the trials. `examples`: number of all examples. `floor`: the workflow's own. The rest: as in `Summary`.

    `critical`: hashes of the inputs that each version has to have right.
    """
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
        documents=documents,
        recall=recall,
        quotes=_quotes(counted) if documents is not None else None,
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
        regression=_regression(trials, critical),
    )
    cases = (_case(trial, is_critical=trial.input_hash in critical) for trial in trials)
    return Result(summary=summary, cases=tuple(cases))


def _regression(trials: Sequence[Trial], critical: Collection[str]) -> Share | None:
    found = [trial.whole for trial in trials if trial.input_hash in critical]
    return Share(right=sum(found), of=len(critical)) if critical else None


def _fields(counted: Sequence[Trial]) -> dict[str, Share]:
    known = _counts(name for trial in counted for name in trial.right)
    right = Counter(name for trial in counted for name, is_right in trial.right.items() if is_right)
    return {name: Share(right=right[name], of=of) for name, of in known.items()}


def _quotes(counted: Sequence[Trial]) -> Share:
    found = [is_found for trial in counted for is_found in trial.quoted.values()]
    return Share(right=sum(found), of=len(found))


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _milliseconds(taken: Sequence[float]) -> Milliseconds | None:
    if not taken:
        return None
    if len(taken) == 1:
        return Milliseconds(median=taken[0], p95=taken[0])
    steps = quantiles(taken, n=20, method="inclusive")
    return Milliseconds(median=round(steps[9], 3), p95=round(steps[18], 3))


def _case(trial: Trial, *, is_critical: bool) -> CaseResult:
    return CaseResult(
        input=trial.input_hash,
        outcome=trial.outcome,
        right=dict(trial.right),
        code=trial.code,
        lowest=trial.lowest,
        score=trial.score,
        reasons=trial.reasons,
        nevers=trial.nevers,
        alone=trial.alone,
        cost=trial.cost,
        milliseconds=round(trial.milliseconds, 3),
        critical=is_critical,
    )
