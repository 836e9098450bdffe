"""The plan of the demo's made-up past: the same on every machine, and complete whatever the day of the week is."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pydantic import BaseModel

from bot.demo.past.days import DAYS
from bot.demo.past.plan import Plan, plan
from bot.demo.places import PLACES, workspace
from workflows.library.invoice_intake.invoice import Arrival, Invoice
from workflows.library.invoice_intake.workflow import intake
from workflows.library.support_triage.workflow import Ticket, Triage, triage

FRIDAY = date(2026, 11, 27)
WEEK = [FRIDAY + timedelta(days=number) for number in range(7)]


@pytest.fixture(scope="module", params=WEEK, ids=lambda day: f"{day:%A}")
def planned(request: pytest.FixtureRequest) -> Plan:
    """The plan of a fortnight up to each day of the week."""
    return plan(request.param)


def test_the_past_of_a_day_is_always_the_same() -> None:
    assert plan(FRIDAY) == plan(FRIDAY)


def test_it_covers_a_fortnight_in_which_weekends_are_quiet(planned: Plan) -> None:
    assert len(planned.days) == DAYS
    assert {one.at.date() for one in planned.arrivals} == {day.date for day in planned.days}
    number = Counter(one.at.date() for one in planned.arrivals)
    assert max(number[day.date] for day in planned.days if day.date.weekday() >= 5) < min(
        number[day.date] for day in planned.days if day.date.weekday() < 5
    )


def test_each_thing_happens_once_and_on_a_day_of_its_own(planned: Plan) -> None:
    marks = ("is_doubtful", "is_incident", "is_dear")
    happens = [[mark for mark in marks if getattr(day, mark)] for day in planned.days]
    assert sorted(mark for day in happens for mark in day) == sorted(marks)
    assert max(len(day) for day in happens) == 1
    assert sum(one.is_wrong for one in planned.arrivals) == 2
    assert len(planned.cut_off) == 1
    assert len(planned.unread) == 2


def test_the_model_is_sure_of_more_from_day_to_day(planned: Plan) -> None:
    shares = [day.sure for day in planned.days]
    assert shares == sorted(shares)
    assert shares[-1] > 2 * shares[0]


def test_each_case_is_an_input_of_its_workflow_and_each_answer_fits_its_form(planned: Plan) -> None:
    inputs: dict[str, type[BaseModel]] = {triage.name: Ticket, intake.name: Arrival}
    forms: dict[str, type[BaseModel]] = {triage.name: Triage, intake.name: Invoice}
    for one in planned.arrivals:
        inputs[one.place.workflow].model_validate(one.values)
        if one.right is not None:
            forms[one.place.workflow].model_validate(one.right)
    assert len({(one.place.workflow, one.key) for one in planned.arrivals}) == len(planned.arrivals)


def test_the_amounts_of_each_invoice_add_up(planned: Plan) -> None:
    for one in planned.arrivals:
        if one.place.workflow == intake.name and one.right is not None:
            invoice = Invoice.model_validate(one.right)
            assert sum((line.amount for line in invoice.lines), Decimal(0)) == invoice.net
            assert invoice.net + invoice.tax == invoice.total == invoice.due


def test_people_of_the_demo_decide_for_declared_reasons(planned: Plan) -> None:
    reasons = {workflow.name: workflow.review.reject_reasons for workflow in (triage, intake)}
    reviewers = {place.workflow: place.reviewers for place in PLACES}
    known = {user.id for user in workspace().users}
    for one in planned.arrivals:
        assert one.by in reviewers[one.place.workflow]
        assert one.by in known
        assert one.right is not None or one.refusal in reasons[one.place.workflow]
