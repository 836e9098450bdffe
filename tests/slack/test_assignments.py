"""Assignments as people see them: the form, the card, the thread, a direct message, and what is refused."""

from collections.abc import Mapping
from functools import partial

from bot.sandbox.client import Outcome
from bot.sandbox.state.workspace import User
from handlers.slack.access.assignable import reviewers_of
from store import schema
from tests.slack.stage import ANA, BEN, EVE, KIM, REVIEWERS, SUPPORT, Stage, inputs, words
from tests.slack.test_conflicts import decisions
from tests.slack.test_reminders import HOUR, direct
from tests.slack.test_undo import declared
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.assignment import upkeep


def case(stage: Stage, **settings: object) -> AnyWorkflow:
    """Take in a case of the sample automation, whose reviewers are a user group unless said otherwise."""
    workflow = declared(stage, **settings)
    stage.submit(workflow, id=1, text="charged twice")
    return workflow


def assign(stage: Stage, user: str, to: str) -> Outcome:
    """Open the form and choose a person in it."""
    stage.opened(user, "assign")
    return submit(stage, user, to)


def submit(stage: Stage, user: str, to: str) -> Outcome:
    """Choose a person in the form that is open."""
    outcome = stage.person(user).submit({"person": to})
    assert outcome.acknowledged
    return outcome


def look_after(stage: Stage) -> int:
    """Look after the assignments, as the server does, and show what came of it."""
    rights = stage.ears.slack_context.rights
    done = upkeep.sweep(stage.world.context, reviewers_of(rights), check=True)
    stage.work()
    return done


def audited(stage: Stage, action: str) -> list[Mapping[str, object]]:
    """Return the details of the acts of a kind."""
    found = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    return [row.details for row in found if row.action == action]


def account(stage: Stage, user: str) -> User:
    """Return a person's account in the workspace."""
    return next(one for one in stage.running.sandbox.workspace.users if one.id == user)


def test_who_is_named_stands_on_the_card_and_is_called_in_the_thread_and_directly(stage: Stage) -> None:
    case(stage)
    assign(stage, ANA, BEN)
    stage.work()
    (card,) = stage.cards()
    assert f"for @{BEN}" in words(card.blocks)
    assert stage.thread() == [f"@{ANA} assigned this to @{BEN}."]
    assert direct(stage, BEN)[0].startswith("1 review waits for you")
    assert direct(stage, ANA) == []
    stage.press(ANA, "approve")
    assert decisions(stage) == [f"{ANA} approved"]


def test_the_form_begins_with_the_present_assignee_and_can_end_that(stage: Stage) -> None:
    case(stage)
    assign(stage, ANA, BEN)
    stage.work()
    shown = stage.opened(BEN, "assign")
    assert inputs(shown)["person"]["initial_user"] == BEN
    assert stage.person(BEN).press_in_view("assign_to_nobody").acknowledged
    stage.person(BEN).wait_until(lambda: "Anybody may take it now." in words(stage.view(BEN).blocks))
    stage.work()
    assert "for @" not in words(stage.cards()[0].blocks)
    assert stage.thread()[-1] == f"@{BEN} assigned this to nobody. Anybody may take it."


def test_who_may_not_decide_is_refused_beside_the_field(stage: Stage) -> None:
    case(stage, reviewers=(ANA, BEN, REVIEWERS))
    stage.opened(ANA, "assign")
    assert "not among its reviewers" in str(submit(stage, ANA, EVE).errors)
    account(stage, BEN).deactivated = True
    assert "not among its reviewers" in str(submit(stage, ANA, BEN).errors)
    assert [details["why"] for details in audited(stage, "assign.refused")] == ["not_possible"] * 2
    assert audited(stage, "review.assigned") == []


def test_while_slack_does_not_say_nobody_is_assigned(stage: Stage) -> None:
    case(stage, reviewers=(ANA, REVIEWERS))
    stage.opened(ANA, "assign")
    stage.running.administrator.fault("server_error", method="usergroups.users.list")
    assert "could not be checked just now" in str(submit(stage, ANA, BEN).errors)
    assert submit(stage, ANA, BEN).errors == {}


