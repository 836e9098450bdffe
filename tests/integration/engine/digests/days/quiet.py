"""Days that need nobody: nothing happened, or all is in hand, or it was mended by the evening."""

from datetime import date, timedelta

from store import schema
from store.states import CauseState, ReviewState
from tests.integration.engine.digests.days.day import day
from tests.integration.engine.digests.days.firm import BY_HAND, INVOICES, REFUNDS, SUPPORT, UNSURE, Firm
from tests.integration.engine.scene import rows
from workflows.engine.deliver import workflow_pauses
from workflows.engine.review import doubts
from workflows.engine.review.rerun import mending
from workflows.engine.review.rerun.mending import Until

HOUR = timedelta(hours=1)
NOTHING = "Nothing to do."


@day(NOTHING, seed=101)
def no_case_ever_came(firm: Firm) -> None:
    """The workflows are declared, and nobody handed anything in."""
    assert not rows(firm.world, schema.Case)


@day(NOTHING, seed=102, today=date(2026, 10, 26))
def a_busy_sunday_on_which_the_clocks_were_set_back(firm: Firm) -> None:
    """Many cases, all of them decided; access to the target ends in three weeks; and it was a dear day."""
    firm.lives(days=4)
    firm.expires(SUPPORT, in_days=21)
    firm.at(18)
    firm.mind.times = 500
    for _ in range(firm.random.randint(20, 30)):
        firm.take_in(firm.random.choice([SUPPORT, INVOICES]))
    to_people = [firm.take_in(REFUNDS) for _ in range(firm.random.randint(6, 9))]
    firm.work()
    firm.decide(*to_people)


@day(NOTHING, seed=103)
def all_that_failed_was_mended_by_the_evening(firm: Firm) -> None:
    """By reruns, by newer content, and by a rerun that went to a person, who has time to answer."""
    firm.lives(days=3)
    firm.at(18)
    failed = [firm.fails(SUPPORT), firm.fails(SUPPORT), firm.is_refused(INVOICES)]
    newer = firm.fails(SUPPORT, ValueError("no such order"))
    to_a_person = firm.fails(REFUNDS)
    firm.at(21)
    for case in [*failed, to_a_person]:
        firm.rerun(case)
    ticket = int(firm.world.case(newer).key.removeprefix("ticket-"))
    assert firm.take_in(SUPPORT, "charged three times", ticket=ticket) == newer
    firm.work()
    assert {firm.world.state(case) for case in [*failed, newer]} == {"delivered"}
    assert firm.world.state(to_a_person) == "waiting"


@day(NOTHING, seed=104)
def somebody_mends_what_failed(firm: Firm) -> None:
    """Five cases of one cause stand failed, and one of another, since the day before; each has somebody."""
    firm.lives(days=3, until=2)
    firm.at(18, ago=2)
    firm.is_refused(INVOICES)
    firm.at(11)
    for _ in range(5):
        firm.fails(SUPPORT)
    firm.at(12)
    for cause in firm.causes():
        mending.take_over(firm.world.context, cause.id, cause.version, by="U0KIM")
    firm.at(15)
    firm.fails(SUPPORT)
    assert [cause.count for cause in firm.causes(CauseState.MENDING)] == [1, 6]


@day(NOTHING, seed=105)
def what_failed_is_ignored_for_a_week(firm: Firm) -> None:
    """It failed again since, and its cases stand."""
    firm.lives(days=2, until=3)
    firm.at(18, ago=3)
    firm.fails(REFUNDS)
    (cause,) = firm.causes()
    mending.ignore(firm.world.context, cause.id, cause.version, until=Until(time=timedelta(days=7)), by="U0KIM")
    firm.at(18)
    for _ in range(3):
        firm.fails(REFUNDS)
    assert [cause.count for cause in firm.causes(CauseState.IGNORED)] == [4]


@day(NOTHING, seed=106)
def a_person_called_it_resolved_while_its_cases_stand_failed(firm: Firm) -> None:
    """Nobody ran the cases again: they are told, and are in somebody's hand."""
    firm.lives(days=3)
    firm.at(18)
    cases = [firm.fails(SUPPORT) for _ in range(4)]
    firm.at(19)
    (cause,) = firm.causes()
    mending.resolve(firm.world.context, cause.id, cause.version, by="U0KIM")
    firm.at(20)
    assert {firm.world.state(case) for case in cases} == {"failed"}
    assert firm.causes(CauseState.RESOLVED)


