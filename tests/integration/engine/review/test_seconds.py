"""Above a workflow's own limit another person approves the very same values, and only then are they delivered."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Ticket, Triage
from workflows import BadDeclaration, Review, Second
from workflows.engine.errors import Refused, SamePerson, Stale
from workflows.engine.read.history import open_reviews
from workflows.engine.read.tally import act_counts
from workflows.engine.review import reviews
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.undo import undo

KEY = "sample/ticket-1"
ALWAYS = Review(post_to="C0SUPPORT", second=Second())


def is_long(ticket: Ticket, triage: Triage) -> bool:
    return len(triage.reply) > 5


LONG = Review(second=Second(when=is_long, sentence="a long reply"))


def waiting(scene: Scene, *, by: str = "U0ANA") -> tuple[int, int]:
    """A case that one person approved; return its case and its review."""
    case = scene.worked()
    review = scene.review(case).id
    scene.approve(case, by=by)
    scene.world.work()
    return case, review


def test_the_values_that_both_saw_are_delivered_and_count_as_one_decision(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=ALWAYS)
    case, review = waiting(scene)
    assert (scene.review(case).version, scene.decided(case).state) == (2, "awaiting_second")
    assert (scene.run(case).state, scene.desk.attempts) == ("waiting", [])
    assert act_counts(scene.world.context).decisions == {}
    assert [line.id for line in open_reviews(scene.world.context)] == [review]
    with pytest.raises(Stale, match=r"U0ANA approved it at .*; it waits for a second person, at version 2"):
        reviews.approve(scene.world.context, review, 1, by="U0BEN")
    scene.approve(case, by="U0BEN")
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("delivered", [KEY])
    assert act_counts(scene.world.context).decisions == {"approved": 1}
    view = card_view(scene.world.context, review)
    assert view.decision is not None
    assert (view.decision.by, [second.by for second in view.seconds], view.second) == ("U0ANA", ["U0BEN"], None)
    follow_the_trail(scene.world)


def test_the_same_person_is_no_second_one(make_world: MakeWorld) -> None:
    """A8: neither by approving again nor by entering the same values."""
    scene = sample(make_world, autonomy=DRAFT, review=ALWAYS)
    case, _ = waiting(scene)
    decisions: list[Callable[[], None]] = [
        lambda: scene.approve(case, by="U0ANA"),
        lambda: scene.edit(case, by="U0ANA", queue="billing", reply="Hello"),
    ]
    for decide in decisions:
        with pytest.raises(SamePerson, match="you approved it already; now another person has to look at it"):
            decide()
    assert len(rows(scene.world, schema.Decision)) == 1


def test_below_the_limit_one_person_decides(make_world: MakeWorld) -> None:
    """The limit looks at the values to be delivered, and not at the proposal."""
    scene = sample(make_world, autonomy=DRAFT, review=LONG)
    case, _ = waiting(scene)
    assert scene.run(case).state == "delivered"
    case = scene.worked(id=2)
    scene.edit(case, by="U0ANA", queue="billing", reply="Hello there")
    view = card_view(scene.world.context, scene.decided(case).id)
    assert view.second is not None
    assert (view.state, view.second.sentence, view.second.error) == ("awaiting_second", "a long reply", None)


def test_a_limit_that_cannot_be_asked_needs_two_and_the_reason_is_kept(make_world: MakeWorld) -> None:
    def broken(ticket: Ticket, triage: Triage) -> bool:
        raise ZeroDivisionError(ticket.text)

    scene = sample(make_world, autonomy=DRAFT, review=Review(second=Second(when=broken)))
    case, review = waiting(scene)
    second = card_view(scene.world.context, review).second
    assert second is not None
    assert second.error == "ZeroDivisionError"
    scene.approve(case, by="U0BEN")
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_other_values_of_the_second_person_need_another_person_in_turn(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=ALWAYS)
    case, review = waiting(scene)
    scene.edit(case, by="U0BEN", queue="delivery", reply="no")
    assert scene.decided(case).state == "awaiting_second"
    with pytest.raises(SamePerson):
        scene.approve(case, by="U0BEN")
    scene.approve(case, by="U0ANA")
    scene.world.work()
    assert (scene.desk.applied[KEY].reply, scene.desk.attempts) == ("no", [KEY])
    assert act_counts(scene.world.context).decisions == {"edited": 1}
    first, *others = rows(scene.world, schema.Decision)
    assert (first.revoked_by, [one.revoked_by for one in others]) == ("U0BEN", [None, None])
    assert [one.by for one in card_view(scene.world.context, review).seconds] == ["U0ANA"]
    follow_the_trail(scene.world)


def test_the_second_person_may_reject(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=ALWAYS)
    case, review = waiting(scene)
    scene.reject(case, Follows.BY_HAND, by="U0BEN")
    assert (scene.review(case).version, scene.review(case).has_proposal) == (3, False)
    scene.edit(case, by="U0BEN", queue="billing", reply="x")
    scene.reject(case, Follows.CLOSE, by="U0ANA")
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("closed", [])
    assert act_counts(scene.world.context).decisions == {"rejected": 2}
    assert card_view(scene.world.context, review).seconds == []
    follow_the_trail(scene.world)


def test_the_first_person_takes_it_back_while_a_second_one_is_waited_for(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=ALWAYS)
    case, review = waiting(scene)
    with pytest.raises(Refused, match="only who decided it"):
        undo(scene.world.context, review, 2, by="U0BEN")
    undo(scene.world.context, review, 2, by="U0ANA")
    assert (scene.decided(case).state, scene.review(case).version) == ("open", 3)
    assert card_view(scene.world.context, review).second is None
    with pytest.raises(Stale, match="U0ANA took the decision back"):
        reviews.approve(scene.world.context, review, 2, by="U0BEN")
    follow_the_trail(scene.world)


@pytest.mark.parametrize("by", ["U0ANA", "U0BEN"])
def test_within_the_grace_period_each_of_both_takes_it_back(make_world: MakeWorld, by: str) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=Review(second=Second(), grace=timedelta(minutes=1)))
    case, review = waiting(scene)
    scene.approve(case, by="U0BEN")
    undo(scene.world.context, review, 2, by=by)
    assert (scene.decided(case).state, scene.run(case).state) == ("open", "waiting")
    assert all(row.revoked_by == by for row in rows(scene.world, schema.Decision))
    scene.approve(case, by="U0ANA")
    assert scene.decided(case).state == "awaiting_second"
    follow_the_trail(scene.world)


def test_a_chain_is_worked_through_in_order_by_different_people(make_world: MakeWorld) -> None:
    """A limit that is not reached is left out."""
    chain = Review(second=[Second(when=is_long), Second(when=lambda ticket, triage: True, by="S0LEADS"), Second()])
    scene = sample(make_world, autonomy=DRAFT, review=chain)
    case, review = waiting(scene)
    (row,) = rows(scene.world, schema.Review)
    assert row.second == 1
    scene.approve(case, by="U0BEN")
    (row,) = rows(scene.world, schema.Review)
    assert (row.second, row.state, row.version) == (2, "awaiting_second", 3)
    for person in ("U0ANA", "U0BEN"):
        with pytest.raises(SamePerson):
            scene.approve(case, by=person)
    scene.approve(case, by="U0KIM")
    scene.world.work()
    assert (scene.run(case).state, [one.by for one in card_view(scene.world.context, review).seconds]) == (
        "delivered",
        ["U0BEN", "U0KIM"],
    )


def test_a_rerun_or_a_revision_supersedes_what_waits_for_a_second_person(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=ALWAYS)
    case, review = waiting(scene)
    reruns.rerun(scene.world.context, case, by="U0KIM")
    scene.world.work()
    assert card_view(scene.world.context, review).state == "superseded"
    scene.approve(case, by="U0ANA")
    scene.submit(text="charged three times")
    scene.world.work()
    assert act_counts(scene.world.context).decisions == {}
    assert [run.state for run in scene.world.case(case).runs] == ["superseded", "superseded", "waiting"]
    follow_the_trail(scene.world)


def test_a_rule_that_the_first_person_confirmed_is_on_the_card_of_the_second(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=ALWAYS)
    case = scene.worked()
    scene.edit(case, by="U0ANA", confirmed=True, queue="safety", reply="careful")
    scene.approve(case, by="U0BEN")
    scene.world.work()
    assert scene.desk.applied[KEY].queue == "safety"


def test_of_twenty_who_want_to_be_the_second_at_once_one_is(make_world: MakeWorld) -> None:
    """Beside the first one, who takes it back: one of these acts counts, and the others are told so."""
    scene = sample(make_world, autonomy=DRAFT, review=ALWAYS)
    case, review = waiting(scene)
    start = Barrier(20)

    def call(number: int) -> str:
        acts: list[Callable[[], object]] = [
            lambda: reviews.approve(scene.world.context, review, 2, by=f"U{number:02}"),
            lambda: undo(scene.world.context, review, 2, by="U0ANA"),
            lambda: reviews.edit(scene.world.context, review, 2, Triage(queue="delivery"), by=f"U{number:02}"),
        ]
        start.wait()
        try:
            acts[number % 3]()
        except Refused as refused:
            return str(refused)
        return "done"

    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(call, range(20)))
    assert said.count("done") == 1
    scene.world.work()
    winner = said.index("done") % 3
    assert scene.decided(case).state == ("decided", "open", "awaiting_second")[winner]
    assert scene.desk.attempts == ([KEY] if winner == 0 else [])
    follow_the_trail(scene.world)


@pytest.mark.parametrize("by", ["", [], [""]])
def test_a_second_person_is_somebody(by: str | list[str]) -> None:
    with pytest.raises(BadDeclaration, match="needs a user id or a group"):
        Second(by=by)


def test_a_chain_has_an_end() -> None:
    with pytest.raises(BadDeclaration, match="at most 5 second persons, not 6"):
        Review(second=[Second()] * 6)
