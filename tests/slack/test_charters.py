"""A charter in Slack: its owner signs it with a button, on the terms that were shown; nobody else can."""

from dataclasses import replace

import pytest

from bot.sandbox.client import ShownMessage, ShownView
from store import schema
from tests.evidence import have_evidence
from tests.sample import Ticket, Triage, sample_workflow
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, BEN, EVE, KIM, MARIA, SUPPORT, Stage, buttons, dict_of, list_of, words
from tests.world import sure
from workflows import Autonomy, Workflow
from workflows.engine.charters.kept import KeptCharters
from workflows.engine.charters.terms import Answering
from workflows.engine.run.runner import Runner

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage(sure(0.95, queue="billing", reply="We look into it."))


def begun(
    stage: Stage, *, floor: float = 0.8, models: tuple[str, ...] = ("one",), evidence: bool = True
) -> Workflow[Ticket, Triage]:
    """Begin with a workflow whose charter is complete, as a process does."""
    registry = stage.world.registry
    registry._workflows.clear()
    workflow = sample_workflow(stage.desk, autonomy=Autonomy.floor(floor))
    workflow.backup, workflow.told = BEN, ("the customer",)
    workflow.may = {"execute": "sort a ticket", "retrieve": "look up the customer"}
    stage.placed(workflow)
    charters = KeptCharters(
        stage.world.database,
        registry,
        team=stage.world.context.team,
        clock=stage.world.clock,
        answering=lambda _: Answering(models=models),
    )
    stage.world.context = replace(stage.world.context, charters=charters)
    stage.world.runner = Runner(stage.world.context, lambda _: stage.world.model)
    stage.ears.hear_for(stage.world)
    charters.begin(workflow)
    if evidence:
        have_evidence(stage.world.context)
    return workflow


def value_in(shown: ShownMessage | ShownView) -> str:
    """Return what the Sign button of a charter carries."""
    (row,) = (block for block in shown.blocks if block["type"] == "actions")
    (button,) = list_of(row["elements"])
    return str(dict_of(button)["value"])


def charter(stage: Stage, user: str) -> ShownMessage:
    """Ask for the charter, and return the answer."""
    return said(stage, user, "charter sample")


def said(stage: Stage, user: str, text: str) -> ShownMessage:
    """Give a command, and return the answer to it."""
    person = stage.person(user)
    before = len(person.messages(SUPPORT))
    assert person.command(SUPPORT, "/countersign", text).acknowledged
    return person.wait_until(lambda: found[-1] if len(found := person.messages(SUPPORT)) > before else None)


def forge(stage: Stage, user: str, value: str) -> None:
    """Press a Sign button with a value that somebody made up."""
    button = {
        "type": "button",
        "action_id": "sign_charter",
        "value": value,
        "text": {"type": "plain_text", "text": "Go"},
    }
    blocks = [{"type": "actions", "elements": [button]}]
    ts = str(stage.ears.workspace.sending.chat_postMessage(channel=SUPPORT, text="forged", blocks=blocks)["ts"])
    assert stage.person(user).press(SUPPORT, ts, "sign_charter").acknowledged
    settle(stage)


def settle(stage: Stage) -> None:
    """Wait until each press was answered."""
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()


def sign(stage: Stage, user: str, shown: ShownMessage) -> None:
    """Press Sign under a charter, and confirm."""
    assert stage.person(user).press(SUPPORT, shown.ts, "sign_charter", confirmed=True).acknowledged
    settle(stage)


def audited(stage: Stage, action: str) -> list[schema.AuditRow]:
    rows = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    return [row for row in rows if row.action == action]


def signature(stage: Stage) -> tuple[str | None, str | None]:
    row = stage.world.rows(schema.TermsRow)[-1]
    assert isinstance(row, schema.TermsRow)
    return row.signed_by, row.signed_how


def test_the_owner_reads_the_charter_and_signs_it(stage: Stage) -> None:
    workflow = begun(stage)
    waiting = stage.submit(workflow, id=1, text="Where is it?")
    shown = charter(stage, MARIA)
    assert "Not signed. Nothing goes alone until its owner signs." in words(shown.blocks)
    assert value_in(shown) == "1.1"
    sign(stage, MARIA, shown)
    assert signature(stage) == (MARIA, "owner")
    after = stage.person(MARIA).messages(SUPPORT)[-1]
    assert "You signed the charter of sample." in words(after.blocks)
    assert buttons(after) == []
    assert len(audited(stage, "charter.signed")) == 1
    assert stage.world.state(waiting) == "waiting"
    assert stage.world.state(stage.submit(workflow, id=2, text="Where is it?")) == "delivered"


