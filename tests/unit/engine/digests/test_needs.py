"""The rule of what needs somebody (decision 0048), and what would relieve people."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from store.states import CauseState, Health
from workflows.engine.digests.failures.attention import Attention, ReliefKind, WorkflowAttention, relief
from workflows.engine.digests.failures.needs import (
    About,
    AccessStanding,
    CauseStanding,
    NeedKind,
    Standing,
    Stopped,
    SystemStanding,
    WorkflowStanding,
    needs,
)
from workflows.engine.digests.failures.usual import is_unusual, usual

AT = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
FAILED = Stopped(number=5, cases=[1, 2, 3], since=AT)
CALM = WorkflowStanding(id=1, workflow="triage")
CAUSE = CauseStanding(
    id=7,
    workflow="triage",
    step="look_up",
    error="TimeoutError",
    dependency=None,
    state=CauseState.OPEN,
    failed=3,
    since=AT,
)
DOWN = SystemStanding(about=About.TARGET, id=3, system="help desk", health=Health.DOWN, since=AT)
ACCESS = AccessStanding(id=1, workflow="triage", system="ledger", expires_on=date(2026, 11, 30), days=11)


def kinds(standing: Standing) -> list[NeedKind]:
    return [one.kind for one in needs(standing)]


def test_each_need_is_one_thing_and_they_stand_in_the_order_of_the_rule() -> None:
    bad = replace(
        CALM,
        in_doubt=FAILED,
        without_cause=FAILED,
        overdue=4,
        reported=2,
        paused_at=AT,
        is_paused_by_itself=True,
        over_budget=12,
    )
    every = Standing(
        workflows=[bad],
        systems=[DOWN],
        causes=[CAUSE],
        accesses=[ACCESS],
        unsent=3,
        attention=Attention(waiting=20, days=5, decided=19),
    )
    assert kinds(every) == list(NeedKind)


def test_where_all_is_calm_nothing_needs_anybody() -> None:
    calm = Standing(workflows=[replace(CALM, paused_at=AT)], attention=Attention(waiting=19, days=5, decided=0))
    assert needs(calm) == []


@pytest.mark.parametrize("state", list(CauseState))
def test_a_cause_needs_somebody_while_nobody_has_it_in_hand_and_something_stands(state: CauseState) -> None:
    cause = replace(CAUSE, state=state)
    is_needy = state in (CauseState.OPEN, CauseState.REGRESSED)
    assert bool(needs(Standing(causes=[cause]))) is is_needy
    assert needs(Standing(causes=[replace(cause, failed=0)])) == []


def test_a_cause_is_told_in_the_line_of_its_system_while_that_is_in_trouble() -> None:
    about_it = [replace(CAUSE, id=one, dependency="help desk") for one in (7, 8)]
    handled = replace(CAUSE, id=9, dependency="help desk", state=CauseState.MENDING)
    (told,) = needs(Standing(systems=[DOWN], causes=[*about_it, handled]))
    assert (told.kind, told.number, told.causes) == (NeedKind.TROUBLE, 6, 2)
    assert kinds(Standing(causes=about_it)) == [NeedKind.CAUSE] * 2


def test_a_system_is_one_thing_however_many_rows_tell_of_it() -> None:
    troubled = replace(DOWN, about=About.TROUBLE, id=9, health=Health.TROUBLED)
    for both in ([DOWN, troubled], [troubled, DOWN]):
        (told,) = needs(Standing(systems=both))
        assert (told.about, told.id, told.health) == (About.TARGET, 3, Health.DOWN)


@pytest.mark.parametrize(("days", "is_need"), [(15, False), (14, True), (0, True), (-40, True)])
def test_an_access_needs_somebody_from_two_weeks_before_its_end_on(days: int, is_need: bool) -> None:
    assert bool(needs(Standing(accesses=[replace(ACCESS, days=days)]))) is is_need


def test_an_access_that_several_workflows_name_is_one_thing_by_its_first_end() -> None:
    other = replace(ACCESS, id=2, workflow="invoices", expires_on=date(2026, 11, 21), days=2)
    (told,) = needs(Standing(accesses=[ACCESS, other]))
    assert (told.workflow, told.days) == ("invoices", 2)


def test_of_one_kind_the_largest_comes_first() -> None:
    many = [replace(CALM, id=one, workflow=f"w{one}", overdue=one) for one in (1, 3, 2)]
    assert [one.number for one in needs(Standing(workflows=many))] == [3, 2, 1]


@pytest.mark.parametrize(
    ("waiting", "decided", "is_too_much"), [(19, 0, False), (20, 19, True), (20, 20, False), (21, 20, True)]
)
def test_it_is_too_much_where_more_waits_than_was_decided_and_at_least_twenty(
    waiting: int, decided: int, is_too_much: bool
) -> None:
    assert Attention(waiting=waiting, days=5, decided=decided).is_too_much is is_too_much


TRIAGE = WorkflowAttention(workflow="triage", waiting=100)


def relieved(of: Attention) -> list[ReliefKind]:
    return [one.kind for one in relief(of)]


@pytest.mark.parametrize(
    ("workflow", "kind"),
    [
        (replace(TRIAGE, is_paused=True), ReliefKind.RESUME),
        (replace(TRIAGE, empty=20), ReliefKind.PROPOSE),
        (replace(TRIAGE, alike=20), ReliefKind.TOGETHER),
        (replace(TRIAGE, has_floor=True, checked=100, unchanged=98), ReliefKind.ALONE),
        (replace(TRIAGE, overdue=25), ReliefKind.DEADLINES),
    ],
)
def test_what_the_numbers_support_relieves_people(workflow: WorkflowAttention, kind: ReliefKind) -> None:
    assert relieved(Attention(waiting=100, days=5, decided=90, asked=90, workflows=[workflow])) == [kind]


@pytest.mark.parametrize(
    "workflow",
    [
        TRIAGE,
        replace(TRIAGE, empty=19),
        replace(TRIAGE, empty=20, can_be_asked=False),
        replace(TRIAGE, alike=19),
        replace(TRIAGE, has_floor=True, checked=99, unchanged=99),
        replace(TRIAGE, has_floor=True, checked=100, unchanged=97),
        replace(TRIAGE, checked=100, unchanged=100),
        replace(TRIAGE, overdue=24),
    ],
)
def test_what_the_numbers_do_not_support_is_not_named(workflow: WorkflowAttention) -> None:
    assert relieved(Attention(waiting=100, days=5, decided=90, asked=90, workflows=[workflow])) == []


def test_more_people_are_named_where_more_is_asked_than_decided_and_longer_deadlines_are_not() -> None:
    late = replace(TRIAGE, overdue=100)
    assert relieved(Attention(waiting=100, days=5, decided=90, asked=100, workflows=[late])) == [ReliefKind.PEOPLE]


def test_where_people_can_look_at_all_nothing_has_to_relieve_them() -> None:
    assert relief(Attention(waiting=100, days=5, decided=100, workflows=[replace(TRIAGE, is_paused=True)])) == []


def test_the_usual_day_is_the_lower_median_of_the_days_with_cases() -> None:
    assert usual([0, 2, 4, 9], [5, 5, 5, 5]) == 2
    assert usual([0, 2, 4, 9], [0, 5, 5, 5]) == 4, "a day without cases says nothing"
    assert usual([0, 2, 4, 9], [0, 0, 5, 5]) is None


@pytest.mark.parametrize(
    ("number", "usually", "said"),
    [(20, 10, True), (19, 10, False), (5, 10, True), (6, 10, False), (0, 10, True), (0, 9, False), (9, None, False)],
)
def test_a_number_is_unusual_from_twice_or_half_the_usual_one_on(number: int, usually: int | None, said: bool) -> None:
    assert is_unusual(number, usually) is said
