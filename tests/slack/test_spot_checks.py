"""Spot checks in Slack: one card for a channel, a form without the answer, both answers, a grade, and the next one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import BaseModel, Field

from bot.sandbox.client import ShownView
from store import schema
from tests.sample import Ticket, Triage, sample_workflow
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, BEN, EVE, MARIA, SUPPORT, Stage, buttons, inputs, options, words
from tests.world import sure
from workflows import Autonomy, Proposal, Workflow
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.spot_checks.answers import answer
from workflows.engine.review.spot_checks.upkeep import Upkeep
from workflows.engine.review.wrong import corrections
from workflows.quality.autonomy import packs

pytestmark = pytest.mark.slow

TEXT = "charged twice for one parcel"
ANSWERED = "The answer that was delivered."


class Refund(BaseModel):
    reason: str = Field(pattern="^[A-Z]")


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A Countersign whose model is sure of everything."""
    return make_stage(sure(0.95, queue="billing", reply=ANSWERED))


def drawn(stage: Stage, number: int = 1, *, reviewers: str | list[str] = "S0SUPPORT") -> AnyWorkflow:
    """Have so many cases go alone, all of them drawn, and the channel told."""
    workflow = sample_workflow(stage.desk, autonomy=Autonomy.floor(0.8, spot_checks=1))
    stage.placed(workflow, reviewers=reviewers)
    for id in range(1, number + 1):
        stage.submit(workflow, id=id, text=f"{TEXT}, {id}")
        stage.world.clock.move(timedelta(seconds=1))
    tend(stage)
    return workflow


def tend(stage: Stage) -> None:
    """Do what the process does every few seconds."""
    if stage.ears.listeners is not None:
        stage.ears.listeners.wait()
    Upkeep(stage.world.context).look()
    stage.work()


def checks(stage: Stage) -> list[schema.SpotCheck]:
    return [row for row in stage.world.rows(schema.SpotCheck) if isinstance(row, schema.SpotCheck)]


def begun(stage: Stage, user: str = ANA) -> ShownView:
    """Press Start on the card; returns the first form."""
    return stage.opened(user, "spot_checks")


def sent(stage: Stage, user: str = ANA, **values: str) -> ShownView:
    """Send the modal; returns what stands in it then."""
    outcome = stage.person(user).submit(dict(values))
    assert outcome.outcome == "updated", outcome
    (shown,) = stage.person(user).views()
    return shown


def answered(stage: Stage, user: str = ANA, *, queue: str = "billing", reply: str = ANSWERED) -> ShownView:
    return sent(stage, user, **{"queue.0.0": f"={queue}", "reply.0.0": reply})


def test_one_card_tells_a_channel_how_many_wait_and_goes_when_none_do(stage: Stage) -> None:
    drawn(stage, 3)
    (card,) = stage.cards()
    said = words(card.blocks)
    assert said.startswith("3 spot checks wait\nCases that went alone, looked at without seeing the answer.")
    assert "The first is due 2026-11-24 09:00 UTC." in said
    assert card.text == "3 spot checks wait: cases that went alone, looked at blind"
    assert buttons(card) == ["spot_checks"]
    begun(stage)
    for _ in range(3):
        shown = answered(stage)
    assert "No spot check waits for you any more." in words(shown.blocks)
    assert "You looked at 3." in words(shown.blocks)
    tend(stage)
    assert stage.cards() == []


def test_neither_card_nor_form_shows_the_answer_before_one_is_in(stage: Stage) -> None:
    drawn(stage)
    form = begun(stage)
    said = words(form.blocks) + repr(inputs(form)) + words(stage.cards()[0].blocks)
    assert TEXT in said
    assert "This case went alone." in said
    assert ANSWERED not in said
    assert "initial_option" not in inputs(form)["queue.0.0"]
    assert "Compare" in repr(form.submit)


def test_a_long_case_is_read_in_full_beside_the_form(stage: Stage) -> None:
    workflow = sample_workflow(stage.desk, autonomy=Autonomy.floor(0.8, spot_checks=1))
    stage.placed(workflow)
    stage.submit(workflow, id=1, text=f"{TEXT}\n{'and so on, ' * 200}the end")
    tend(stage)
    form = begun(stage)
    assert "the end" not in words(form.blocks)
    assert stage.person(ANA).press_in_view("read_case").acknowledged
    said = words(stage.view(ANA, deep=2).blocks)
    assert "the end" in said
    assert ANSWERED not in said


