"""Days that need several things, of one kind and of many, and days at whose borders it matters when something was."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from store import schema
from store.states import CauseState
from tests.integration.engine.digests.days.day import day
from tests.integration.engine.digests.days.firm import (
    BY_HAND,
    CRM,
    INVOICES,
    OUT_OF_MONEY,
    REFUNDS,
    SUPPORT,
    CrmFailed,
    Firm,
)
from tests.integration.engine.scene import rows
from workflows import NotAllowed
from workflows.engine.deliver import workflow_pauses
from workflows.engine.health.figures import SLACK
from workflows.engine.review.rerun import mending, reruns

HOUR = timedelta(hours=1)


@day("Three things need you.", seed=301)
def two_workflows_have_doubts_and_a_demonstration_failed(firm: Firm) -> None:
    """A sample answer that cannot be delivered counts where it failed, as every case does."""
    firm.lives(days=3)
    firm.at(18)
    for workflow in (INVOICES, SUPPORT, INVOICES):
        firm.in_doubt(workflow)
    firm.at(20)
    firm.is_refused(SUPPORT, BY_HAND)
    assert sorted(run.state for run in rows(firm.world, schema.Run) if run.cause_id) == ["doubtful"] * 3 + ["failed"]


@day("Nine things need you.", seed=302)
def nine_things_came_together(firm: Firm) -> None:
    """A doubt, Slack in trouble, a cause that came back and a new one, a deadline, a report, a pause, a message that
    was given up, and access that ended the day before.
    """
    firm.lives(days=3, until=2)
    firm.hurries(REFUNDS, 3 * HOUR)
    firm.at(10)
    firm.expires(INVOICES, in_days=-1)
    firm.waits(REFUNDS)
    firm.in_doubt()
    firm.fails(SUPPORT)
    (cause,) = (one for one in firm.causes(CauseState.OPEN) if one.step == "look_up")
    mending.resolve(firm.world.context, cause.id, cause.version, by="U0KIM")
    firm.at(12)
    firm.fails(SUPPORT)
    firm.fails(REFUNDS)
    firm.says_wrong(firm.case(SUPPORT))
    firm.at(14)
    firm.desks[INVOICES].look_up_errors.append(NotAllowed("401: the token has ended"))
    firm.waits(INVOICES)
    firm.gives_up("C0INVOICES")
    firm.is_troubled(SLACK)
    assert [one.state for one in firm.causes() if one.step == "look_up"] == [CauseState.REGRESSED, CauseState.OPEN]


@day("12 things need you.", seed=303)
def twelve_things_came_together(firm: Firm) -> None:
    """Doubts in two workflows, a system in trouble with two causes behind it, three other causes, deadlines missed in
    two workflows, a report, no money, a pause, and access that ends. What is being mended, and what a person paused,
    are only told.
    """
    firm.lives(days=2, until=2)
    for workflow in (REFUNDS, SUPPORT):
        firm.hurries(workflow, 3 * HOUR)
    firm.at(9)
    for workflow in (REFUNDS, SUPPORT, REFUNDS):
        firm.waits(workflow)
    firm.in_doubt(INVOICES)
    firm.says_wrong(firm.case(INVOICES))
    firm.hurries(SUPPORT, 72 * HOUR)
    firm.in_doubt(SUPPORT)
    firm.at(11)
    firm.fails(SUPPORT, ValueError("no such order"))
    (cause,) = (one for one in firm.causes(CauseState.OPEN) if one.step == "look_up")
    mending.take_over(firm.world.context, cause.id, cause.version, by="U0KIM")
    for error in (KeyError("no such customer"), TypeError("no number")):
        firm.fails(SUPPORT, error)
    firm.is_refused(INVOICES)
    for workflow in (SUPPORT, INVOICES):
        firm.fails(workflow, CrmFailed("it does not answer"))
    firm.is_troubled(CRM)
    firm.at(16)
    firm.hurries(REFUNDS, 72 * HOUR)
    for _ in range(3):
        firm.waits(REFUNDS, OUT_OF_MONEY)
    firm.desks[INVOICES].look_up_errors.append(NotAllowed("401: the token has ended"))
    firm.waits(INVOICES)
    workflow_pauses.pause(firm.world.context, REFUNDS, by="U0KIM", reason="there is no money left")
    firm.expires(SUPPORT, in_days=3)


@day("One thing needs you.", seed=304, today=date(2026, 3, 9), zone=ZoneInfo("America/Los_Angeles"))
def money_ran_out_before_midnight_and_again_after_it(firm: Firm) -> None:
    """Half an hour before the local midnight in one workflow, which is the day's; half an hour after it in another,
    which is for the next summary. A case failed after midnight too, and its rerun is under way.
    """
    firm.lives(days=3)
    firm.at(23, 25)
    firm.waits(REFUNDS, OUT_OF_MONEY)
    firm.at(0, 35, ago=0)
    firm.waits(SUPPORT, OUT_OF_MONEY)
    firm.at(1, ago=0)
    case = firm.fails(INVOICES)
    firm.at(7, 58, ago=0)
    reruns.rerun(firm.world.context, case, by="U0DEV")
    (lease,) = firm.world.claim()
    assert lease.run == firm.world.case(case).newest.id


@day("Two things need you.", seed=305, zone=ZoneInfo("Pacific/Auckland"))
def nothing_ran_for_a_week(firm: Firm) -> None:
    """The last summary was made eight days ago. Money ran out on the day after it, and the next case came this morning:
    it failed. What failed a week ago was mended this morning.
    """
    firm.lives(days=2, until=8)
    with firm.world.database.write() as session:
        covered = (firm.today - timedelta(days=9)).isoformat()
        firm.at(8, ago=8)
        session.add(
            schema.Digest(
                team_id=firm.world.context.team,
                job="failures",
                period=covered,
                covers_from=covered,
                figures={"missed": 0, "workflows": []},
                made_at=firm.world.clock(),
            )
        )
    firm.hurries(REFUNDS, 30 * 24 * HOUR)
    firm.at(18, ago=7)
    firm.waits(REFUNDS, OUT_OF_MONEY)
    mended = firm.fails(SUPPORT)
    firm.at(6, ago=0)
    firm.rerun(mended)
    firm.fails(INVOICES)
    assert len(rows(firm.world, schema.Digest)) == 1
