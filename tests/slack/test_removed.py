"""A case whose content was removed: its cards say so without a button, and what was said of it is gone from Slack."""

from datetime import timedelta

import pytest

from handlers.slack.blocks.modals import FOLLOWS, REASON
from store import schema
from store.cases import cases
from tests.sample import sample_workflow
from tests.slack.stage import ANA, BEN, FAILED, MARIA, SUPPORT, Stage, buttons, words
from tests.slack.test_reports import taken_up
from tests.slack.test_undo import declared
from workflows import Autonomy, NotDone, OutcomeUnknown
from workflows.engine.privacy.erasing import remove

pytestmark = pytest.mark.slow

NAME, MAIL, IBAN = "Erika Mustermann", "erika.mustermann@example.org", "DE89370400440532013000"
TEXT = f"{NAME} ({MAIL}) was charged twice, see {IBAN}"
HOUR = timedelta(hours=1)


def erase(stage: Stage, case: int) -> None:
    context = stage.world.context
    with context.database.write() as session:
        row = cases.get(session, case, team=context.team)
        assert row is not None
        remove(session, context, row, workflow="sample", at=context.clock())
    stage.work()


def shown(stage: Stage) -> str:
    """Everything that stands in any channel or direct message."""
    kept = stage.running.sandbox.history._messages.values()
    return "\n".join(str(message) for messages in kept for message in messages)


def test_the_card_of_a_decided_case_says_that_it_was_removed_and_its_thread_is_empty(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text=TEXT)
    stage.opened(ANA, "edit")
    assert stage.person(ANA).submit({"queue.0.0": "=delivery", "reply.0.0": f"Dear {NAME}, soon."}).acknowledged
    stage.work()
    assert NAME in stage.thread()[0]
    assert IBAN in words(stage.cards()[0].blocks)
    erase(stage, case)
    (card,) = stage.cards()
    assert words(card.blocks).splitlines() == [
        f"Case {case}: content removed",
        "What this case said was removed 2026-11-20 09:00 UTC.",
        f"Who decided it and when is kept: /countersign case {case}.",
        f"sample · case {case}",
    ]
    assert buttons(card) == []
    assert stage.thread() == []
    assert NAME not in shown(stage)


def test_a_direct_message_and_a_reminder_about_it_are_taken_away_and_others_stay(stage: Stage) -> None:
    workflow = declared(stage, answer_within=2 * HOUR, reviewers=(ANA,))
    case = stage.submit(workflow, id=1, text=TEXT)
    stage.world.clock.move(HOUR)
    stage.work()
    ana = stage.person(ANA)
    (first,) = ana.messages(ana.direct)
    assert NAME in words(first.blocks)
    assert stage.press(ANA, "approve").acknowledged
    stage.work()
    stage.submit(workflow, id=2, text="something else")
    stage.world.clock.move(HOUR)
    stage.work()
    erase(stage, case)
    (other,) = ana.messages(ana.direct)
    assert "something else" in words(other.blocks)
    assert stage.thread(card=0) == []
    assert len(stage.thread(card=1)) == 1


def test_a_doubt_is_shown_without_what_was_sent(stage: Stage) -> None:
    workflow = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.floor(0.5), idempotent=False))
    stage.desk.errors.append(OutcomeUnknown(f"no answer about {NAME}"))
    case = stage.submit(workflow, id=1, text=TEXT)
    assert "happened" in buttons(stage.cards()[0])
    erase(stage, case)
    (card,) = stage.cards()
    assert "content removed" in words(card.blocks)
    assert f"countersign settle {case} happened" in words(card.blocks)
    assert buttons(card) == []
    assert NAME not in shown(stage)


def test_a_report_and_a_rerun_that_were_told_are_taken_away(stage: Stage) -> None:
    workflow = stage.sample()
    case = stage.submit(workflow, id=1, text=TEXT)
    stage.opened(ANA, "reject")
    assert stage.person(ANA).submit({REASON: f"{NAME} asked twice", FOLLOWS: "close"}).acknowledged
    stage.work()
    assert f"{NAME} asked twice" in stage.thread()[0]
    stage.person(ANA).command(SUPPORT, "/countersign", f"wrong {case} {NAME} did not")
    taken_up(stage)
    stage.work()
    assert f"{NAME} did not" in words(stage.cards()[-1].blocks)
    erase(stage, case)
    assert len(stage.cards()) == 1
    assert stage.thread() == []
    assert NAME not in shown(stage)


