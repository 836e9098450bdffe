"""A case that follows another one in Slack: `/countersign follow`, for whom it is, and a follower that is paused."""

import pytest
from pydantic import BaseModel

from store import schema
from store.states import FollowUpState
from tests.sample import Ticket, Triage
from tests.slack.stage import ANA, EVE, KIM, Stage, words
from tests.slack.test_readers import said
from workflows import Run, Workflow
from workflows.engine.deliver import workflow_pauses
from workflows.engine.sources import follow_ups

pytestmark = pytest.mark.slow


class Parcel(BaseModel):
    id: int


class Found(BaseModel):
    queue: str
    reply: str


def followed(stage: Stage, *errors: Exception) -> int:
    """A delivered case that another workflow follows, whose function fails in these ways first."""
    first, left = stage.sample(), list(errors)
    second: Workflow[Parcel, Found] = Workflow(
        name="parcels", decision="Where is it?", owner="U0MARIA", input=Parcel, output=Found, key=lambda it: f"p{it.id}"
    )
    second.deliver(idempotent=True)(lambda _, run: f"noted {run.key}")

    @first.then(second)
    def parcel(triage: Triage, run: Run[Ticket]) -> Parcel:
        if left:
            raise left.pop(0)
        return Parcel(id=run.input.id)

    stage.placed(second)
    case = stage.submit(first, id=7, text="Where is it?")
    assert stage.press(ANA, "approve").acknowledged
    stage.work()
    follow_ups.look(stage.world.context)
    stage.work()
    return case


def states(stage: Stage) -> list[FollowUpState]:
    return [row.state for row in stage.world.rows(schema.FollowUp) if isinstance(row, schema.FollowUp)]


def test_what_could_not_be_made_is_made_again_by_a_command(stage: Stage) -> None:
    case = followed(stage, ValueError("no parcel"))
    assert states(stage) == [FollowUpState.FAILED]
    assert f"Case {case}: 1 follow-up is made again." in said(stage, KIM, "/countersign", f"follow {case}")
    stage.work()
    assert states(stage) == [FollowUpState.MADE]
    assert "From sample ticket-7, which a person decided" in words(stage.cards()[-1].blocks)
    assert f"No follow-up of case {case} failed" in said(stage, KIM, "/countersign", f"follow {case}")


def test_only_those_who_may_run_the_case_again_have_it_made_again(stage: Stage) -> None:
    case = followed(stage, ValueError("no parcel"))
    for user in (ANA, EVE):
        assert "made again" not in said(stage, user, "/countersign", f"follow {case}")
    assert states(stage) == [FollowUpState.FAILED]


def test_a_paused_workflow_gets_what_follows_and_its_people_an_empty_form(stage: Stage) -> None:
    case = followed(stage, ValueError("no parcel"))
    workflow_pauses.pause(stage.world.context, "parcels", by=KIM, reason="its depot is closed")
    before = len(stage.world.model.questions)
    said(stage, KIM, "/countersign", f"follow {case}")
    stage.work()
    assert states(stage) == [FollowUpState.MADE]
    (_, child) = stage.world.rows(schema.Case)
    assert stage.world.state(child.id) == "waiting"
    assert len(stage.world.model.questions) == before
    card = words(stage.cards()[-1].blocks)
    assert "its depot is closed" in card
    assert "From sample" in card
