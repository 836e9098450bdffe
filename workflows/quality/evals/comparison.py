"""Comparison of two versions, pair by pair, on the examples that both were tried on."""

from pydantic import BaseModel, ConfigDict

from workflows.quality.evals.mcnemar import Word, compare
from workflows.quality.evals.results import CaseResult, Result


class Comparison(BaseModel):
    """The result of comparing two versions on the same examples. An example is right if every known field is."""

    model_config = ConfigDict(frozen=True)

    pairs: int
    """Examples that count for both."""
    both_right: int
    only_this: int
    """Examples that only this version has right."""
    only_other: int
    both_wrong: int
    word: Word
    """The conclusion about this version."""
    p: float
    why: str


def compare_results(this: Result, other: Result) -> Comparison:
    """Compare two results. An example that one of them could not try, or leaves out of scope, forms no pair."""
    known = {case.input: case for case in other.cases if case.is_counted}
    pairs: list[tuple[CaseResult, CaseResult]] = [
        (case, known[case.input]) for case in this.cases if case.is_counted and case.input in known
    ]
    sides = [(mine.whole, theirs.whole) for mine, theirs in pairs]
    only_this, only_other = sides.count((True, False)), sides.count((False, True))
    compared = compare(only_this, only_other)
    return Comparison(
        pairs=len(pairs),
        both_right=sides.count((True, True)),
        only_this=only_this,
        only_other=only_other,
        both_wrong=sides.count((False, False)),
        word=compared.word,
        p=compared.p,
        why=compared.why,
    )
