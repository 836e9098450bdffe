"""A review goes to those whom its workflow names for that: once, by a press or at its deadline, and bars nobody."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from store import schema
from store.states import ReviewState
from tests.conftest import MakeWorld
from tests.integration.engine.review.test_deadlines import HOUR, due, overdue
from tests.integration.engine.scene import Scene, rows
from tests.integration.engine.trail import follow_the_trail
from workflows import Review, Second
from workflows.engine.errors import BadDeclaration, Refused, Stale
from workflows.engine.review import reviews
from workflows.engine.review.cards import card_view
from workflows.engine.review.waiting import deadlines, escalations

MARIA = "U0MARIA"


def acts(scene: Scene) -> list[tuple[str, object]]:
    """Return who escalated a review, and to whom."""
    found = [row for row in rows(scene.world, schema.AuditRow) if row.action == "review.escalated"]
    return [(row.actor, row.details["to"]) for row in found]


def told(scene: Scene) -> list[tuple[str, str]]:
    """Return the kinds and channels of what was told of escalations."""
    return [(kind, channel) for kind, _, channel, _ in scene.outbox() if kind in ("escalated", "direct_reminder")]


def test_those_who_are_named_are_asked_once_in_the_thread_and_directly(make_world: MakeWorld) -> None:
    scene = due(make_world, escalate_to=(MARIA, "ben"))
    case = scene.worked()
    review = scene.review(case)
    assert card_view(scene.world.context, review.id).can_escalate
    escalations.escalate(scene.world.context, review.id, review.version, by="ben")
    with pytest.raises(escalations.Escalated):
        escalations.escalate(scene.world.context, review.id, review.version, by="ana")
    scene.world.work()
    assert acts(scene) == [("ben", MARIA)]
    assert told(scene) == [("escalated", "C0SUPPORT"), ("direct_reminder", MARIA)]
    view = card_view(scene.world.context, review.id)
    assert view.escalation is not None
    assert (view.escalation.by, view.escalation.to, view.can_escalate) == ("ben", [MARIA], False)
    reviews.approve(scene.world.context, review.id, review.version, by="ana")
    assert card_view(scene.world.context, review.id).escalation is None
    scene.world.work()
    follow_the_trail(scene.world)


def test_nobody_is_asked_where_there_is_nobody_else_or_it_is_decided(make_world: MakeWorld) -> None:
    scene = due(make_world, escalate_to=MARIA)
    review = scene.review(scene.worked())
    with pytest.raises(Refused, match="nobody but you"):
        escalations.escalate(scene.world.context, review.id, review.version, by=MARIA)
    reviews.approve(scene.world.context, review.id, review.version, by="ana")
    with pytest.raises(Stale):
        escalations.escalate(scene.world.context, review.id, review.version, by="ana")
    assert acts(scene) == []


def test_at_its_deadline_a_review_goes_to_others_once_and_stays_open(make_world: MakeWorld) -> None:
    scene = due(make_world, "escalate", escalate_to=MARIA)
    case, review = overdue(scene)
    scene.world.clock.move(HOUR)
    assert deadlines.sweep(scene.world.context) == 0
    assert acts(scene) == [("countersign", MARIA)]
    assert told(scene) == [("escalated", "C0SUPPORT"), ("direct_reminder", MARIA)]
    view = card_view(scene.world.context, review)
    assert view.overdue
    assert view.escalation is not None
    assert view.escalation.by is None
    assert view.state == ReviewState.OPEN
    assert scene.review(case).id == review


def test_what_waits_for_a_second_person_stays_with_those_who_may_be_that(make_world: MakeWorld) -> None:
    scene = due(make_world, "escalate", escalate_to=MARIA, second=Second())
    review = scene.review(scene.worked())
    reviews.approve(scene.world.context, review.id, review.version, by="ana")
    scene.world.clock.move(HOUR)
    assert deadlines.sweep(scene.world.context) == 1
    assert acts(scene) == []
    assert not card_view(scene.world.context, review.id).can_escalate


def test_of_many_presses_a_deadline_and_a_decision_at_once_at_most_one_escalates(make_world: MakeWorld) -> None:
    scene = due(make_world, "escalate", escalate_to=(MARIA, "ben"))
    review = scene.review(scene.worked())
    scene.world.clock.move(HOUR)
    start = Barrier(12)

    def act(number: int) -> None:
        start.wait()
        try:
            if number == 0:
                reviews.approve(scene.world.context, review.id, review.version, by="ana")
            elif number < 4:
                deadlines.sweep(scene.world.context)
            else:
                escalations.escalate(scene.world.context, review.id, review.version, by=f"U{number}")
        except (Stale, escalations.Escalated):
            return

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(act, range(12)))
    scene.world.work()
    assert len(acts(scene)) <= 1
    assert len(told(scene)) == 3 * len(acts(scene))
    assert len(rows(scene.world, schema.Decision)) == len(scene.desk.attempts) == 1
    follow_the_trail(scene.world)


def test_a_declaration_names_up_to_three_people() -> None:
    with pytest.raises(BadDeclaration, match="needs escalate_to"):
        Review(on_expiry="escalate")
    for wrong in ("S0GROUP", ("U1", "U2", "U3", "U4"), "U1 U2"):
        with pytest.raises(BadDeclaration, match="up to 3 people"):
            Review(escalate_to=wrong)
