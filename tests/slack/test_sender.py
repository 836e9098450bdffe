"""Channels show the present state, whatever Slack answers in between, and after a restart too."""

from datetime import timedelta
from functools import partial
from threading import Event, Thread

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from bot.sandbox.errors import SlackError
from bot.sandbox.json import Object
from bot.sandbox.web_api import methods
from bot.slack import sender
from bot.slack.circuit_breaker import Breaker
from store import schema
from store.cases import runs
from store.slack import cards, messages, outbox
from store.states import OutboxState, RunState
from store.subjects import SubjectKind
from tests.heard import resting
from tests.integration.engine.scene import rows
from tests.sample import sample_workflow
from tests.slack.stage import ANA, BEN, FAILED, GENERAL, SUPPORT, Stage, buttons, words
from tests.waiting import LONGEST, wait_until
from workflows import Autonomy, Review
from workflows.engine.case.transitions import move_run
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver import delivery
from workflows.engine.errors import NotDone, OutcomeUnknown
from workflows.engine.review import claims, reviews
from workflows.engine.review.assignment import assignments
from workflows.engine.send.outcomes import MAX_ATTEMPTS


def take_in(stage: Stage, workflow: AnyWorkflow, number: int) -> list[int]:
    """Take in cases that a person has to decide, and work on them; nothing is shown yet."""
    receipts = stage.world.submit_all(workflow, [{"id": id, "text": f"Case {id}"} for id in range(101, number + 101)])
    stage.world.work()
    return [receipt.case for receipt in receipts]


def waiting(stage: Stage) -> list[str]:
    """The cards that wait for a decision, by their texts."""
    return [card.text for card in stage.cards() if "approve" in buttons(card)]


def test_of_forty_reviews_ten_have_a_card_and_one_card_tells_of_the_rest(stage: Stage) -> None:
    take_in(stage, stage.sample(), 40)
    stage.send()
    assert len(waiting(stage)) == 10
    last = stage.cards()[-1]
    assert len(stage.cards()) == 11
    assert last.text.startswith("30 more reviews wait, the oldest since 2026-11-20 09:00 UTC")
    assert buttons(last) == ["start_reviewing"]


def test_the_reviews_with_the_earliest_deadline_get_the_cards(stage: Stage) -> None:
    sample = stage.sample()
    stage.world.clock.move(timedelta(hours=3))
    take_in(stage, sample, 10)
    stage.world.clock.move(timedelta(hours=-2))
    stage.world.submit_all(sample, [{"id": id, "text": f"Case {id}"} for id in range(201, 211)])
    stage.world.work()
    stage.world.clock.move(timedelta(hours=2))
    stage.send()
    assert waiting(stage) == [f"Decision needed: Case {id} (sample, ticket-{id})" for id in range(201, 211)]


def test_a_decided_card_makes_room_for_the_next(stage: Stage) -> None:
    take_in(stage, stage.sample(), 12)
    stage.send()
    stage.press(ANA, "approve", card=0)
    stage.work()
    assert len(waiting(stage)) == 10
    assert waiting(stage)[-1] == "Decision needed: Case 111 (sample, ticket-111)"
    (rest,) = [card for card in stage.cards() if "start_reviewing" in buttons(card)]
    assert rest.text.startswith("1 more review waits")


def test_when_nothing_waits_behind_the_cards_any_more_the_card_of_the_rest_goes(stage: Stage) -> None:
    take_in(stage, stage.sample(), 11)
    stage.send()
    stage.press(ANA, "approve", card=0)
    stage.work()
    assert not [card for card in stage.cards() if "start_reviewing" in buttons(card)]
    assert len(stage.cards()) == 11  # one decided, ten that wait
    stage.world.submit_all(stage.world.registry.get("sample"), [{"id": 99, "text": "One more"}])
    stage.work()
    assert stage.cards()[-1].text.startswith("1 more review waits")