def test_an_equal_answer_leads_to_the_next_one_at_once(stage: Stage) -> None:
    drawn(stage, 2)
    begun(stage)
    shown = answered(stage)
    assert "ticket-1: Your answer is what was delivered." in words(shown.blocks)
    assert f"{TEXT}, 2" in words(shown.blocks)
    assert [(one.state, one.outcome) for one in checks(stage)] == [("decided", "same"), ("open", None)]


def test_both_answers_are_shown_and_the_difference_is_graded(stage: Stage) -> None:
    drawn(stage, 2)
    begun(stage)
    shown = answered(stage, queue="delivery")
    said = words(shown.blocks)
    assert "Your answer is kept. It differs from what was delivered:" in said
    assert "Queue\ndelivered: billing\nyou: delivery" in said
    assert options(inputs(shown)["grade"]) == ["same", "minor", "major", "critical"]
    shown = sent(stage, **{"grade": "minor", "note": "It is about a parcel"})
    assert "ticket-1: Your grade is kept. Now another reviewer looks at both answers." in words(shown.blocks)
    assert f"{TEXT}, 2" in words(shown.blocks), "the next one"
    assert checks(stage)[0].state == "awaiting_second"


def test_a_second_person_grades_without_being_told_whose_the_answers_are(stage: Stage) -> None:
    drawn(stage)
    begun(stage)
    answered(stage, queue="delivery")
    sent(stage, grade="critical")
    shown = begun(stage, BEN)
    said = words(shown.blocks)
    assert "You are not told which" in said
    assert "you:" not in said
    assert "delivered:" not in said
    assert "one answer: " in said
    assert "Mine" not in said
    missing = stage.person(BEN).submit({"grade": "major"})
    assert dict(missing.errors) == {"right": "Say which one is right, or choose that both are."}
    mine = "one" if "one answer: delivery" in said else "other"
    ended = sent(stage, BEN, grade="major", right=mine)
    assert "It is decided: a major error." in words(ended.blocks)
    tend(stage)
    (check,) = checks(stage)
    assert (check.outcome, check.end, check.correction) == ("major", "second", "opened")
    (card,) = stage.cards()
    assert "Proposed correction" in words(card.blocks)
    assert "~billing~" in words(card.blocks)


def test_where_there_is_no_other_reviewer_the_first_grade_stands(stage: Stage) -> None:
    drawn(stage, reviewers=[ANA])
    begun(stage)
    answered(stage, queue="delivery")
    shown = sent(stage, grade="minor")
    assert "It is decided: a minor error. Nobody else could look at it, so your grade counts." in words(shown.blocks)
    assert checks(stage)[0].end == "no_other"


def test_a_value_that_does_not_fit_is_said_beside_its_field(stage: Stage) -> None:
    refunds: Workflow[Ticket, Refund] = Workflow(
        name="refunds",
        decision="How much?",
        owner=MARIA,
        input=Ticket,
        output=Refund,
        key=lambda ticket: f"refund-{ticket.id}",
        autonomy=Autonomy.floor(0.8, spot_checks=1),
    )
    refunds.propose(lambda ticket, ask: Proposal(output=Refund(reason="Broken"), confidence={"reason": 0.9}))
    refunds.deliver(idempotent=True)(lambda refund, run: "done")
    stage.placed(refunds)
    stage.submit(refunds, id=1, text=TEXT)
    tend(stage)
    begun(stage)
    outcome = stage.person(ANA).submit({"reason.0.0": "broken"})
    assert (outcome.outcome, list(outcome.errors)) == ("errors", ["reason.0.0"])
    assert checks(stage)[0].state == "open"
    assert "Your answer is what was delivered." in words(sent(stage, **{"reason.0.0": "Broken"}).blocks)


def test_what_one_cannot_judge_is_left_to_others(stage: Stage) -> None:
    drawn(stage, 2)
    begun(stage)
    before = stage.view(ANA).hash
    assert stage.person(ANA).press_in_view("leave_to_others").acknowledged
    shown = stage.person(ANA).wait_until(lambda: view if (view := stage.view(ANA)).hash != before else None)
    assert "ticket-1 is left to others." in words(shown.blocks)
    assert f"{TEXT}, 2" in words(shown.blocks)
    answered(stage)
    assert f"{TEXT}, 1" in words(begun(stage, BEN).blocks)


