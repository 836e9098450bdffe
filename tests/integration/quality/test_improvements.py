"""Improvements: patterns in what people corrected become drafts, once, without the text of a case."""

import json
from datetime import timedelta

import pytest

from handlers.texts.learning.improvements import pattern, told
from store import schema
from store.db import rows as store_rows
from store.states import DeploymentState, ExampleState, ImprovementState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from workflows.engine.errors import Stale
from workflows.engine.privacy.forgetting import forget
from workflows.quality.examples.candidates import gather
from workflows.quality.improvements.finding import find
from workflows.quality.improvements.reading import listed
from workflows.quality.improvements.taking import leave, take
from workflows.quality.improvements.telling import improved_note, tell
from workflows.quality.improvements.views import ImprovementKind
from workflows.quality.labels.making import make_labels

pytestmark = pytest.mark.slow


def corrected(make_world: MakeWorld) -> Scene:
    """Return a scene in which tickets about refunds were corrected, and the others approved."""
    scene = sample(make_world, autonomy=DRAFT)
    for number in range(1, 51):
        is_refund = number % 2 == 0
        text = f"{'refund' if is_refund else 'parcel'} {number} for ana{number}@example.org"
        case = scene.worked(id=number, text=text)
        if is_refund:
            scene.edit(case, queue="delivery", reply="Hello")
        else:
            scene.approve(case)
    scene.world.work()
    make_labels(scene.world.context)
    gather(scene.world.context)
    return scene


def test_a_pattern_is_kept_once_taken_or_left_and_tells_of_no_case(make_world: MakeWorld) -> None:
    scene = corrected(make_world)
    context = scene.world.context
    (one,) = find(context, "sample")
    assert [(each.field, each.kind, each.value) for each in one.conditions] == [("text", "has", "refund")]
    assert (one.output, one.became, one.kind) == ("queue", "delivery", ImprovementKind.EXAMPLES)
    assert pattern(one) == (
        'text has "refund": queue was corrected (mostly to "delivery") in 25 of 25 cases, elsewhere in 0 of 25.'
    )
    (row,) = rows(scene.world, schema.Improvement)
    assert "example.org" not in json.dumps(row.facts)
    assert find(context, "sample") == [], "proposed once"
    assert [each.id for each in listed(context, "sample")] == [one.id]

    taken = take(context, one.id, shown=one.change, by="U0MARIA")
    assert taken
    assert taken == list(one.examples)
    states = {each.id: each.state for each in rows(scene.world, schema.ExampleRow)}
    assert {states[each] for each in taken} == {ExampleState.TAKEN}
    with pytest.raises(Stale):
        leave(context, one.id, shown=one.change, by="U0ANA")
    (now,) = listed(context, "sample", state=ImprovementState.TAKEN)
    leave(context, now.id, shown=now.change, by="U0ANA")
    assert find(context, "sample") == [], "left for good"


def test_who_corrected_is_told_once_when_the_version_that_carries_it_is_live(make_world: MakeWorld) -> None:
    scene = corrected(make_world)
    context, clock = scene.world.context, scene.world.clock
    (one,) = find(context, "sample")
    assert tell(context) == 0, "nothing is live"
    row = {"team_id": context.team, "workflow_id": 1, "number": 7, "state": DeploymentState.LIVE, "change": 1}
    made = {"name": "abc", "parts": {}, "model": "local", "refused_for": [], "rollout": {}, "proposed_by": "U1"}
    with scene.world.database.write() as session:
        store_rows.add(
            session,
            schema.Deployment,
            **row,
            **made,
            proposed_at=context.clock(),
            live_at=context.clock(),
            improvement_id=one.id,
        )
    assert tell(context) == 0, "there is nothing to count yet"
    clock.move(timedelta(days=1))
    assert (tell(context), tell(context)) == (1, 0)
    (note,) = [each for each in rows(scene.world, schema.OutboxRow) if each.kind == "improved"]
    assert note.channel == "U1"
    assert note.about is not None
    news = improved_note(context, note.about)
    assert told(news).brief == "Your correction of ticket-2 became a rule of sample."
    assert [each.id for each in listed(context, "sample", state=ImprovementState.LIVE)] == [one.id]
    forget(context, int(note.about["case"]), by="U0MARIA")
    assert told(improved_note(context, note.about)).brief == "Your correction became a rule of sample."


def test_cases_whose_content_was_removed_are_left_out(make_world: MakeWorld) -> None:
    scene = corrected(make_world)
    for row in rows(scene.world, schema.Case):
        forget(scene.world.context, row.id, by="U0MARIA")
    assert find(scene.world.context, "sample") == []
