"""A chain of cases is explained from any of them, with one cost, and without what another case's readers alone may
read.
"""

from decimal import Decimal

import pytest

from handlers.texts.governance.removals import case_line
from handlers.texts.operations.explained import explained
from store import schema
from store.states import FollowUpState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import rows
from tests.integration.engine.sources.chain import Chain, Facts, chain
from workflows import TryAgain
from workflows.engine.privacy import forgetting
from workflows.engine.read.explained.explanations import explanation_view
from workflows.engine.read.spans.exports import case_spans
from workflows.engine.read.status import status_view
from workflows.engine.review import cards

pytestmark = pytest.mark.slow


def through(make_world: MakeWorld) -> tuple[Chain, list[int]]:
    """Return a chain whose three cases are delivered."""
    scene = chain(make_world)
    page = scene.crawled()
    scene.approve(page, by="U0ANN")
    draft = scene.child(page)
    scene.approve(draft, by="U0BEN")
    check = scene.child(draft)
    scene.approve(check, by="U0CAT")
    return scene, [page, draft, check]


def test_a_chain_is_explained_from_each_of_its_cases(make_world: MakeWorld) -> None:
    scene, of_it = through(make_world)
    for place, case in enumerate(of_it):
        view = explanation_view(scene.world.context, case)
        assert view.chain is not None
        assert [one.case for one in view.chain.above] == of_it[:place]
        assert [one.case for one in view.chain.below] == of_it[place + 1 :]
        people = {one.case: one.by for one in (*view.chain.above, *view.chain.below)}
        named = dict(zip(of_it, ["U0ANN", "U0BEN", "U0CAT"], strict=True))
        assert people == {other: named[other] for other in of_it if other != case}
        assert {one.state for one in (*view.chain.above, *view.chain.below)} == {"delivered"}
        assert view.chain.cost >= view.cost


def test_a_case_of_no_chain_has_none(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world)
    assert explanation_view(scene.world.context, scene.crawled()).chain is None


def test_many_children_are_a_number(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world, key_of_draft="{topic}")
    page = scene.crawled()
    scene.approve(page)
    for number in range(12):
        scene.correct(page, Facts(topic=f"tea {number}"))
    view = explanation_view(scene.world.context, page).chain
    assert view is not None
    assert (len(view.below), view.left_out) == (10, 3)


def test_what_is_missing_is_said_with_the_way_to_make_it(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world)
    scene.errors = [ValueError("broken")]
    page = scene.crawled()
    scene.approve(page)
    view = explanation_view(scene.world.context, page)
    assert view.chain is not None
    assert [(one.workflow, one.state, one.why) for one in view.chain.waiting] == [
        ("draft", FollowUpState.FAILED, "broken")
    ]
    assert f"verb='follow', about='{page}'" in str(explained(view))


def test_a_card_says_what_its_case_was_made_from(make_world: MakeWorld) -> None:
    scene = chain(make_world)
    page = scene.crawled()
    scene.approve(page, by="U0ANN")
    draft = scene.child(page)
    view = cards.card_view(scene.world.context, scene.world.review(draft).id)
    assert view.made_from is not None
    assert (view.made_from.workflow, view.made_from.key, view.made_from.by) == ("crawl", "a", "U0ANN")
    assert not view.made_from.is_correction

    scene.correct(page, Facts(topic="coffee"))
    view = cards.card_view(scene.world.context, scene.world.review(draft).id)
    assert view.made_from is not None
    assert view.made_from.is_correction


def test_the_cost_of_a_chain_is_that_of_all_its_cases(make_sqlite_world: MakeWorld) -> None:
    scene, of_it = through(make_sqlite_world)
    each = [explanation_view(scene.world.context, case).cost for case in of_it]
    chains = [explanation_view(scene.world.context, case).chain for case in of_it]
    assert [one.cost for one in chains if one is not None] == [sum(each, Decimal(0))] * 3


def test_the_trace_of_a_case_links_to_the_one_that_it_was_made_from(make_sqlite_world: MakeWorld) -> None:
    scene, (page, draft, _) = through(make_sqlite_world)
    before, after = (case_spans(scene.world.context, one, provider="v")[-1] for one in (page, draft))
    assert [(link.trace, link.span) for link in after.links] == [(before.trace, before.id)]
    assert before.links == []


def test_forgetting_a_case_names_those_that_were_made_from_it(make_sqlite_world: MakeWorld) -> None:
    scene, of_it = through(make_sqlite_world)
    context, (page, draft, check) = scene.world.context, of_it
    plan = forgetting.case_to_forget(context, page)
    assert plan.follow_ups == [draft, check]
    assert f"#{draft}, #{check}. Forget each of them too" in case_line(plan)

    forgetting.forget(context, draft, by="U0ANN")
    assert forgetting.case_to_forget(context, page).follow_ups == [check]
    assert explanation_view(context, page).chain is not None


def test_a_case_that_is_forgotten_is_followed_by_nothing(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world)
    scene.errors = [ValueError("broken")]
    page = scene.crawled()
    scene.approve(page)
    forgetting.forget(scene.world.context, page, by="U0ANN")
    assert scene.states(page) == [FollowUpState.NOTHING]
    (cause,) = rows(scene.world, schema.Cause)
    assert cause.state == "resolved"


def test_status_counts_what_is_due_and_what_failed(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world)
    scene.errors = [ValueError("broken"), TryAgain("busy")]
    for url in ("a", "b"):
        scene.approve(scene.crawled(url))
    (found,) = status_view(scene.world.context, [scene.crawl]).workflows
    assert (found.follow_ups_due, found.follow_ups_failed) == (1, 1)
