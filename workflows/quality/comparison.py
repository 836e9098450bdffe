"""Compares two versions pair by pair, on the examples that both were tried on."""

from pydantic import BaseModel, ConfigDict

from workflows.quality.mcnemar import Word, compare
from workflows.quality.results import CaseResult, Result


class Comparison(BaseModel):
    """Two versions on the same examples; `whole`: every known field right."""

    model_config = ConfigDict(frozen=True)

    pairs: int
    """Examples that count for both."""
    both_right: int
    only_this: int
    """Right by this version, and not by the other."""
    only_other: int
    both_wrong: int
    word: Word
    """What can be said of this version."""
    p: float
    why: str


def compare_results(this: Result, other: Result) -> Comparison:
    """Compare. An example that one of them could not be tried on, or leaves out of scope, is no pair."""
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
