"""A narrow launch in Slack: the owner has a workflow look at more of its cases, with a button or a command."""

import pytest

from bot.sandbox.client import ShownMessage
from store import schema
from tests.sample import sample_workflow
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, KIM, MARIA, SUPPORT, Stage, buttons, words
from tests.world import sure
from workflows.engine.propose.scope_shares import share_view

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A workflow that begins with a tenth of its cases."""
    stage = make_stage(sure(0.95, queue="billing", reply="We look into it."))
    workflow = sample_workflow(stage.desk)
    workflow.scope_share = 0.1
    stage.placed(workflow)
    stage.submit(workflow, id=1, text="Where is my money?")
    return stage


def said(stage: Stage, user: str, text: str) -> ShownMessage:
    """Say a command, and return the answer."""
    person = stage.person(user)
    before = len(person.messages(SUPPORT))
    assert person.command(SUPPORT, "/countersign", text).acknowledged
    return person.wait_until(lambda: shown[-1] if len(shown := person.messages(SUPPORT)) > before else None)


def press(stage: Stage, user: str, shown: ShownMessage, action: str) -> str:
    """Press a button, and return what the last message says then."""
    assert stage.person(user).press(SUPPORT, shown.ts, action, confirmed=True).acknowledged
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    return words(stage.person(user).messages(SUPPORT)[-1].blocks)


def share(stage: Stage) -> float | None:
    return share_view(stage.world.context, "sample").share


def test_outside_the_share_the_card_says_so(stage: Stage) -> None:
    (card,) = stage.cards()
    assert "Why you are asked: It is not among the 10% of the cases that are looked at so far" in words(card.blocks)
    assert buttons(card) == ["edit", "reject", "details", "assign", "report_wrong"]


def test_the_owner_widens_it_step_by_step_and_an_old_button_does_nothing(stage: Stage) -> None:
    old = said(stage, MARIA, "scope sample")
    assert "sample looks at 10% of its cases." in words(old.blocks)
    assert buttons(old) == ["widen_scope_share"]
    newer = said(stage, MARIA, "scope sample")
    told = press(stage, MARIA, newer, "widen_scope_share")
    assert "sample looks at 25% of its cases from the next one on; before, it was 10%." in told
    assert share(stage) == 0.25
    assert "ample looks at 25% of its cases by now" in press(stage, MARIA, old, "widen_scope_share")
    assert share(stage) == 0.25
    charter = said(stage, MARIA, "charter sample")
    assert "So far it looks at 25% of its cases, drawn at random" in words(charter.blocks)
    assert "So far it looks at 50% of its cases" in press(stage, MARIA, charter, "widen_scope_share_in_charter")
    assert share(stage) == 0.5
    audit = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    assert [row.actor for row in audit if row.action == "workflow.share_changed"] == [MARIA, MARIA]


def test_who_answers_for_it_says_any_share_and_nobody_else_may(stage: Stage) -> None:
    assert "looks at 5% of its cases from the next one on" in words(said(stage, KIM, "scope sample 5").blocks)
    assert "Say the share of the cases as a number of percent" in words(said(stage, KIM, "scope sample many").blocks)
    assert "above 0 and at most 1 (100%)" in words(said(stage, KIM, "scope sample 0").blocks)
    assert "looks at all of its cases from the next one on" in words(said(stage, MARIA, "scope sample 100%").blocks)
    shown = said(stage, ANA, "scope sample")
    assert buttons(shown) == []
    refused = words(said(stage, ANA, "scope sample 10").blocks)
    assert "Only engineers and the owner may say how many of its cases sample looks at" in refused
    assert share(stage) is None