def test_the_list_of_the_rest_leads_from_review_to_review(stage: Stage) -> None:
    cases = take_in(stage, stage.sample(), 25)
    stage.send()
    ana = stage.person(ANA)
    ana.command(SUPPORT, "/countersign", "queue")
    assert "1 to 10 of 25, the earliest deadline first" in words(stage.view(ANA).blocks)
    ana.press_in_view("page.on")
    ana.wait_until(lambda: "11 to 20 of 25" in words(stage.view(ANA).blocks))
    row = f"review.{stage.world.review(cases[12]).id}.1"
    ana.press_in_view("review", block_id=row)
    review = stage.view(ANA, deep=2)
    assert "Case 113" in words(review.blocks)
    ana.press_in_view("approve")
    ana.wait_until(lambda: "Approved by @U0ANA" in words(stage.view(ANA).blocks))
    assert stage.world.case(cases[12]).newest.resolution == "by_person"
    ana.press_in_view("next_review")
    ana.wait_until(lambda: "Case 101" in words(stage.view(ANA).blocks))
    ana.close()
    ana.press_in_view("review", block_id=f"review.{stage.world.review(cases[13]).id}.1")
    stage.view(ANA, deep=2)
    ana.press_in_view("edit")
    stage.view(ANA, deep=3)
    assert ana.submit({"queue.0.0": "=delivery"}).outcome == "closed"
    ana.wait_until(lambda: "Queue: delivery" in words(stage.view(ANA).blocks))


def test_the_next_review_is_one_that_the_person_may_decide(stage: Stage) -> None:
    mine = stage.sample(reviewers=[ANA])
    hers = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="hers"), reviewers=["U0BEN"])
    stage.world.submit(hers, id=1, text="Not for Ana")
    take_in(stage, mine, 12)
    stage.send()
    ana = stage.person(ANA)
    ana.command(SUPPORT, "/countersign", "queue")
    stage.view(ANA)
    ana.press_in_view("review", block_id=f"review.{stage.world.review(3).id}.1")
    stage.view(ANA, deep=2)
    ana.press_in_view("approve")
    ana.wait_until(lambda: "Approved by @U0ANA" in words(stage.view(ANA).blocks))
    ana.press_in_view("next_review")
    ana.wait_until(lambda: "Decide by" in words(stage.view(ANA).blocks))
    assert "Not for Ana" not in words(stage.view(ANA).blocks)


@pytest.mark.slow
def test_when_the_database_is_back_after_a_while_what_was_due_is_sent_once(stage: Stage) -> None:
    take_in(stage, stage.sample(), 2)
    stop = Event()
    sending = Thread(target=stage.sender.run, args=(stop,))
    database = stage.world.database
    with database.write() as session:
        session.connection().exec_driver_sql("ALTER TABLE messages RENAME TO elsewhere")
    with capture_logs() as logs:
        sending.start()
        try:
            wait_until(lambda: any(entry["event"] == "sender.failed" for entry in logs))
            with database.write() as session:
                session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO messages")
            stage.person(ANA).wait_until(lambda: len(waiting(stage)) == 2)
        finally:
            stop.set()
            sending.join()
    stage.send()
    assert len(stage.running.administrator.calls("chat.postMessage")) == 2


def test_a_review_that_was_decided_before_its_card_was_posted_gets_none(stage: Stage) -> None:
    (case,) = take_in(stage, stage.sample(), 1)
    review = stage.world.review(case)
    reviews.approve(stage.world.context, review.id, review.version, by="cli:ana")
    stage.work()
    assert stage.cards() == []


def test_what_is_not_shown_makes_no_other_message_wait(stage: Stage) -> None:
    cases = take_in(stage, stage.sample(), 13)
    stage.send()
    assert len(waiting(stage)) == 10
    for case in cases[-3:]:
        assignments.assign(stage.world.context, stage.world.review(case).id, None, BEN, by=ANA)
    # Their notes have no thread to stand in.
    stage.sender = stage.new_sender(pace=10 * LONGEST)
    notes = partial(rows, stage.world, schema.OutboxRow)
    stage.send_until(lambda: {note.state for note in notes() if note.kind == outbox.ASSIGNED} == {OutboxState.SENT})


