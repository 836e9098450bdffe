"""The card of a deployment in Slack: the owner signs, refuses, gives up or rolls back what is shown; nobody else."""

import pytest

from handlers.slack.specimens.learning.deployments import DEPLOYMENTS
from store import schema
from store.learning import deployments
from tests.slack.conftest import MakeStage
from tests.slack.deployed import proposed
from tests.slack.stage import ANA, KIM, MARIA, SUPPORT, Stage, buttons, words
from tests.slack.test_readers import said
from tests.world import sure
from workflows.engine.declare.registry import AnyWorkflow
from workflows.quality.deployments import moves
from workflows.quality.deployments.views import RefusedFor

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage(sure(0.95, queue="billing", reply="We look into it."))


@pytest.fixture
def workflow(stage: Stage) -> AnyWorkflow:
    workflow = stage.sample()
    stage.submit(workflow, id=1, text="Where is it?")
    return workflow


def card(stage: Stage) -> str:
    return words(stage.cards(ANA, SUPPORT)[-1].blocks)


def press(stage: Stage, user: str, action: str, *, confirmed: bool = True) -> None:
    """Press a button of the newest card."""
    shown = stage.cards(ANA, SUPPORT)[-1]
    assert stage.person(user).press(SUPPORT, shown.ts, action, confirmed=confirmed).acknowledged
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    stage.send()


def states(stage: Stage) -> list[str]:
    return [row.state for row in stage.world.rows(schema.Deployment) if isinstance(row, schema.Deployment)]


def test_the_first_version_is_live_when_its_owner_signs_and_the_next_is_watched_first(
    stage: Stage, workflow: AnyWorkflow
) -> None:
    proposed(stage, workflow)
    assert card(stage).startswith("sample: deploy version 1?")
    assert buttons(stage.cards(ANA, SUPPORT)[-1]) == ["sign_version", "reject_version", "what_changes"]
    press(stage, MARIA, "sign_version")
    assert card(stage).startswith("sample: version 1 is live")
    proposed(stage, workflow)
    press(stage, MARIA, "sign_version")
    assert states(stage) == ["live", "shadow"]
    assert "asked beside the live version in 20% of the cases, and not used" in card(stage)
    press(stage, KIM, "give_up_version")
    assert states(stage) == ["live", "rolled_back"]


def test_status_says_in_a_line_which_version_is_watched(stage: Stage, workflow: AnyWorkflow) -> None:
    for _ in range(2):
        proposed(stage, workflow)
        press(stage, MARIA, "sign_version")
    told = said(stage, MARIA, "/countersign", "status")
    assert "sample: version 2 is asked beside version 1 for 20% of the cases: 0 pairs" in told


def test_whoever_has_no_right_signs_nothing_and_is_told_whom_to_ask(stage: Stage, workflow: AnyWorkflow) -> None:
    """A10: a reviewer has no right to say which version is used, and an engineer alone does not suffice."""
    proposed(stage, workflow)
    press(stage, ANA, "sign_version")
    assert "Only engineers and the owner may say which version of sample is used." in stage.told(ANA)
    press(stage, KIM, "sign_version")
    assert "signed by the owner or their backup" in stage.told(KIM)
    assert states(stage) == ["proposed"]


def test_a_refused_version_is_signed_with_a_reason_that_is_kept(stage: Stage, workflow: AnyWorkflow) -> None:
    worse = DEPLOYMENTS["worse"]["evidence"]
    proposed(stage, workflow, evidence=worse, refused_for=(RefusedFor.WORSE,))
    press(stage, MARIA, "sign_version_all_the_same", confirmed=False)
    assert "it is worse than the live version" in words(stage.view(MARIA).blocks)
    assert stage.person(MARIA).submit({"why": "The rules changed."}).outcome == "closed"
    stage.work()
    assert states(stage) == ["live"]
    assert "The rules changed." in card(stage)


def test_two_have_to_sign_where_the_workflow_says_so(stage: Stage, workflow: AnyWorkflow) -> None:
    proposed(stage, workflow, signatures=2)
    press(stage, KIM, "sign_version")
    assert states(stage) == ["proposed"]
    assert "Signed by @U0KIM" in card(stage)
    press(stage, MARIA, "sign_version")
    assert states(stage) == ["live"]


def test_the_live_version_is_rolled_back_with_a_reason(stage: Stage, workflow: AnyWorkflow) -> None:
    first = proposed(stage, workflow)
    press(stage, MARIA, "sign_version")
    context = stage.world.context
    second = proposed(stage, workflow)
    with context.database.write() as session:
        made = deployments.get(session, second, team=context.team)
        assert made is not None
        moves.go_live(session, context, made, by=MARIA, why="signed")
    stage.send()
    press(stage, KIM, "roll_back", confirmed=False)
    assert "New cases of sample go to version 1 within a minute." in words(stage.view(KIM).blocks)
    assert stage.person(KIM).submit({"why": "It calls every refund urgent."}).outcome == "closed"
    stage.work()
    assert states(stage) == ["live", "rolled_back"]
    assert "It calls every refund urgent." in card(stage)
    (row,) = (one for one in stage.world.rows(schema.Workflow) if getattr(one, "name", "") == workflow.name)
    assert isinstance(row, schema.Workflow)
    assert row.live_id == first


def test_whoever_presses_an_old_card_is_told_and_sees_it_as_it_stands(stage: Stage, workflow: AnyWorkflow) -> None:
    version = proposed(stage, workflow)
    context = stage.world.context
    with context.database.write() as session:
        made = deployments.get(session, version, team=context.team)
        assert made is not None
        moves.end(session, context, made, by=KIM, why="rejected")
    press(stage, MARIA, "sign_version")
    assert states(stage) == ["rejected"]
    assert card(stage).startswith("sample: version 1 was not deployed")


def test_what_changes_is_shown_to_whoever_may_say_what_is_used(stage: Stage, workflow: AnyWorkflow) -> None:
    proposed(stage, workflow)
    press(stage, KIM, "what_changes", confirmed=False)
    assert "The first version that is deployed." in words(stage.view(KIM).blocks)