@day(NOTHING, seed=107)
def a_person_paused_a_workflow(firm: Firm) -> None:
    """With its deliveries: people have empty forms with time to answer, and what they decided is held."""
    firm.lives(days=3)
    firm.at(18)
    reason = "its queues are being renamed"
    workflow_pauses.pause(firm.world.context, SUPPORT, by="U0KIM", reason=reason, deliveries=True)
    waiting = [firm.waits(SUPPORT) for _ in range(firm.random.randint(3, 6))]
    firm.approve(waiting[0])
    assert firm.world.state(waiting[0]) == "holding"
    assert not firm.world.review(waiting[1]).has_proposal


@day(NOTHING, seed=108)
def nineteen_cases_wait_in_time(firm: Firm) -> None:
    """And nobody ever decided one: 19 are no heap."""
    firm.at(15)
    cases = [firm.take_in(firm.random.choice([SUPPORT, REFUNDS]), UNSURE) for _ in range(19)]
    firm.work()
    assert {firm.world.state(case) for case in cases} == {"waiting"}


@day(NOTHING, seed=109)
def two_doubts_were_settled(firm: Firm) -> None:
    """One delivery had happened; the other had not, and was made again."""
    firm.lives(days=3)
    firm.at(18)
    happened, did_not = firm.in_doubt(), firm.in_doubt()
    firm.at(20)
    doubts.settle(firm.world.context, happened, happened=True, by="U0EVE")
    doubts.settle(firm.world.context, did_not, happened=False, by="U0EVE")
    firm.rerun(did_not)
    assert {firm.world.state(case) for case in (happened, did_not)} == {"delivered"}


@day(NOTHING, seed=110)
def an_outage_is_over(firm: Firm) -> None:
    """The target was down for an hour; all that waited for it was delivered then."""
    firm.lives(days=3)
    firm.at(18)
    held = firm.goes_down(SUPPORT)
    firm.at(19)
    firm.is_up(SUPPORT)
    for _ in range(20):
        firm.world.clock.move(timedelta(minutes=5))
        firm.work()
    assert {firm.world.state(case) for case in held} == {"delivered"}
    assert not [row for row in rows(firm.world, schema.TargetOutage) if row.is_open]
    assert not [row for row in rows(firm.world, schema.Trouble) if row.is_open]


@day(NOTHING, seed=111)
def as_many_cases_wait_as_people_decided(firm: Firm) -> None:
    """On their last five days with decisions: two days without any lie between them, and earlier ones do not count."""
    for ago, number in {10: 3, 8: 4, 7: 6, 6: 5, 3: 4, 1: 5}.items():
        firm.at(10, ago=ago)
        cases = [firm.take_in(REFUNDS) for _ in range(number)]
        firm.work()
        firm.decide(*cases)
    firm.at(16)
    for _ in range(4 + 6 + 5 + 4 + 5):
        firm.take_in(firm.random.choice([SUPPORT, REFUNDS]), UNSURE)
    firm.work()
    reviews = rows(firm.world, schema.Review)
    assert [review.state for review in reviews].count(ReviewState.OPEN) == 24
    assert len(rows(firm.world, schema.Decision)) == 27


@day(NOTHING, seed=112)
def a_demonstration_was_left_lying(firm: Firm) -> None:
    """Thirty sample answers wait past their time, and one that was delivered is said to be wrong."""
    firm.lives(days=2, until=2)
    firm.hurries(REFUNDS, 2 * HOUR)
    firm.at(10)
    cases = [firm.take_in(REFUNDS, BY_HAND) for _ in range(30)]
    delivered = firm.take_in(SUPPORT, BY_HAND)
    firm.work()
    assert firm.world.state(delivered) == "delivered"
    firm.says_wrong(delivered)
    assert {firm.world.state(case) for case in [*cases, delivered]} == {"waiting"}
    assert {proposal.sample for proposal in rows(firm.world, schema.Proposal)[-31:]} >= {True}