def test_of_two_who_answer_the_same_one_the_later_is_told_who_was_first(stage: Stage) -> None:
    drawn(stage)
    begun(stage)
    answer(stage.world.context, checks(stage)[0].id, 1, Triage(queue="delivery"), by=BEN)
    shown = answered(stage, queue="delivery", reply="My own words")
    said = words(shown.blocks)
    assert f"@{BEN} has answered it since; nothing was recorded" in said
    assert "My own words" in said, "what was typed is not lost"
    assert "Next spot check" in repr(shown.submit)
    assert "No spot check waits for you any more." in words(sent(stage).blocks)


def test_a_form_that_was_open_while_the_case_was_corrected_keeps_nothing(stage: Stage) -> None:
    drawn(stage)
    begun(stage)
    case = checks(stage)[0].case_id
    review = corrections.correct(stage.world.context, case, Triage(queue="delivery"), by=MARIA)
    stage.work()
    assert stage.press(BEN, "approve").acknowledged, review
    stage.work()
    assert "this case was corrected meanwhile" in words(answered(stage).blocks).lower()
    tend(stage)
    assert [(one.state, one.end) for one in checks(stage)] == [("superseded", "correction")]


def test_others_are_refused_and_told_nothing(stage: Stage) -> None:
    drawn(stage)
    assert stage.press(EVE, "spot_checks").acknowledged
    assert "Only reviewers look at spot checks: they start with the card in their channel." in stage.told(EVE)
    assert stage.person(EVE).views() == []


def test_whoever_was_shown_the_case_is_not_asked_about_it(stage: Stage) -> None:
    drawn(stage)
    assert stage.person(ANA).command(SUPPORT, "/countersign", "explain ticket-1").acknowledged
    stage.view(ANA)
    assert stage.person(ANA).close().outcome == "closed"
    tend(stage)
    assert stage.press(ANA, "spot_checks").acknowledged
    assert "No spot check waits for you." in stage.told(ANA)
    assert TEXT in words(begun(stage, BEN).blocks)


def test_a_review_session_leads_to_them_once_nothing_else_waits(stage: Stage) -> None:
    drawn(stage)
    assert stage.person(ANA).command(SUPPORT, "/countersign", "review").acknowledged
    assert TEXT in words(stage.view(ANA).blocks)
    assert stage.person(ANA).close().outcome == "closed"
    unsure = sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="unsure")
    stage.placed(unsure)
    stage.submit(unsure, id=9, text="another one")
    assert stage.person(ANA).command(SUPPORT, "/countersign", "review").acknowledged
    assert "another one" in words(stage.view(ANA).blocks)
    ended = sent(stage)
    assert "1 spot check waits for you: cases that went alone, looked at blind." in words(ended.blocks)
    before = ended.hash
    assert stage.person(ANA).press_in_view("spot_checks").acknowledged
    shown = stage.person(ANA).wait_until(lambda: view if (view := stage.view(ANA)).hash != before else None)
    assert TEXT in words(shown.blocks)
    assert "Your answer is what was delivered." in words(answered(stage).blocks)


def test_a_home_says_how_many_wait_and_starts_with_them(stage: Stage) -> None:
    drawn(stage, 2)
    assert stage.person(ANA).open_home().acknowledged
    home = stage.person(ANA).wait_until(lambda: shown if (shown := stage.person(ANA).home()) is not None else None)
    assert "2 spot checks wait for you" in words(home.blocks)
    assert stage.person(ANA).press_in_home("spot_checks").acknowledged
    assert TEXT in words(stage.view(ANA).blocks)


def test_what_was_typed_is_there_again_when_the_form_was_closed(stage: Stage) -> None:
    drawn(stage)
    begun(stage)
    stage.person(ANA).type({"reply.0.0": "Half of a sentence"})
    stage.person(ANA).close()
    if stage.ears.listeners is not None:
        stage.ears.listeners.wait()
    assert checks(stage)[0].opened_by is None, "others are shown it at once"
    again = begun(stage)
    assert "Half of a sentence" in repr(inputs(again))


