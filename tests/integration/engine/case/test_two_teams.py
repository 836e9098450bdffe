"""Two teams in one process: whose rows a use case works on is said with each call."""

from dataclasses import replace

import pytest
from pydantic import JsonValue

from store import schema
from store.db import rows
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, sample
from tests.world import sure
from workflows.engine.case import intake
from workflows.engine.case.leases import claim
from workflows.engine.context import Context
from workflows.engine.errors import Unknown
from workflows.engine.read.history import case_view, open_reviews
from workflows.engine.review import reviews
from workflows.engine.review.cards import card_view


def another_team(context: Context) -> Context:
    with context.database.write() as session:
        team = rows.add(session, schema.Team, slack_id="T0OTHER", name="other", created_at=context.clock())
    return replace(context, team=team)


def test_a_case_is_there_for_its_own_team_alone(make_world: MakeWorld) -> None:
    scene = sample(make_world, sure(), autonomy=DRAFT)
    case, ours = scene.worked(id=1), scene.world.context
    review = case_view(ours, case).newest.review
    assert review is not None
    theirs = another_team(ours)
    with pytest.raises(Unknown):
        case_view(theirs, case)
    with pytest.raises(Unknown):
        card_view(theirs, review.id)
    with pytest.raises(Unknown):
        reviews.approve(theirs, review.id, review.version, by="U0EVE")
    assert open_reviews(theirs) == []
    assert [line.id for line in open_reviews(ours)] == [review.id]


def test_the_same_key_is_another_case_and_other_work_for_another_team(make_world: MakeWorld) -> None:
    scene = sample(make_world, sure(), autonomy=DRAFT)
    ours = scene.world.context
    theirs = another_team(ours)
    values: dict[str, JsonValue] = {"id": 1, "text": "I was charged twice"}
    accepted = [intake.accept(scene.workflow, values)]
    own, other = (
        intake.take_in(context, scene.workflow, accepted, source="test", actor="U1")[0] for context in (ours, theirs)
    )
    assert own.case != other.case
    assert [lease.case for lease in claim(theirs, limit=10)] == [other.case]
    assert [lease.case for lease in claim(ours, limit=10)] == [own.case]