def test_a_note_that_slack_does_not_let_us_delete_is_named_where_people_repair_things(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text=TEXT)
    stage.opened(ANA, "edit")
    assert stage.person(ANA).submit({"queue.0.0": "=delivery"}).acknowledged
    stage.work()
    stage.running.administrator.fault("refused", method="chat.delete", times=None, error="cant_delete_message")
    erase(stage, case)
    (told,) = stage.cards(channel=FAILED)
    assert "The news of a decision still stands, though its content was removed: in #C0SUPPORT" in words(told.blocks)


def test_a_note_that_somebody_deleted_before_is_settled(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text=TEXT)
    stage.opened(ANA, "edit")
    assert stage.person(ANA).submit({"queue.0.0": "=delivery"}).acknowledged
    stage.work()
    history = stage.running.sandbox.history
    (note,) = [one for one in history.of(SUPPORT) if one.thread_ts not in (None, one.ts)]
    history.remove(note)
    erase(stage, case)
    states = {row.state for row in stage.world.rows(schema.OutboxRow) if isinstance(row, schema.OutboxRow)}
    assert states == {"sent"}
    assert stage.cards(channel=FAILED) == []


def test_whoever_presses_what_an_old_window_still_shows_is_told_that_it_was_removed(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text=TEXT)
    stage.opened(BEN, "edit")
    erase(stage, case)
    stage.person(BEN).submit({"queue.0.0": "=delivery"})
    said = words(stage.view(BEN).blocks)
    assert f"The content of case {case} was removed on 2026-11-20" in said


def test_each_command_and_the_home_show_nothing_and_say_that_it_was_removed(stage: Stage) -> None:
    workflow = stage.sample()
    cases = [stage.submit(workflow, id=number, text=TEXT) for number in (1, 2, 3)]
    assert stage.press(ANA, "approve", card=0).acknowledged
    stage.work()
    stage.desk.errors.append(NotDone(f"no account of {NAME}"))
    assert stage.press(ANA, "approve", card=1).acknowledged
    stage.work()
    assert stage.press(ANA, "claim", card=2).acknowledged
    ana = stage.person(ANA)
    ana.open_home()
    assert NAME in ana.wait_until(lambda: words(home.blocks) if (home := ana.home()) else None)
    for case in cases:
        erase(stage, case)
    maria = stage.person(MARIA)
    for case in cases:
        maria.command(SUPPORT, "/countersign", f"case {case}")
        assert "What this case said was removed 2026-11-20 09:00 UTC." in told(stage, MARIA, f"Case {case} ")
        maria.command(SUPPORT, "/countersign", f"explain {case}")
        page = maria.wait_until(lambda: words(views[-1].blocks) if (views := maria.views()) else None)
        assert "What this case said was removed" in page
        assert NAME not in page
        maria.close(all=True)
        for command in (f"review {case}", f"wrong {case} badly", f"rerun {case}", f"rerun {case} corrected"):
            assert maria.command(SUPPORT, "/countersign", command).acknowledged
            maria.close(all=True) if maria.views() else None
    for command in ("queue", "status", "causes", "mine", "doctor", "workflows"):
        assert maria.command(SUPPORT, "/countersign", command).acknowledged
        maria.close(all=True) if maria.views() else None
    stage.work()
    ana.open_home()
    ana.wait_until(lambda: "[content removed]" in words(home.blocks) if (home := ana.home()) else None)
    assert NAME not in shown(stage) + str(ana.home())


def told(stage: Stage, user: str, begins: str) -> str:
    """Return the newest message that only this person sees and that begins so."""

    def last() -> str | None:
        mine = [words(message.blocks) for message in stage.person(user).messages(SUPPORT) if message.ephemeral]
        return next((said for said in reversed(mine) if said.startswith(begins)), None)

    return stage.person(user).wait_until(last)