def test_ten_thousand_are_one_card_and_one_form(stage: Stage) -> None:
    drawn(stage)
    (first,) = checks(stage)
    with stage.world.database.write() as session:
        connection = session.connection()
        runs = ", ".join(column.name for column in schema.Run.__table__.columns if column.name not in ("id", "case_id"))
        more = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
        cases = "team_id, workflow_id, revision, content_hash, source, received_at"
        for sql in (
            f"{more} INSERT INTO cases (id, key, {cases}) SELECT 100 + i, 'filled-' || i, {cases} FROM cases, n "
            f"WHERE cases.id = {first.case_id}",
            f"{more} INSERT INTO runs (id, case_id, {runs}) SELECT 100 + i, 100 + i, {runs} FROM runs, n "
            f"WHERE runs.id = {first.run_id}",
            f"{more} INSERT INTO spot_checks (team_id, run_id, case_id, workflow_id, probability, state, version, "
            "drawn_at, due_at) SELECT team_id, 100 + i, 100 + i, workflow_id, 1, 'open', 1, drawn_at, due_at "
            f"FROM spot_checks, n WHERE spot_checks.id = {first.id}",
        ):
            connection.exec_driver_sql(sql)
    tend(stage)
    (card,) = stage.cards()
    assert words(card.blocks).startswith("10,000 spot checks wait\n")
    assert TEXT in words(begun(stage).blocks)


def test_a_press_from_before_a_restore_is_refused(stage: Stage) -> None:
    drawn(stage)
    begun(stage)
    restored = replace(stage.world.context, restores=replace(stage.world.context.restores, number=1))
    object.__setattr__(stage.ears.slack_context, "context", restored)
    assert "from before the database was restored" in words(answered(stage).blocks)
    assert checks(stage)[0].state == "open"


def test_what_went_alone_before_that_was_taken_back_is_gone_through_in_the_same_session(stage: Stage) -> None:
    workflow = sample_workflow(stage.desk, autonomy=Autonomy.floor(0.8, spot_checks=1e-9))
    stage.placed(workflow)
    for id in (1, 2):
        stage.submit(workflow, id=id, text=f"{TEXT}, {id}")
    context = stage.world.context
    runs = [row.id for row in stage.world.rows(schema.Run)]
    with context.database.write() as session:
        assert packs.make(session, context, workflow, runs[::-1]) == 2
    tend(stage)
    said = words(stage.cards()[0].blocks)
    assert said.startswith("2 spot checks wait")
    assert "All of them went alone before that was taken back, worst first." in said
    shown = begun(stage)
    assert "One of 2 that sample resolved alone before that was taken back; 2 left. Answer it as" in words(shown.blocks)
    assert f"{TEXT}, 2" in words(shown.blocks), "the worst first"
    assert ANSWERED not in words(shown.blocks)
    answered(stage, queue="delivery")
    shown = sent(stage, grade="major")
    assert "2 left" in words(shown.blocks), "the other one waits for a second person"
    shown = answered(stage)
    assert "No spot check waits for you any more." in words(shown.blocks)
    shown = begun(stage, BEN)
    mine = "one" if "one answer: delivery" in words(shown.blocks) else "other"
    sent(stage, BEN, grade="major", right=mine)
    tend(stage)
    assert [packs.tell(context), packs.tell(context)] == [1, 0]
    stage.work()
    owner = stage.person(MARIA)
    (told,) = owner.messages(owner.direct)
    assert words(told.blocks).startswith(
        "sample: people looked at 2 that went alone before that was taken back, 1 of them"
    )
    assert "A correction follows: a person decides each." in words(told.blocks)


def test_a_session_of_reviews_comes_to_a_spot_check_after_each_five(stage: Stage) -> None:
    """Otherwise those for whom reviews always wait would never look at any."""
    drawn(stage, 2)
    other = sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="other")
    stage.placed(other)
    for id in range(11, 17):
        stage.submit(other, id=id, text=f"Case {id}")
    assert stage.person(ANA).command(SUPPORT, "/countersign", "review").acknowledged
    stage.view(ANA)
    for _ in range(5):
        shown = sent(stage)
    assert "This case went alone." in words(shown.blocks)
    assert "Spot check" in repr(shown.title)
    shown = answered(stage)
    said = words(shown.blocks)
    assert "ticket-1: Your answer is what was delivered." in said
    assert "Case 16" in said, "then the next review, and no further spot check"
    shown = sent(stage)
    assert "1 spot check waits for you" in words(shown.blocks)
