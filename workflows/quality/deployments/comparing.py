"""The comparison of a version with the live one: the evidence that follows from an eval of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflows.engine.reasons import Code
from workflows.model.port import NoAnswer
from workflows.quality.deployments.evidence import Evidence, Figures, GoneAlone, Measured, Pairs
from workflows.quality.evals.comparison import compare_results
from workflows.quality.evals.results import CaseResult, Result, Share
from workflows.quality.evals.risk import upper_bound
from workflows.quality.evals.trials import Outcome

SURE = 0.95
"""Certainty of each interval."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """An eval of one version."""

    eval: int
    result: Result
    model: str
    prompt_version: str | None


def evidence_of(
    *,
    new: Trial | None,
    live: Trial | None,
    examples: int,
    of_measuring: int,
    critical: Sequence[str],
    why_no_live: str | None = None,
) -> Evidence:
    """Return the evidence. `critical`: hashes of inputs."""
    pairs = None
    if new is not None and live is not None:
        found = compare_results(new.result, live.result)
        pairs = Pairs(
            pairs=found.pairs,
            both_right=found.both_right,
            only_new=found.only_this,
            only_live=found.only_other,
            both_wrong=found.both_wrong,
            word=found.word,
            p=found.p,
        )
    return Evidence(
        examples=examples,
        of_measuring=of_measuring,
        critical=len(critical),
        new=_figures(new, critical) if new is not None else None,
        live=_figures(live, critical) if live is not None else None,
        pairs=pairs,
        why_no_live=why_no_live,
    )


def _figures(trial: Trial, critical: Sequence[str]) -> Figures:
    summary, cases = trial.result.summary, {case.input: case for case in trial.result.cases}
    wrong = [input for input in critical if not _is_right(cases.get(input))]
    alone = summary.alone
    return Figures(
        eval=trial.eval,
        model=trial.model,
        prompt_version=trial.prompt_version,
        examples=summary.examples,
        tried=summary.tried,
        whole=measured(summary.whole),
        fields={name: measured(share) for name, share in summary.fields.items()},
        alone=GoneAlone(
            floor=summary.floor,
            of=summary.tried,
            alone=alone.of,
            wrong=alone.of - alone.right,
            at_most=upper_bound(alone.of - alone.right, alone.of),
        ),
        nevers=summary.nevers,
        garbage=sum(summary.no_proposal.get(code, 0) for code in (NoAnswer.GARBAGE, Code.NO_PROPOSAL)),
        no_proposal=sum(summary.no_proposal.values()),
        dollars=summary.cost / summary.tried if summary.tried else Decimal(0),
        milliseconds=summary.milliseconds.median if summary.milliseconds is not None else None,
        is_finished=summary.unfinished is None and not summary.untried,
        right=len(critical) - len(wrong),
        wrong=wrong,
    )


def _is_right(case: CaseResult | None) -> bool:
    """A critical example that goes to a person without a proposal is not wrong: nobody is misled."""
    return case is not None and (case.whole or case.outcome is Outcome.OUT_OF_SCOPE)


def measured(share: Share) -> Measured:
    """Return a share with its interval."""
    if share.of == 0:
        return Measured(right=0, of=0, low=0, high=1)
    # Loaded here: it takes a second, and most processes compare no versions.
    from scipy.stats import binomtest

    found = binomtest(share.right, share.of).proportion_ci(SURE, method="exact")
    return Measured(right=share.right, of=share.of, low=float(found.low), high=float(found.high))