def test_who_may_not_decide_may_not_assign(stage: Stage) -> None:
    case(stage)
    assert stage.press(KIM, "assign").acknowledged
    assert "You are not among the reviewers" in stage.told(KIM) or "no right to this" in stage.told(KIM)
    assert audited(stage, "decide.refused")[-1]["why"] == "no_right"


def test_two_who_assign_at_once_and_one_who_decides_are_told(stage: Stage) -> None:
    case(stage)
    stage.opened(ANA, "assign")
    stage.opened(BEN, "assign")
    submit(stage, ANA, BEN)
    submit(stage, BEN, ANA)
    assert "Somebody else assigned this a moment ago." in words(stage.view(BEN).blocks)
    assert len(audited(stage, "review.assigned")) == 1
    stage.person(BEN).close()
    stage.work()
    stage.opened(BEN, "assign")
    stage.press(ANA, "approve")
    submit(stage, BEN, ANA)
    assert f"Already approved by @{ANA}" in words(stage.view(BEN).blocks)
    assert len(audited(stage, "review.assigned")) == 1


def test_the_least_busy_member_of_a_group_gets_it_once_slack_says_who_that_is(stage: Stage) -> None:
    stage.running.administrator.set_group(REVIEWERS, [ANA, BEN])
    workflow = case(stage, assign="least_busy")
    stage.running.administrator.fault("server_error", method="usergroups.users.list")
    assert look_after(stage) == 0
    assert "for @" not in words(stage.cards()[0].blocks)
    stage.world.clock.move(upkeep.AGAIN)
    assert look_after(stage) == 1
    stage.submit(workflow, id=2, text="charged twice 2")
    assert look_after(stage) == 1
    said = [words(card.blocks) for card in stage.cards()]
    assert [f"for @{user}" in text for user, text in zip((ANA, BEN), said, strict=True)] == [True, True]
    assert stage.thread(card=0) == []
    assert len(direct(stage, ANA)) == len(direct(stage, BEN)) == 1


def test_an_assignee_whose_account_is_gone_is_replaced_and_the_deadline_stays(stage: Stage) -> None:
    """F27"""
    case(stage, reviewers=(ANA, BEN), answer_within=HOUR, reminders=0, on_expiry="escalate", escalate_to=KIM)
    assign(stage, ANA, BEN)
    account(stage, BEN).deactivated = True
    rights = stage.ears.slack_context.rights
    assert look_after(stage) == 0, "what Slack said a moment ago is remembered"
    stage.ears.only_members(rights.members)
    assert look_after(stage) == 1
    assert stage.thread()[-1] == "Whoever it was for may no longer decide it. Anybody may take it now."
    assert "for @" not in words(stage.cards()[0].blocks)
    stage.world.clock.move(HOUR)
    stage.work()
    assert f"Nobody answered in time. Asked to decide: @{KIM}" in words(stage.cards()[0].blocks)


def test_who_left_the_group_is_replaced_by_the_least_busy(stage: Stage) -> None:
    stage.running.administrator.set_group(REVIEWERS, [ANA, BEN])
    case(stage, assign="least_busy")
    assign(stage, ANA, BEN)
    assert look_after(stage) == 0
    stage.running.administrator.set_group(REVIEWERS, [ANA])
    stage.ears.slack_context.groups.forget(REVIEWERS)
    assert look_after(stage) == 1
    assert stage.thread()[-1] == f"Whoever it was for may no longer decide it. For @{ANA} now."


def is_shown(stage: Stage, user: str, text: str) -> bool:
    """Tell whether a person's modal shows a text."""
    return text in words(stage.view(user).blocks)


def test_the_list_and_a_session_begin_with_what_is_mine(stage: Stage) -> None:
    workflow = case(stage)
    stage.submit(workflow, id=2, text="where is it?")
    assign(stage, ANA, BEN)
    for user, first in ((BEN, "where is it?"), (ANA, "charged twice")):
        assert stage.person(user).command(SUPPORT, "/countersign", "queue").acknowledged
        said = words(stage.view(user).blocks)
        assert said.index(first) < said.index("charged twice" if user == BEN else "where is it?")
        assert ("ticket-2 · for you" in said) == (user == BEN)
        stage.person(user).close()
        assert stage.person(user).command(SUPPORT, "/countersign", "review").acknowledged
        stage.person(user).wait_until(partial(is_shown, stage, user, first))
        stage.person(user).close()
