"""Autonomy as an author declares it: never, from a floor on, or as far as it is earned."""

import math
from datetime import timedelta
from typing import Any

import pytest

from tests.sample import Desk, Ticket, Triage, sample_workflow
from workflows import Autonomy, BadDeclaration, Workflow
from workflows.engine.declare.code_version import code_version_of


def test_autonomy_is_earned_by_a_promise_with_usual_values() -> None:
    earned = Autonomy.earned()
    assert (earned.wrong, earned.sure, earned.begin, earned.veto, earned.by_itself) == (0.05, 0.9, "draft", None, False)
    assert earned.is_earned
    assert earned.at_least is None, "no floor is written out: it follows from evidence"
    assert not Autonomy.floor(0.9).is_earned
    assert not Autonomy.draft().is_earned


@pytest.mark.parametrize("wrong", [0.0, 1.0, -0.05, 5, math.nan])
def test_a_promised_share_is_above_0_and_below_1(wrong: float) -> None:
    with pytest.raises(BadDeclaration, match="a promise is a share of wrong ones above 0 and below 1, not"):
        Autonomy.earned(wrong=wrong)


@pytest.mark.parametrize("sure", [0.4, 1.0, 90, math.nan])
def test_a_certainty_is_from_half_to_below_1(sure: float) -> None:
    with pytest.raises(BadDeclaration, match=r"sure is a certainty from 0\.5 to below 1, not"):
        Autonomy.earned(sure=sure)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"begin": "guarded"}, "a version begins at shadow or draft, not 'guarded'"),
        ({"veto": timedelta(0)}, "veto is a time for which a case is announced"),
        ({"veto": 30}, r"such as timedelta\(minutes=30\), not 30"),
        ({"wrong": "0.05"}, "a promise is a share of wrong ones above 0 and below 1, not '0.05'"),
        ({"wrong": None}, "earned autonomy rests on a promise"),
        ({"sure": "0.9"}, "sure is a certainty"),
        ({"by_itself": "False"}, "by_itself is True or False, not 'False'"),
        ({"spot_checks": "0.1"}, "spot_checks is a share from 0 to 1, not '0.1'"),
        ({"spot_checks": 0}, "earned autonomy rests on spot checks"),
        ({"second_opinion": None, "needs_second": True}, "needs_second asks for a second opinion"),
    ],
)
def test_what_cannot_be_earned_is_refused_in_words(given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadDeclaration, match=said):
        Autonomy.earned(**given)


@pytest.mark.parametrize("given", [{"begin": "shadow"}, {"veto": timedelta(minutes=30)}, {"by_itself": True}])
def test_what_belongs_to_earned_autonomy_is_refused_beside_a_floor(given: dict[str, Any]) -> None:
    with pytest.raises(BadDeclaration, match="belong to earned autonomy"):
        Autonomy(at_least=0.9, **given)


def test_a_floor_is_written_out_or_earned() -> None:
    with pytest.raises(BadDeclaration, match="a floor is either written out or earned"):
        Autonomy(at_least=0.9, wrong=0.05)


def test_what_others_propose_earns_nothing() -> None:
    with pytest.raises(BadDeclaration, match="autonomy is earned by its own proposals"):
        Workflow(
            name="triage",
            decision="Which queue?",
            owner="U0MARIA",
            input=Ticket,
            output=Triage,
            key=lambda ticket: f"ticket-{ticket.id}",
            autonomy=Autonomy.earned(),
            handed_proposals="policy",
        )


def test_another_promise_is_another_version_of_the_code() -> None:
    versions = [
        code_version_of(sample_workflow(Desk(), autonomy=autonomy), None)
        for autonomy in (Autonomy.draft(), Autonomy.earned(), Autonomy.earned(wrong=0.02))
    ]
    assert len(set(versions)) == 3


def test_a_workflow_that_earns_its_autonomy_may_settle_cases_without_a_person() -> None:
    assert sample_workflow(Desk(), autonomy=Autonomy.earned()).goes_alone
    assert not sample_workflow(Desk(), autonomy=Autonomy.draft()).goes_alone
