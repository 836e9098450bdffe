"""On invoices of many layouts: what is read rightly goes alone more often than not, and what is read wrongly never.

The wrong ones are those of `alterations.py`, at a confidence of 0.97. All of them on all papers are some 45,000 cases,
which take ten minutes: `COUNTERSIGN_ALL_ALTERATIONS=1` tries them all. Else each paper gets a few of each kind, and
another paper the next ones, so that each alteration is tried on some papers.
"""

import os
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from tests.unit.library.alterations import KINDS, Altered
from tests.unit.library.papers import Paper, against, papers

pytestmark = pytest.mark.slow

PAPERS = [*papers("known.txt"), *papers("aside.txt"), *papers("unseen.txt")]
IS_EVERY = bool(os.environ.get("COUNTERSIGN_ALL_ALTERATIONS"))
FEW, SOME = 1, 4
"""Alterations of one kind that a paper is tried with."""


def test_there_are_sixty_texts_and_more_of_many_layouts_and_no_two_are_the_same() -> None:
    assert len({paper.text for paper in PAPERS}) == len(PAPERS) >= 60
    assert all(paper.truth.total < 5_000 and paper.truth.currency == "EUR" and paper.accounts for paper in PAPERS)
    assert all(paper.truth.net + paper.truth.tax == paper.truth.total for paper in PAPERS)


def test_at_least_sixty_percent_of_right_readings_go_alone() -> None:
    refused = {paper.id: why for paper in PAPERS if (why := against(paper.text, paper.truth, accounts=paper.accounts))}
    assert len(refused) <= 0.4 * len(PAPERS), refused


@pytest.mark.parametrize("most", [FEW, pytest.param(SOME, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_no_wrong_reading_goes_alone(kind: Callable[[Paper], Iterator[Altered]], most: int) -> None:
    alone, tried = [], 0
    for at, paper in enumerate(PAPERS):
        altered = list(kind(paper))
        step = 1 if IS_EVERY else max(1, len(altered) // most)
        for one in islice(altered, at % step, None, step):
            tried += 1
            if not against(one.text, one.read, accounts=paper.accounts):
                alone.append((paper.id, one.what))
    assert alone == []
    assert tried >= 30