def test_who_stands_in_may_sign_and_a_reviewer_is_told_who_may(stage: Stage) -> None:
    begun(stage)
    shown = charter(stage, ANA)
    assert buttons(shown) == []
    assert "Its owner may sign it: @U0MARIA, or @U0BEN, who stands in." in words(shown.blocks)
    shown = charter(stage, BEN)
    sign(stage, BEN, shown)
    assert signature(stage) == (BEN, "backup")


@pytest.mark.parametrize(
    ("user", "told"),
    [
        (ANA, "Only the owner of sample may sign its charter. Ask its owner, @U0MARIA."),
        (KIM, "Only the owner of sample may sign its charter. Ask its owner, @U0MARIA."),
        (EVE, "Only reviewers, engineers and the owner may read cases of sample. Ask its owner, @U0MARIA."),
    ],
)
def test_a_button_of_the_owners_signs_nothing_for_others(stage: Stage, user: str, told: str) -> None:
    """A6, A10: rights are checked when it is pressed, and whoever has none is told and audited."""
    begun(stage)
    forge(stage, user, value_in(charter(stage, MARIA)))
    assert signature(stage) == (None, None)
    assert stage.told(user, SUPPORT) == told
    (row,) = audited(stage, "sign.refused")
    assert (row.actor, row.details["why"]) == (user, "no_right")


def test_terms_that_changed_since_are_not_signed(stage: Stage) -> None:
    begun(stage)
    shown = charter(stage, MARIA)
    begun(stage, floor=0.7)
    sign(stage, MARIA, shown)
    assert "have changed since" in stage.told(MARIA, SUPPORT)
    assert signature(stage) == (None, None)
    assert [row.details["why"] for row in audited(stage, "sign.refused")] == ["too_late"]


def test_a_second_press_signs_nothing_again(stage: Stage) -> None:
    begun(stage)
    shown = charter(stage, MARIA)
    for _ in range(2):
        forge(stage, MARIA, value_in(shown))
    assert len(audited(stage, "charter.signed")) == 1


@pytest.mark.parametrize("value", ["1.1.7", "999.1", "1", "x.y", "1.1; drop"])
def test_a_value_that_no_button_of_ours_carries_signs_nothing(stage: Stage, value: str) -> None:
    begun(stage)
    forge(stage, MARIA, value)
    assert signature(stage) == (None, None)


def test_the_charter_is_signed_in_the_page_that_the_home_opens(stage: Stage) -> None:
    begun(stage)
    maria = stage.person(MARIA)
    assert maria.open_home().acknowledged
    home = maria.wait_until(maria.home)
    assert "Not signed yet, so nothing goes alone: sample." in words(home.blocks)
    assert maria.press_in_home("charter.0").acknowledged
    stage.view(MARIA)
    assert maria.press_in_view("sign_charter", confirmed=True).acknowledged
    assert signature(stage) == (MARIA, "owner")
    assert "You signed the charter of sample." in words(stage.view(MARIA).blocks)


def test_other_terms_are_told_in_the_workflows_channel(stage: Stage) -> None:
    begun(stage)
    begun(stage, floor=0.6)
    stage.send()
    said = [words(one.blocks) for one in stage.cards(ANA)]
    assert any("Confidence to go alone: 80% → 60%" in one for one in said)
    assert any("Until @U0MARIA signs, a person decides every case: /countersign charter sample" in one for one in said)


def test_changes_are_listed_for_those_who_may_see_the_workflow(stage: Stage) -> None:
    begun(stage)
    begun(stage, models=("two",))
    assert "Model: one → two" in words(said(stage, ANA, "changes sample").blocks)
    assert "There is no workflow whose cases you may read." in words(said(stage, EVE, "changes sample").blocks)


def test_without_evidence_a_reason_is_asked_for_and_kept(stage: Stage) -> None:
    """It would go alone without a volume test and a baseline, so whoever signs says why."""
    begun(stage, evidence=False)
    shown = charter(stage, MARIA)
    assert "It has no volume test that says go and baseline." in words(shown.blocks)
    sign(stage, MARIA, shown)
    assert signature(stage) == (None, None)
    form = stage.view(MARIA)
    assert form.callback_id == "sign_exception"
    maria = stage.person(MARIA)
    assert maria.submit({"exception": "We tried it for a month."}).acknowledged
    settle(stage)
    assert signature(stage) == (MARIA, "owner")
    assert "An exception: We tried it for a month." in words(charter(stage, ANA).blocks)
    (row,) = audited(stage, "charter.signed")
    assert row.details["without"] == "volume_test, baseline"


def test_the_newest_report_of_a_volume_test_is_shown_to_those_who_may_see_the_workflow(stage: Stage) -> None:
    begun(stage)
    shown = words(said(stage, ANA, "volume-test sample").blocks)
    assert "GO" in shown
    assert "At best 71% can go alone. At a floor of 0.85" in shown
    assert "There is no workflow whose cases you may read." in words(said(stage, EVE, "volume-test sample").blocks)
