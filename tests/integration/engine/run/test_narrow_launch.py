"""A narrow launch: a share of the cases is looked at, stable for each case, and people widen it."""

import pytest

from store import schema
from store.cases import unproposed
from store.quality import failures
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from tests.world import why
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.propose.narrow_launch import is_outside
from workflows.engine.propose.scope_shares import choose_share, share_view
from workflows.engine.read.declared.charters import charter_view
from workflows.engine.review.rerun import reruns

pytestmark = pytest.mark.slow

TICKETS = 12


def narrow(make_world: MakeWorld, share: float | None = 0.5) -> Scene:
    """A workflow that goes alone on what it looks at."""
    scene = sample(make_world)
    scene.workflow.scope_share = share
    return scene


def tickets(scene: Scene, first: int = 1) -> dict[int, bool]:
    """Take tickets in and work: case -> True if the model was asked about it."""
    numbers = range(first, first + TICKETS)
    receipts = scene.world.submit_all(scene.workflow, [{"id": one, "text": "charged twice"} for one in numbers])
    scene.world.work()
    return {one.case: bool(scene.run(one.case).asked or scene.run(one.case).proposal) for one in receipts}


def test_outside_its_share_a_person_gets_the_case_and_no_model_is_asked(make_world: MakeWorld) -> None:
    scene = narrow(make_world)
    looked_at = tickets(scene)
    context = scene.world.context
    expected = {case: not is_outside(context.seed, case, 0.5) for case in looked_at}
    assert looked_at == expected
    inside = sum(looked_at.values())
    assert 0 < inside < TICKETS
    assert len(scene.world.model.questions) == inside
    outside = next(case for case, is_inside in looked_at.items() if not is_inside)
    assert why(scene.review(outside)) == ["it is not among the 50% of the cases that are looked at so far"]
    assert not scene.review(outside).has_proposal
    reruns.rerun(context, outside, by="U1")
    scene.world.work()
    assert scene.run(outside).proposal is None, "all runs of a case are of one side"
    scene.edit(outside, queue="billing", reply="Hello")
    scene.world.work()
    assert scene.run(outside).state == "delivered"
    with scene.world.database.read() as session:
        assert unproposed.count_empty(session, team=context.team) == {}
        assert [one.empty for one in failures.open_reviews(session, team=context.team, at=context.clock())] == [0]


def test_a_wider_share_holds_from_the_next_case_on_and_contains_the_narrower_one(make_world: MakeWorld) -> None:
    scene = narrow(make_world, 0.25)
    context = scene.world.context
    before = tickets(scene)
    view = choose_share(context, "sample", 0.5, by="U0MARIA", shown=share_view(context, "sample").version)
    assert (view.share, view.before, view.next, view.changed) == (0.5, 0.25, 1.0, True)
    with pytest.raises(Stale, match="looks at 50% of its cases by now"):
        choose_share(context, "sample", 1.0, by="U0MARIA", shown=2_500)
    after = tickets(scene, first=100)
    assert after == {case: not is_outside(context.seed, case, 0.5) for case in after}
    assert all(not is_outside(context.seed, case, 0.5) for case, is_inside in before.items() if is_inside)
    # What people set holds, whatever is declared; it may shrink, too.
    choose_share(context, "sample", 1.0, by="U0MARIA")
    assert (share_view(context, "sample").share, share_view(context, "sample").next) == (None, None)
    assert all(tickets(scene, first=200).values())
    choose_share(context, "sample", 0.1, by="U0MARIA")
    assert share_view(context, "sample").share == 0.1
    audited = [row for row in rows(scene.world, schema.AuditRow) if row.action == "workflow.share_changed"]
    assert [(row.actor, row.details) for row in audited] == [
        ("U0MARIA", {"from": "0.25", "to": "0.5"}),
        ("U0MARIA", {"from": "0.5", "to": "1"}),
        ("U0MARIA", {"from": "1", "to": "0.1"}),
    ]


def test_it_begins_where_it_is_declared_and_looks_at_all_without(make_sqlite_world: MakeWorld) -> None:
    scene = narrow(make_sqlite_world, None)
    assert share_view(scene.world.context, "sample").share is None
    assert all(tickets(scene).values())
    scene.workflow.scope_share = 0.1
    view = charter_view(scene.world.context, scene.workflow)
    assert view.share is not None
    assert (view.share.share, view.share.next) == (0.1, 0.25)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01, float("nan"), float("inf")])
def test_what_is_no_share_is_refused(make_sqlite_world: MakeWorld, share: float) -> None:
    scene = narrow(make_sqlite_world)
    with pytest.raises(Refused, match="a share of the cases is above 0 and at most 1"):
        choose_share(scene.world.context, "sample", share, by="U0MARIA")
    with pytest.raises(Unknown):
        choose_share(scene.world.context, "nowhere", 0.5, by="U0MARIA")
