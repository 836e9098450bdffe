"""The evidence about a workflow: lines with numbers, and where they are too few to expand."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from handlers.slack.specimens.digests import FACTS
from workflows.engine.digests.courses.evidence import NO_LOOKS, Counts, Facts, Freed, evidence
from workflows.engine.digests.courses.views import Code, Evidence, Line, Thin
from workflows.engine.digests.numbers.estimates import Looks, wrong_share
from workflows.engine.digests.numbers.views import WhyNotFreed

NOTHING = Facts(week=Counts(), before=Counts(), weeks=0)


def of(found: Evidence, code: Code) -> Line | None:
    """The line of this code; None where there is none."""
    return next((line for line in found.lines if line.code is code), None)


def lacks(facts: Facts) -> list[Thin]:
    """The thing that is missing."""
    return [lack.what for lack in evidence(facts).lacks]


def test_a_workflow_with_enough_of_everything_lacks_nothing() -> None:
    found = evidence(FACTS)
    assert not found.lacks
    assert of(found, Code.CASES) == Line(code=Code.CASES, number=412, before=380.0)
    assert of(found, Code.FREED) == Line(code=Code.FREED, number=41.2, low=33.1, high=49.3)


def test_under_thirty_looks_no_share_of_errors_is_estimated() -> None:
    looks = Looks(number=29, weight=580.0, squares=11_600.0, wrong=20.0)
    few = evidence(replace(FACTS, looks=looks))
    assert of(few, Code.ERRORS) is None
    assert of(few, Code.TOO_FEW_CHECKS) == Line(code=Code.TOO_FEW_CHECKS, number=29, of=30)
    assert [(lack.what, lack.there, lack.needed) for lack in few.lacks] == [(Thin.CHECKS, 29, 30)]
    enough = replace(looks, number=30)
    line, share = of(evidence(replace(FACTS, looks=enough)), Code.ERRORS), wrong_share(enough)
    assert line is not None
    assert share is not None
    assert line.number == pytest.approx(1_000 * 20 / 580)
    assert line.of == 30
    assert (line.low, line.high) == (1_000 * (share.low or 0), 1_000 * (share.high or 0))


def test_a_workflow_that_never_goes_alone_is_judged_by_what_people_decide() -> None:
    week, before = replace(FACTS.week, alone=0), replace(FACTS.before, alone=0)
    drafts = replace(FACTS, week=week, before=before, looks=NO_LOOKS, floor=None)
    assert of(evidence(drafts), Code.NOTHING_ALONE) is not None
    assert lacks(drafts) == []
    few = replace(drafts, week=replace(week, reviewed=9), before=replace(before, reviewed=20))
    assert lacks(few) == [Thin.DECISIONS]


def test_a_new_workflow_has_too_little_behind_it() -> None:
    assert lacks(replace(FACTS, weeks=1)) == [Thin.WEEKS]
    assert lacks(NOTHING) == [Thin.DECISIONS, Thin.CASES, Thin.WEEKS]


def test_of_work_that_nobody_measured_only_what_the_author_states_is_told() -> None:
    stated = evidence(replace(FACTS, freed=Freed(stated=timedelta(minutes=6))))
    assert of(stated, Code.BY_HAND) == Line(code=Code.BY_HAND, time=301 * timedelta(minutes=6))
    assert of(evidence(replace(FACTS, freed=Freed())), Code.NO_BASELINE) is not None
    untimed = Freed(why_not=WhyNotFreed.NOT_MEASURED, stated=timedelta(minutes=6))
    assert of(evidence(replace(FACTS, freed=untimed)), Code.NOT_MEASURED) is not None


def test_nothing_is_divided_by_nothing() -> None:
    found = evidence(NOTHING)
    assert of(found, Code.CASES) == Line(code=Code.CASES, number=0, before=None)
    assert of(found, Code.COST) == Line(code=Code.COST, dollars=Decimal(0))
    assert of(found, Code.ALONE) is None
