"""Days that need one thing: each kind alone, with everything of it that stands in the same line."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update

from store import schema
from store.states import CauseState, OutboxState, ReviewState, RunState
from tests.integration.engine.digests.days.day import day
from tests.integration.engine.digests.days.firm import (
    CRM,
    INVOICES,
    NO_MODEL,
    OUT_OF_MONEY,
    REFUNDS,
    SUPPORT,
    UNSURE,
    CrmFailed,
    Firm,
)
from tests.integration.engine.scene import rows
from workflows import NotAllowed
from workflows.engine.deliver import workflow_pauses
from workflows.engine.errors import Drifted
from workflows.engine.propose.model_outages import KnownOutages

HOUR = timedelta(hours=1)
ONE = "One thing needs you."


@day(ONE, seed=201)
def two_deliveries_are_in_doubt_since_last_month(firm: Firm) -> None:
    """Of one workflow. A newer content of one of them was delivered since, and answers nothing."""
    firm.at(14, ago=30)
    case, _ = firm.in_doubt(), firm.in_doubt()
    ticket = int(firm.world.case(case).key.removeprefix("ticket-"))
    firm.at(9, ago=28)
    firm.take_in(INVOICES, "charged three times", ticket=ticket)
    firm.work()
    assert firm.world.state(case) == "delivered"
    firm.lives(days=3)
    assert [run.state for run in rows(firm.world, schema.Run)].count(RunState.DOUBTFUL) == 2


@day(ONE, seed=202)
def a_system_is_in_trouble_and_two_workflows_fail_for_it(firm: Firm) -> None:
    """The causes of both are about that system, and stand in its line."""
    firm.lives(days=3)
    firm.at(18)
    for workflow in (SUPPORT, REFUNDS, SUPPORT):
        firm.fails(workflow, CrmFailed("it does not answer"))
    firm.is_troubled()
    assert [cause.dependency for cause in firm.causes(CauseState.OPEN)] == [CRM, CRM]


@day(ONE, seed=203)
def a_target_is_down_and_deliveries_wait_for_it(firm: Firm) -> None:
    """Before that it had refused two cases, which stand failed: their cause is about the target."""
    firm.lives(days=3)
    firm.at(18)
    for _ in range(2):
        firm.is_refused(SUPPORT)
    firm.goes_down(SUPPORT)
    (cause,) = firm.causes(CauseState.OPEN)
    assert cause.dependency == "the target of support"


@day(ONE, seed=204)
def a_model_is_down_and_people_have_empty_forms(firm: Firm) -> None:
    """They have time to answer."""
    firm.lives(days=3)
    firm.at(18)
    context = firm.world.context
    KnownOutages(context.database, team=context.team, clock=context.clock).began("m-large", "529 overloaded")
    for _ in range(firm.random.randint(4, 8)):
        firm.waits(firm.random.choice([SUPPORT, REFUNDS]), NO_MODEL)


@day(ONE, seed=205)
def forty_cases_failed_for_one_cause(firm: Firm) -> None:
    """Three of them were run again and are through; another cause was mended."""
    firm.lives(days=3)
    firm.at(18)
    mended = firm.fails(SUPPORT, ValueError("no such order"))
    firm.rerun(mended)
    failed = [firm.fails(SUPPORT) for _ in range(40)]
    for case in failed[:3]:
        firm.rerun(case)
    assert [cause.count for cause in firm.causes(CauseState.OPEN)] == [40]


@day(ONE, seed=206)
def three_failed_cases_of_a_workflow_have_no_cause(firm: Firm) -> None:
    """They stopped before causes were counted. One of them is parked."""
    firm.lives(days=2)
    firm.at(18)
    for _ in range(2):
        firm.fails(INVOICES)
    firm.desks[INVOICES].look_up_errors.append(Drifted("the journal has another step there"))
    parked = firm.case(INVOICES)
    assert firm.world.state(parked) == "parked"
    # No version that can be run today leaves a failed run without its cause.
    with firm.world.database.write() as session:
        session.execute(update(schema.Run).values(cause_id=None))
        session.execute(delete(schema.CauseHour))
        session.execute(delete(schema.Cause))


@day(ONE, seed=207)
def three_reviews_of_a_workflow_are_past_their_time(firm: Firm) -> None:
    """A fourth was decided in time, and those of another workflow have more of it."""
    firm.lives(days=3, until=2)
    firm.hurries(REFUNDS, 4 * HOUR)
    firm.at(10)
    *_, decided = (firm.waits(REFUNDS) for _ in range(4))
    firm.waits(SUPPORT)
    firm.at(11)
    firm.approve(decided)


@day(ONE, seed=208)
def three_cases_of_a_workflow_are_reported_wrong(firm: Firm) -> None:
    """One has a review that is open, of one the report is not taken up yet, and one was decided since."""
    firm.lives(days=3)
    firm.at(18)
    looked_at, opened, waiting = (firm.case(SUPPORT) for _ in range(3))
    for case in (looked_at, opened):
        firm.says_wrong(case)
    firm.approve(looked_at)
    firm.says_wrong(waiting, is_taken_up=False)
    assert [report.outcome for report in rows(firm.world, schema.Report)] == ["opened", "opened", None]


@day(ONE, seed=209)
def a_workflow_was_paused_by_itself(firm: Firm) -> None:
    """Another system no longer accepts us; three cases have empty forms since, with time to answer."""
    firm.lives(days=3)
    firm.at(18)
    firm.desks[SUPPORT].look_up_errors += [NotAllowed("401: the token has ended")] * 3
    for _ in range(3):
        firm.waits(SUPPORT)
    (paused,) = (row for row in rows(firm.world, schema.Workflow) if row.paused_at is not None)
    assert (paused.name, paused.paused_by) == (SUPPORT, "countersign")


@day(ONE, seed=210)
def the_budget_of_a_workflow_is_spent(firm: Firm) -> None:
    """Six cases went to people for that, who decided two of them."""
    firm.lives(days=3)
    firm.at(18)
    cases = [firm.waits(REFUNDS, OUT_OF_MONEY) for _ in range(6)]
    for case in cases[:2]:
        firm.approve(case)


@day(ONE, seed=211, today=date(2026, 3, 30))
def access_to_a_system_of_two_workflows_ends_in_nine_days(firm: Firm) -> None:
    """The access of the third one has a month left. The clocks were set forward on that Sunday."""
    for workflow in (SUPPORT, REFUNDS):
        firm.expires(workflow, in_days=9, target="the help desk")
    firm.expires(INVOICES, in_days=31)
    firm.lives(days=3)


@day(ONE, seed=212)
def three_messages_were_given_up(firm: Firm) -> None:
    """Two cards, and two weeks ago the note that a person had paused a workflow for an hour."""
    firm.at(12, ago=14)
    workflow_pauses.pause(firm.world.context, REFUNDS, by="U0KIM", reason="its queues are being renamed")
    firm.gives_up("C0REFUNDS")
    firm.at(13, ago=14)
    workflow_pauses.resume(firm.world.context, REFUNDS, by="U0KIM")
    firm.lives(days=3)
    firm.at(18)
    for workflow, channel in {SUPPORT: "C0SUPPORT", INVOICES: "C0INVOICES"}.items():
        firm.waits(workflow)
        firm.gives_up(channel)
    assert [row.state for row in rows(firm.world, schema.OutboxRow)].count(OutboxState.DEAD) == 3


@day(ONE, seed=213, zone=ZoneInfo("Asia/Tokyo"))
def more_cases_wait_than_people_can_look_at(firm: Firm) -> None:
    """Thirty were decided on a day that is no longer among the last five with decisions, and 20 on those."""
    for ago, number in {12: 30, 9: 5, 6: 3, 5: 4, 4: 2, 2: 6}.items():
        firm.at(10, ago=ago)
        cases = [firm.take_in(REFUNDS) for _ in range(number)]
        firm.work()
        firm.decide(*cases)
    firm.at(9)
    for _ in range(26):
        firm.take_in(firm.random.choice([SUPPORT, REFUNDS]), UNSURE)
    firm.work()
    assert [review.state for review in rows(firm.world, schema.Review)].count(ReviewState.OPEN) == 26