def test_many_changes_of_a_card_are_one_update(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    review = stage.world.review(case)
    for _ in range(5):
        claims.claim(stage.world.context, review.id, by=ANA)
    stage.send()
    assert len(stage.running.administrator.calls("chat.update")) == 1
    assert "@U0ANA is on it since" in words(stage.cards()[0].blocks)


def test_a_card_that_changed_while_it_was_being_sent_is_sent_again(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    review = stage.world.review(case)
    claims.claim(stage.world.context, review.id, by=ANA)
    # As it is between the attempt and its end: taken up, then wanted anew.
    with stage.world.database.write() as session:
        (row,) = outbox.due(session, team=1, channel=SUPPORT, at=stage.world.clock(), limit=1)
        outbox.move(session, row, frm=OutboxState.DUE, to=OutboxState.ATTEMPTING)
    reviews.approve(stage.world.context, review.id, review.version, by=ANA)
    stage.work()
    assert "Approved by @U0ANA" in words(stage.cards()[0].blocks)


def test_a_restarted_sender_changes_the_cards_that_stand_and_posts_none_twice(stage: Stage) -> None:
    take_in(stage, stage.sample(), 12)
    stage.send()
    stage.sender = stage.new_sender()
    stage.press(ANA, "approve", card=0)
    stage.work()
    assert len(stage.running.administrator.calls("chat.postMessage")) == 12
    assert "Approved by @U0ANA" in words(stage.cards()[0].blocks)


def test_what_was_being_sent_when_the_sender_ended_is_sent_after_a_restart(stage: Stage) -> None:
    take_in(stage, stage.sample(), 1)
    with stage.world.database.write() as session:
        (row,) = cards.due(session, team=1, channel=SUPPORT, at=stage.world.clock())
        outbox.move(session, row, frm=OutboxState.DUE, to=OutboxState.ATTEMPTING, attempts=1)
    stage.sender = stage.new_sender()
    stage.send()
    assert len(stage.cards()) == 1


def test_a_card_that_somebody_deleted_is_posted_again(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.running.administrator.delete_message(SUPPORT, stage.cards()[0].ts)
    claims.claim(stage.world.context, stage.world.review(case).id, by=ANA)
    stage.send()
    (card,) = stage.cards()
    assert "@U0ANA is on it since" in words(card.blocks)


def test_a_message_that_slack_refuses_by_an_unknown_word_is_tried_as_often_as_there_are_attempts(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that it says is wrong in itself is not tried again."""

    def refuse(code: str) -> None:
        def refusing(*_: object) -> Object:
            raise SlackError(code)

        monkeypatch.setitem(methods.BOT_METHODS, "chat.postMessage", refusing)

    def card() -> tuple[str, int, str | None]:
        (row,) = [row for row in rows(stage.world, schema.OutboxRow) if row.kind == "card"]
        return row.state, row.attempts, row.error

    def send_until(expected: tuple[str, int, str]) -> None:
        stage.send_until(lambda: card() == expected)
        stage.world.clock.move(timedelta(minutes=10))

    take_in(stage, stage.sample(), 1)
    refuse("a_word_of_next_year")
    for attempt in range(1, MAX_ATTEMPTS):
        send_until(("due", attempt, "a_word_of_next_year"))
    send_until(("dead", MAX_ATTEMPTS, "a_word_of_next_year"))
    refuse("invalid_blocks")
    stage.sender = stage.new_sender()
    send_until(("dead", 0, "invalid_blocks"))


@pytest.mark.parametrize("refusal", ["remove_bot", "archive_channel"])
def test_a_channel_that_refuses_us_is_told_in_the_failures_channel_and_keeps_its_cards(
    stage: Stage, refusal: str
) -> None:
    administrator = stage.running.administrator
    getattr(administrator, refusal)(SUPPORT)
    take_in(stage, stage.sample(), 3)
    stage.send_until(lambda: stage.cards(channel=FAILED))
    (told,) = stage.cards(channel=FAILED)
    code = {"remove_bot": "not_in_channel", "archive_channel": "is_archived"}[refusal]
    assert f"Slack refuses messages to #C0SUPPORT ({code}); 3 messages wait for it." in words(told.blocks)
    assert "Owner: @U0MARIA" in words(told.blocks)
    getattr(administrator, {"remove_bot": "add_bot", "archive_channel": "unarchive_channel"}[refusal])(SUPPORT)
    stage.world.clock.move(timedelta(minutes=2))
    stage.send()
    assert len(waiting(stage)) == 3


def test_while_the_token_is_refused_everything_stays_queued(stage: Stage) -> None:
    stage.running.administrator.revoke_token()
    take_in(stage, stage.sample(), 2)
    stage.send_until(lambda: stage.running.administrator.calls("chat.postMessage"))
    assert not stage.sender.drain(seconds=0.5)
    assert len(stage.running.administrator.calls("chat.postMessage")) == 1
    assert not stage.sender.posts()
    stage.running.administrator.restore_token()
    stage.sender = stage.new_sender()
    stage.send()
    assert len(waiting(stage)) == 2
    assert stage.sender.posts()


def test_while_one_channel_refuses_us_others_are_posted_to_and_while_all_do_nothing_is(stage: Stage) -> None:
    """Readiness tells the truth: posting is impossible only where nothing that was tried is taken."""
    stage.running.administrator.remove_bot(SUPPORT)
    take_in(stage, stage.sample(), 1)
    watching = Breaker(stage.ears.workspace.trying)
    stage.sender = stage.new_sender(roles={}, watching=watching)
    stage.send_until(lambda: not stage.sender.posts())
    stage.sender = stage.new_sender(watching=watching)
    assert not stage.sender.posts()
    stage.send_until(stage.sender.posts)
    stage.running.administrator.remove_bot(FAILED)
    stage.desk.look_up_errors.append(NotDone("the desk is closed"))
    stage.world.submit(stage.world.registry.get("sample"), id=1, text="x")
    stage.world.work()
    stage.send_until(lambda: not stage.sender.posts())


def test_a_message_that_slack_will_never_take_is_given_up_and_that_is_told(stage: Stage) -> None:
    sample = stage.sample()
    take_in(stage, sample, 1)
    # A review of a workflow that this process cannot draw, as after a redeploy without it.
    known = stage.world.registry._workflows
    known["elsewhere"] = known.pop("sample")

    def card() -> schema.OutboxRow:
        (row,) = [row for row in rows(stage.world, schema.OutboxRow) if row.kind == "card"]
        return row

    def was_tried(times: int) -> bool:
        return card().attempts == times and card().state in ("due", "dead")

    for attempt in range(1, 9):
        stage.send_until(partial(was_tried, attempt))
        stage.world.clock.move(timedelta(minutes=10))
    stage.send()
    row = card()
    assert row.state == "dead"
    assert row.attempts == 8
    assert "The card of a case could not be shown in #C0SUPPORT (Unknown)." in words(
        stage.cards(channel=FAILED)[0].blocks
    )
    # The workflow is back, and with it the card.
    known["sample"] = known.pop("elsewhere")
    stage.sender = stage.new_sender()
    stage.send()
    assert len(waiting(stage)) == 1


def test_when_a_workflow_gets_another_channel_its_cards_move_there(stage: Stage) -> None:
    sample = stage.sample()
    take_in(stage, sample, 12)
    stage.send()
    stage.press(ANA, "approve", card=0)
    stage.work()
    sample.review = Review(post_to=FAILED, reviewers=[ANA])
    stage.sender = stage.new_sender()
    stage.send()
    (decided,) = stage.cards()
    assert "Approved by @U0ANA" in words(decided.blocks)
    moved = stage.cards(channel=FAILED)
    assert [card.text.split(":")[0] for card in moved] == ["Decision needed"] * 10 + [
        "1 more review waits, the oldest since 2026-11-20 09"
    ]
    sample.review = Review(post_to=SUPPORT, reviewers=[ANA])
    stage.sender = stage.new_sender()
    stage.send()
    assert len(waiting(stage)) == 10
    assert stage.cards(channel=FAILED) == []


def test_a_second_message_of_a_card_is_drawn_as_it_is_when_somebody_presses_it(stage: Stage) -> None:
    """F17: it was posted, and the answer got lost, so that it was posted again."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    with stage.world.database.write() as session:
        messages.forget(session, team=1, channel=SUPPORT, subject=SubjectKind.REVIEW.of(1))
        outbox.want_view(
            session, team=1, kind="card", subject=SubjectKind.REVIEW.of(1), channel=SUPPORT, at=stage.world.clock()
        )
    stage.send()
    first, second = stage.cards()
    stage.person(ANA).press(SUPPORT, second.ts, "approve")
    stage.work()
    assert "approve" in buttons(stage.cards()[0])
    stage.person(ANA).press(SUPPORT, first.ts, "approve")
    stage.person(ANA).wait_until(lambda: "approve" not in buttons(stage.cards()[0]))
    assert "You approved this already" in stage.told(ANA)
    assert stage.desk.attempts == ["sample/ticket-1"]


def test_a_delivery_that_was_cut_off_by_the_end_of_the_process_is_in_doubt_on_its_card(stage: Stage) -> None:
    case = stage.submit(
        stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.draft(), idempotent=False)), id=1, text="Money?"
    )
    stage.press(ANA, "approve")
    # As it is in the midst of the delivery.
    (claimed,) = stage.world.claim()
    with stage.world.database.write() as session:
        run = runs.get(session, claimed.run, team=stage.world.context.team)
        assert run is not None
        move_run(session, run, RunState.DELIVERING, at=stage.world.clock(), actor="test")
        delivery.begin(session, stage.world.context, run.id)
    stage.world.restart()
    stage.send()
    assert stage.world.state(case) == "doubtful"
    assert "Apply in doubt" in words(stage.cards()[0].blocks)


def test_a_failure_is_told_once_in_plain_words(stage: Stage) -> None:
    sample = stage.sample()
    stage.desk.look_up_errors += [NotDone("the desk is closed")] * 3
    case = stage.submit(sample, id=1, text="Where is my money?")
    stage.send()
    (told,) = stage.cards(channel=FAILED)
    said = words(told.blocks)
    assert said.startswith("1 case of sample failed at look_up")
    assert "NotDone: the desk is closed" in said
    assert f"ticket-1: /countersign case {case}" in said


def test_an_outage_is_one_message_and_not_a_hundred(stage: Stage) -> None:
    stage.desk.look_up_errors += [NotDone("the desk is closed")] * 100
    take_in(stage, stage.sample(), 100)
    stage.send()
    (told,) = stage.cards(channel=FAILED)
    said = words(told.blocks)
    assert told.text == "100 cases of sample failed at look_up: NotDone. Open"
    assert "Failed 100 times" in said
    assert "and 97 more" in said


def test_roles_without_a_channel_keep_what_is_for_them(stage: Stage) -> None:
    stage.sender = stage.new_sender(roles={})
    stage.desk.look_up_errors.append(NotDone("the desk is closed"))
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert stage.cards(channel=FAILED) == []
    stage.sender = stage.new_sender()
    stage.send()
    assert len(stage.cards(channel=FAILED)) == 1


def test_nothing_is_ever_posted_where_no_workflow_and_no_setting_says_so(stage: Stage) -> None:
    take_in(stage, stage.sample(), 3)
    stage.send()
    assert {call.channel for call in stage.running.administrator.calls("chat.postMessage")} == {SUPPORT}
    assert stage.cards(channel=GENERAL) == []


def test_what_was_due_before_the_clock_was_put_back_an_hour_is_sent_all_the_same(stage: Stage) -> None:
    """F49"""
    take_in(stage, stage.sample(), 2)
    stage.world.clock.move(timedelta(hours=-1))
    stage.send()
    assert len(stage.cards()) == 2


def test_what_slack_asked_for_before_the_clock_was_put_back_an_hour_holds_up_nobody(stage: Stage) -> None:
    """F49"""
    stage.running.administrator.fault("rate_limited", method="chat.postMessage", seconds=30)
    take_in(stage, stage.sample(), 1)
    stage.send_until(lambda: stage.running.administrator.calls("chat.postMessage"))
    stage.world.clock.move(timedelta(hours=-1))
    stage.send()
    assert len(stage.cards()) == 1


def test_a_doubt_from_before_there_were_cards_for_it_is_asked_at_the_next_start(stage: Stage) -> None:
    sample = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.floor(0.5), idempotent=False))
    stage.desk.errors.append(OutcomeUnknown("no answer came"))
    stage.world.submit(sample, id=1, text="x")
    stage.world.work()
    with stage.world.database.write() as session:
        session.execute(delete(schema.OutboxRow).where(schema.OutboxRow.kind == outbox.DOUBT))
    stage.sender = stage.new_sender()
    stage.send()
    assert [buttons(card) for card in stage.cards()] == [["happened", "not_happened", "look"]]


def test_a_sender_at_rest_asks_only_whether_anything_was_committed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It read the outbox five times a second. What is committed then is sent."""
    monkeypatch.setattr(sender, "_LOOK", float("inf"))
    with resting(stage.world.database.engine) as rests:
        stop = Event()
        sending = Thread(target=stage.sender.run, args=(stop,))
        sending.start()
        try:
            wait_until(rests)
            take_in(stage, stage.sample(), 1)
            stage.person(ANA).wait_until(lambda: len(waiting(stage)) == 1)
            wait_until(rests)
        finally:
            stop.set()
            sending.join()
