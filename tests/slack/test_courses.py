"""The question whether a workflow is to expand, hold or stop, in Slack: a card that leads and owners answer."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from store import schema
from store.faces import LEADS
from tests.sample import sample_workflow
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, KIM, LEADING, LEE, MARIA, Stage, buttons, words
from tests.world import sure
from workflows import Autonomy
from workflows.engine.deliver import workflow_pauses
from workflows.engine.digests.courses.choosing import choose
from workflows.engine.digests.courses.views import Choice
from workflows.engine.digests.making import make
from workflows.engine.digests.names import JobName
from workflows.engine.review.decisions import Follows
from workflows.engine.review.reviews import reject

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 23)
CHOICES = ["choose_expand", "choose_hold", "choose_stop", "forward"]


def review(stage: Stage, today: date = MONDAY, *, job: JobName = JobName.NUMBERS) -> None:
    """Post the business numbers of the week before, and what leads are asked with them; or another digest."""
    stage.world.clock.time = datetime.combine(today, time(8), tzinfo=UTC)
    assert make(stage.world.context, job, today=today, zone=ZoneInfo("UTC"), channel=LEADS) is not None
    stage.send()


def asked(stage: Stage) -> None:
    """A workflow with a case, about which leads are asked."""
    stage.submit(stage.sample(), id=1, text="Where is it?")
    review(stage)


def card(stage: Stage) -> str:
    """The card that asks about it, in words."""
    return words(stage.cards(LEE, LEADING)[-1].blocks)


def press(stage: Stage, user: str, action: str, *, confirmed: bool = False) -> None:
    """Press a button of the last message in #leads."""
    shown = stage.cards(LEE, LEADING)[-1]
    assert stage.person(user).press(LEADING, shown.ts, action, confirmed=confirmed).acknowledged


def test_the_numbers_are_followed_by_a_card_for_each_workflow(stage: Stage) -> None:
    asked(stage)
    summary, question = stage.cards(LEE, LEADING)
    assert "16 to 22 Nov 2026" in summary.text
    assert question.text == "sample: expand, hold or stop? Week to 22 Nov 2026"
    assert buttons(question) == CHOICES
    assert "Too little evidence to expand: 0 of 30 cases decided by people in five weeks" in card(stage)


def test_a_lead_chooses_reads_a_text_to_forward_and_the_card_and_its_thread_say_so(stage: Stage) -> None:
    asked(stage)
    press(stage, LEE, "choose_hold")
    modal = stage.view(LEE)
    assert "It was decided that it goes on as it is." in words(modal.blocks)
    stage.work()
    assert card(stage).startswith("sample: hold\nHold, chosen by @U0LEE, 2026-11-23 08:00 UTC")
    assert stage.thread(user=LEE, channel=LEADING) == ["Chosen: hold"]
    assert buttons(stage.cards(LEE, LEADING)[-1]) == ["choose_expand", "choose_stop", "forward"]


def test_a_note_is_added_in_the_form_that_opens(stage: Stage) -> None:
    asked(stage)
    press(stage, LEE, "choose_hold")
    stage.view(LEE)
    assert stage.person(LEE).submit({"note": "until the price list is in <!channel>"}).outcome == "closed"
    stage.work()
    assert "until the price list is in <!channel>" in card(stage)
    assert stage.thread(user=LEE, channel=LEADING)[-1].startswith("Note on: hold")


def test_somebody_without_the_right_is_told_whom_to_ask_and_it_is_audited(stage: Stage) -> None:
    asked(stage)
    press(stage, KIM, "choose_hold")
    assert "Only leads and the owner may choose what becomes of sample. Ask its owner, @U0MARIA." in stage.told(
        KIM, LEADING
    )
    refused = [row for row in stage.world.rows(schema.AuditRow) if getattr(row, "action", "") == "choose.refused"]
    assert len(refused) == 1
    assert "expand, hold or stop" in card(stage)


