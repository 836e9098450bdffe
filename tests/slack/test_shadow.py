"""The shadow level in Slack: the card, its form, Details, a review session and the answers of commands hide it."""

import json

import pytest

from store.states import Level
from tests.integration.engine.earned import EARNED, deployed, pinned, stands
from tests.sample import sample_workflow
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, KIM, SUPPORT, Stage, buttons, inputs, words
from tests.world import sure

pytestmark = pytest.mark.slow

SECRET = "the reply that only the model wrote"
REASON = "Why you are asked: In shadow: your answer is compared with the AI's, which nobody sees before"


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A workflow in the shadow with one case, and an open form."""
    stage = make_stage(sure(0.4, queue="billing", reply=SECRET))
    pinned(stage.world)
    workflow = stage.placed(sample_workflow(stage.desk, autonomy=EARNED))
    stands(stage.world, workflow, deployed(stage.world, workflow), level=Level.SHADOW)
    stage.ears.hear_for(stage.world)
    stage.submit(workflow, id=1, text="Where is my money?")
    return stage


def seen(stage: Stage, user: str) -> str:
    """Return all that a person has on their screen."""
    person = stage.person(user)
    channels = [message.blocks for message in person.messages(SUPPORT)]
    return json.dumps([channels, [view.blocks for view in person.views()]], default=str)


def asked(stage: Stage, user: str, words_said: str) -> str:
    """Say a command, and return all that its person has on their screen then."""
    person = stage.person(user)
    assert person.command(SUPPORT, "/countersign", words_said).acknowledged
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    return seen(stage, user)


def test_the_card_its_form_and_details_hide_the_proposal_and_then_both_are_compared(stage: Stage) -> None:
    (card,) = stage.cards()
    said = words(card.blocks)
    assert REASON in said
    assert "there is no proposal" not in said
    assert "sure" not in said
    assert buttons(card) == ["edit", "reject", "details", "assign", "report_wrong"]
    stage.opened(ANA, "details")
    assert SECRET not in seen(stage, ANA)
    for word in ("explain 1", "case 1", "queue"):
        assert SECRET not in asked(stage, ANA, word)
        assert SECRET not in asked(stage, KIM, word), "an engineer may decide, too"
    form = stage.opened(ANA, "edit")
    assert list(inputs(form)) == ["queue.0.0", "reply.0.0"]
    assert SECRET not in seen(stage, ANA)
    assert "billing" not in json.dumps(form.values.get("queue.0.0", {}).get("value") or {})
    stage.person(ANA).submit({"queue.0.0": "=delivery", "reply.0.0": "It is on its way."})
    stage.work()
    said = words(stage.cards()[0].blocks)
    assert "Answered by hand by @U0ANA" in said
    assert f"The AI had said, unseen: Queue: billing, Reply: {SECRET}" in said
    assert stage.thread() == [], "the card says it"
    assert SECRET in asked(stage, ANA, "explain 1")


def test_a_session_opens_the_empty_form_and_the_rejection_asks_for_no_other_proposal(stage: Stage) -> None:
    person = stage.person(ANA)
    assert person.command(SUPPORT, "/countersign", "review").acknowledged
    form = stage.view(ANA)
    assert {"queue", "reply"} <= {name.split(".")[0] for name in inputs(form)}
    assert SECRET not in seen(stage, ANA)
    rejection = stage.opened(ANA, "reject")
    assert "another proposal" not in words(rejection.blocks).lower()
    assert SECRET not in seen(stage, ANA)
