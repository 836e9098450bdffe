"""A field with more choices than one list holds: Slack asks for them while the person types."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel, JsonValue

from bot.sandbox.client import Refused
from tests.sample import Ticket
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, SUPPORT, Stage, dict_of, inputs, list_of
from tests.world import sure
from workflows import Autonomy, Review, Run, Workflow
from workflows.engine.declare.registry import AnyWorkflow

pytestmark = pytest.mark.slow

ACCOUNTS = tuple(f"{number} Account {'of travel' if number % 50 == 0 else ''}".strip() for number in range(1000, 1250))
ANY: Any = Literal[ACCOUNTS]  # made of numbers, which no type checker knows


class Post(BaseModel):
    account: ANY
    also: list[ANY] = []
    side: ANY | None = None
    splits: list["Split"] = []


class Split(BaseModel):
    account: ANY
    share: int


def posts(delivered: list[Post]) -> AnyWorkflow:
    workflow = Workflow(
        name="posts",
        decision="Which account?",
        owner="U0MARIA",
        input=Ticket,
        output=Post,
        key=lambda ticket: f"post-{ticket.id}",
        autonomy=Autonomy.draft(),
    )

    @workflow.deliver(idempotent=True)
    def book(post: Post, run: Run[Ticket]) -> str:
        delivered.append(post)
        return "booked"

    return workflow


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage(sure(0.6, account=ACCOUNTS[3], splits=[{"account": ACCOUNTS[4], "share": 1}]))


def found(stage: Stage, block_id: str, text: str = "") -> list[str]:
    """Return the values that the menu offers for what is typed."""
    outcome = stage.person(ANA).search(block_id, text)
    assert outcome.outcome == "suggested", outcome.why
    return [str(dict_of(option)["value"]) for option in list_of(outcome.answer)]


@pytest.mark.usefixtures("either_way")
def test_what_is_typed_is_searched_for_and_what_is_chosen_is_delivered(stage: Stage) -> None:
    delivered: list[Post] = []
    stage.submit(stage.placed(posts(delivered)), id=1, text="1 taxi")
    form = stage.opened(ANA, "edit")
    kinds = [element["type"] for element in inputs(form).values()]
    assert kinds == ["external_select", "multi_external_select", "external_select"]
    assert dict_of(form.values["account.0.0"]["value"]["selected_option"])["value"] == f"={ACCOUNTS[3]}"
    assert found(stage, "account.0.0", "TRAVEL 11") == ["=1100 Account of travel", "=1150 Account of travel"]
    assert len(found(stage, "account.0.0")) == 100
    assert found(stage, "side.0.0")[0] == "-"  # no value, where there may be none
    assert found(stage, "account.0.0", "nothing like it") == []
    with pytest.raises(Refused, match="never offered"):
        stage.person(ANA).type({"account.0.0": f"={ACCOUNTS[-1]}"})
    found(stage, "also.0.0", "1249")
    found(stage, "also.0.0", "1248")
    chosen: dict[str, JsonValue] = {
        "account.0.0": "=1150 Account of travel",
        "also.0.0": ["=1249 Account", "=1248 Account"],
    }
    assert stage.person(ANA).submit(chosen).outcome == "closed"
    stage.work()
    (post,) = delivered
    assert (post.account, post.also, post.side) == ("1150 Account of travel", ["1249 Account", "1248 Account"], None)


def test_the_form_of_a_row_is_searched_in_too(stage: Stage) -> None:
    stage.submit(stage.placed(posts([])), id=1, text="1 taxi")
    stage.opened(ANA, "edit")
    assert stage.person(ANA).press_in_view("change_row").acknowledged
    stage.view(ANA, deep=2)
    assert found(stage, "account.0.0", "1249") == ["=1249 Account"]


def test_the_form_that_corrects_a_delivery_and_that_of_its_row_are_searched_in_too(stage: Stage) -> None:
    case = stage.submit(stage.placed(posts([])), id=1, text="1 taxi")
    stage.press(ANA, "approve")
    stage.work()
    stage.opened(ANA, "correct", card=0)
    assert found(stage, "account.0.0", "1248") == ["=1248 Account"]
    assert stage.person(ANA).press_in_view("change_row").acknowledged
    stage.view(ANA, deep=2)
    assert found(stage, "account.0.0", "1249") == ["=1249 Account"]
    stage.world.registry.get("posts").review = Review(post_to=SUPPORT, reviewers=["U0BEN"])
    assert found(stage, "account.0.0", "1249") == []
    assert "correct.refused" in [entry.action for entry in stage.world.case(case).audit]


def test_a_person_without_the_right_to_the_form_finds_nothing(stage: Stage) -> None:
    """The right is looked at for each search, as for opening the form."""
    case = stage.submit(stage.placed(posts([])), id=1, text="1 taxi")
    stage.opened(ANA, "edit")
    stage.world.registry.get("posts").review = Review(post_to=SUPPORT, reviewers=["U0BEN"])
    assert found(stage, "account.0.0", "12") == []
    assert "decide.refused" in [entry.action for entry in stage.world.case(case).audit]


def test_an_input_that_no_form_of_ours_has_finds_nothing(stage: Stage) -> None:
    stage.submit(stage.placed(posts([])), id=1, text="1 taxi")
    for callback, block_id in (
        ("edit", "nothing.0.0"),
        ("edit", "x"),
        ("review", "account.0.0"),
        ("row", "account.0.0"),
    ):
        view: dict[str, JsonValue] = {"id": "V1", "callback_id": callback, "private_metadata": "1.1"}
        payload: dict[str, JsonValue] = {
            "type": "block_suggestion",
            "team": {"id": "T0SANDBOX", "domain": "x"},
            "user": {"id": ANA, "team_id": "T0SANDBOX"},
            "action_id": "value",
            "block_id": block_id,
            "value": "",
            "view": view,
        }
        assert stage.running.administrator.send_payload(payload).answer in ({"options": []}, {}), callback