def test_whoever_is_late_is_told_and_sees_what_was_chosen(stage: Stage) -> None:
    asked(stage)
    (row,) = stage.world.rows(schema.Course)
    # The sender has not drawn it anew, so Lee looks at the old card.
    choose(stage.world.context, row.id, 0, choice=Choice.STOP, by=MARIA)
    press(stage, LEE, "choose_hold")
    assert "Somebody has chosen since." in stage.told(LEE, LEADING)
    stage.work()
    assert card(stage).startswith("sample: stop\nStop, chosen by @U0MARIA")
    assert stage.thread(user=LEE, channel=LEADING) == ["Chosen: stop"]


def test_stop_pauses_nothing_and_offers_the_owner_to_do_it(stage: Stage) -> None:
    asked(stage)
    press(stage, MARIA, "choose_stop")
    modal = stage.view(MARIA)
    assert "Pausing it is a separate step, and you may take it." in words(modal.blocks)
    assert buttons(modal) == ["pause_chosen"]
    assert not workflow_pauses.is_paused(stage.world.context, "sample")
    assert stage.person(MARIA).press_in_view("pause_chosen", confirmed=True).acknowledged
    stage.work()
    assert workflow_pauses.is_paused(stage.world.context, "sample")
    assert "It is paused" in words(stage.view(MARIA).blocks)


def test_a_lead_who_may_not_pause_is_told_who_may(stage: Stage) -> None:
    asked(stage)
    press(stage, LEE, "choose_stop")
    modal = stage.view(LEE)
    assert "You may not pause it; @U0MARIA or an engineer may." in words(modal.blocks)
    assert buttons(modal) == []


def test_everybody_in_the_channel_may_read_the_text_to_forward(stage: Stage) -> None:
    asked(stage)
    press(stage, KIM, "forward")
    assert "sample took in 1 case" in words(stage.view(KIM).blocks)


def test_reasons_in_peoples_own_words_are_for_those_who_may_read_the_cases(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is it?")
    open_one = stage.world.review(case)
    reject(
        stage.world.context,
        open_one.id,
        open_one.version,
        by=ANA,
        reason="Mrs Smith asks for a refund",
        follows=Follows.CLOSE,
    )
    stage.work()
    review(stage, job=JobName.QUALITY)
    (summary,) = stage.cards(LEE, LEADING)
    assert "in people's own words once" in words(summary.blocks)
    assert "Mrs Smith" not in words(summary.blocks)
    assert stage.person(LEE).press(LEADING, summary.ts, "rejection_reasons").acknowledged
    assert "may read cases of sample" in stage.told(LEE, LEADING)
    assert stage.person(MARIA).press(LEADING, summary.ts, "rejection_reasons").acknowledged
    assert "Mrs Smith asks for a refund" in words(stage.view(MARIA).blocks)


def test_a_choice_is_closed_by_the_next_weeks_question(stage: Stage) -> None:
    asked(stage)
    old = stage.cards(LEE, LEADING)[-1]
    review(stage, date(2026, 11, 30))
    assert stage.person(LEE).press(LEADING, old.ts, "choose_hold").acknowledged
    assert "asked again for a later week" in stage.told(LEE, LEADING)


def test_a_reviewer_begins_with_the_spot_checks_of_a_workflow_from_the_review(make_stage: MakeStage) -> None:
    stage = make_stage(sure(0.95, queue="billing", reply="Hello"))
    alone = sample_workflow(stage.desk, autonomy=Autonomy.floor(0.8, spot_checks=1))
    stage.submit(stage.placed(alone), id=1, text="Where is it?")
    review(stage, job=JobName.QUALITY)
    (summary,) = stage.cards(LEE, LEADING)
    assert buttons(summary) == ["start_spot_checks"]
    assert stage.person(LEE).press(LEADING, summary.ts, "start_spot_checks").acknowledged
    assert "You are not among the reviewers of sample" in stage.told(LEE, LEADING)
    assert stage.person(ANA).press(LEADING, summary.ts, "start_spot_checks").acknowledged
    assert "Where is it?" in words(stage.view(ANA).blocks)
