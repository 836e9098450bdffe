"""Examples are taken in Slack by the owner and by engineers, one group of near duplicates at a time."""

import pytest

from bot.sandbox.client import ShownMessage
from store import schema
from tests.sample import Triage
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, MARIA, SUPPORT, Stage, buttons, words
from tests.slack.test_home import home
from tests.world import sure
from workflows.engine.review import reviews
from workflows.quality.examples.candidates import gather
from workflows.quality.labels.making import make_labels

pytestmark = pytest.mark.slow
TEXTS = (
    "My kettle arrived broken and the box was open, please send a new one to my address",
    "Hello, my kettle arrived broken and the box was open, please send a new one to my address",
    "The invoice of last month names a wrong amount and nobody answers my mails <!channel>",
)


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage(sure(0.1, queue="billing", reply="We look into it."))


def grown(stage: Stage) -> None:
    """Have three tickets decided with other values."""
    workflow = stage.sample()
    for number, text in enumerate(TEXTS, 1):
        review = stage.world.review(stage.submit(workflow, id=number, text=text))
        edited = Triage(queue="delivery", reply="Hello")
        reviews.edit(stage.world.context, review.id, review.version, edited, by=ANA)
    stage.work()
    make_labels(stage.world.context)
    gather(stage.world.context)


def said(stage: Stage, user: str) -> ShownMessage:
    """Ask for the examples, and return the answer."""
    person = stage.person(user)
    before = len(person.messages(SUPPORT))
    assert person.command(SUPPORT, "/countersign", "examples sample").acknowledged
    return person.wait_until(lambda: found[-1] if len(found := person.messages(SUPPORT)) > before else None)


def press(stage: Stage, user: str, shown: ShownMessage, action: str) -> ShownMessage:
    assert stage.person(user).press(SUPPORT, shown.ts, action).acknowledged
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    return stage.person(user).messages(SUPPORT)[-1]


def states(stage: Stage) -> list[str]:
    rows = [row for row in stage.world.rows(schema.ExampleRow) if isinstance(row, schema.ExampleRow)]
    return [str(row.state) for row in rows]


def test_the_owner_takes_a_group_and_leaves_another(stage: Stage) -> None:
    grown(stage)
    shown = said(stage, MARIA)
    assert "Examples of sample: 3 wait." in words(shown.blocks)
    assert "ticket-3: edited by a person" in words(shown.blocks)
    assert "queue: billing → delivery" in words(shown.blocks), "what was proposed beside what is right"
    assert "reply: We look into it. → Hello" in words(shown.blocks)
    shown = press(stage, MARIA, shown, "leave_examples")
    assert "2 wait, 2 near duplicates" in words(shown.blocks)
    shown = press(stage, MARIA, shown, "take_examples")
    assert "That was the last one: no case of sample waits" in words(shown.blocks)
    assert "countersign deploy sample" in words(shown.blocks), "the next step"
    assert buttons(shown) == []
    assert states(stage) == ["taken", "taken", "left"]


def test_a_reviewer_may_not_and_is_told_who_may(stage: Stage) -> None:
    grown(stage)
    assert "Only engineers and the owner may take examples" in words(said(stage, ANA).blocks)
    assert states(stage) == ["candidate"] * 3


def test_what_somebody_else_decided_meanwhile_is_not_decided_twice(stage: Stage) -> None:
    grown(stage)
    old, shown = said(stage, MARIA), said(stage, MARIA)
    press(stage, MARIA, shown, "leave_examples")
    press(stage, MARIA, old, "take_examples")
    assert states(stage) == ["candidate", "candidate", "left"]


def test_where_none_was_taken_no_version_is_named_as_the_next_step(stage: Stage) -> None:
    grown(stage)
    shown = press(stage, MARIA, said(stage, MARIA), "leave_examples")
    shown = press(stage, MARIA, shown, "leave_examples")
    assert "That was the last one" in words(shown.blocks)
    assert "deploy" not in words(shown.blocks)
    assert "No case of sample waits" in words(said(stage, MARIA).blocks)


def test_the_home_of_those_who_may_names_what_waits_and_opens_it(stage: Stage) -> None:
    grown(stage)
    at_home = home(stage, MARIA)
    assert "Examples" in words(at_home.blocks)
    assert "sample\n3 decided cases wait to become examples" in words(at_home.blocks)
    maria = stage.person(MARIA)
    assert maria.press_in_home("examples").acknowledged
    assert "Examples of sample: 3 wait." in words(stage.view(MARIA).blocks)
    for action, says in (("leave_examples", "2 wait, 2 near duplicates"), ("take_examples", "That was the last one")):
        assert maria.press_in_view(action).acknowledged
        assert stage.ears.listeners is not None
        stage.ears.listeners.wait()
        assert says in words(stage.view(MARIA).blocks)
    assert states(stage) == ["taken", "taken", "left"]
    assert "decided cases wait" not in words(home(stage, MARIA).blocks)
    assert "decided cases wait" not in words(home(stage, ANA).blocks)
