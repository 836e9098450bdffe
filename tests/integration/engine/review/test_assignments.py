"""A review is assigned to a person by hand or to the least busy one; nobody keeps what they cannot decide."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier

import pytest

from store import schema
from store.cases.turns import Turns
from tests.conftest import MakeWorld
from tests.integration.engine.review.test_reminders import anybody_may, reminding
from tests.integration.engine.scene import Scene, rows
from tests.integration.engine.trail import follow_the_trail
from workflows import Review, Second
from workflows.engine.case import intake
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import BadDeclaration, OwnCase, Refused, Stale
from workflows.engine.read.home import home_view
from workflows.engine.review import claims, reviews
from workflows.engine.review.assignment import absences, assignments, upkeep
from workflows.engine.review.cards import card_view, waiting_in
from workflows.engine.review.decisions import Follows
from workflows.engine.review.next_reviews import Queue, first_of
from workflows.engine.review.rerun import reruns
from workflows.engine.review.undo import undo
from workflows.engine.review.waiting import deadlines, escalations
from workflows.engine.review.waiting.reminders import reminder_view
from workflows.engine.run.waking import awaken

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(kw_only=True)
class Staff:
    """The people who may decide, as a face would tell them, and how often it was asked."""

    of: Collection[str] | None = ("U1", "U2", "U3")
    """None: a group cannot be read just now."""
    may: Mapping[str, bool | None] = field(default_factory=dict)
    """Exceptions: person -> True if they may decide."""
    asked: list[str] = field(default_factory=list)

    @property
    def reviewers(self) -> upkeep.Reviewers:
        """The way in which the upkeep asks."""

        def may_decide(person: str, workflow: AnyWorkflow) -> bool | None:
            self.asked.append(person)
            return self.may.get(person, True)

        return upkeep.Reviewers(of=lambda workflow: self.of, may_decide=may_decide)


def sweep(scene: Scene, staff: Staff | None = None, *, check: bool = True) -> int:
    """Look after the assignments once."""
    return upkeep.sweep(scene.world.context, (staff or Staff()).reviewers, check=check)


def assign(scene: Scene, case: int, to: str | None, *, by: str = "ana", seen: int | None = None) -> bool:
    """Assign the review of a case, as it is shown now."""
    review = scene.review(case)
    return assignments.assign(scene.world.context, review.id, review.version, to, by=by, seen=seen)


def assignee(scene: Scene, case: int) -> str | None:
    """Return the person to whom the review of a case is assigned."""
    return card_view(scene.world.context, scene.review(case).id).assignee


def changes(scene: Scene) -> list[tuple[str, object, object]]:
    """Return the changes of assignees that the audit tells of: by whom, to whom, and why."""
    found = [row for row in rows(scene.world, schema.AuditRow) if row.action == "review.assigned"]
    return [(row.actor, row.details["to"], row.details["why"]) for row in found]


def told(scene: Scene) -> list[tuple[str, str]]:
    """Return the kinds and channels of what was told of assignments."""
    return [(kind, channel) for kind, _, channel, _ in scene.outbox() if kind in ("assigned", "direct_reminder")]


def test_who_is_assigned_is_told_directly_and_in_the_thread_and_others_may_decide(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case = scene.worked()
    shown = scene.wanted(scene.review(case).id)
    assert assign(scene, case, "U2")
    assert not assign(scene, case, "U2")
    awaken(scene.world.context)
    assert assignee(scene, case) == "U2"
    assert changes(scene) == [("ana", "U2", "by_hand")]
    assert told(scene) == [("assigned", "C0SUPPORT"), ("direct_reminder", "U2")]
    assert scene.wanted(scene.review(case).id) == shown + 1
    assert reminder_view(scene.world.context, "U2", may=anybody_may).number == 1
    scene.approve(case, by="U1")
    scene.world.work()
    assert len(scene.desk.attempts) == 1
    follow_the_trail(scene.world)


def test_to_nobody_and_to_oneself_is_told_to_nobody_directly(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case = scene.worked()
    assert assign(scene, case, "U1", by="U1")
    assert assign(scene, case, None)
    awaken(scene.world.context)
    assert assignee(scene, case) is None
    assert told(scene) == [("assigned", "C0SUPPORT"), ("assigned", "C0SUPPORT")]


def test_what_cannot_be_assigned_is_refused(make_world: MakeWorld) -> None:
    scene = reminding(make_world, self_approval=False)
    accepted = intake.accept(scene.workflow, {"id": 1, "text": "charged twice"})
    (receipt,) = intake.take_in(scene.world.context, scene.workflow, [accepted], source="test", actor="U1")
    scene.world.work()
    case, context = receipt.case, scene.world.context
    with pytest.raises(OwnCase, match="U1 handed this case in"):
        assign(scene, case, "U1")
    absences.be_away(context, "U2", since=None, until=context.clock() + HOUR, delegate=None, by="U2")
    with pytest.raises(assignments.Absent, match="U2 is away until 2026-11-20 10:00 UTC"):
        assign(scene, case, "U2")
    assert assign(scene, case, "U3", seen=0)
    with pytest.raises(assignments.Reassigned):
        assign(scene, case, "U4", seen=0)
    review = scene.review(case)
    scene.approve(case, by="U4")
    with pytest.raises(Stale, match="U4 approved it"):
        assignments.assign(context, review.id, review.version, "U4", by="ana")
    assert changes(scene) == [("ana", "U3", "by_hand")]


def test_the_assignee_is_reminded_alone_and_sees_it_first(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    for number in (1, 2, 3):
        scene.worked(id=number)
    context = scene.world.context
    assign(scene, 3, "U9")
    review = scene.review(3).id
    assert first_of(context, Queue(by="U9", workflows=["sample"])).review == review  # type: ignore[union-attr]  # there is one
    assert first_of(context, Queue(by="U1", workflows=["sample"])).review != review  # type: ignore[union-attr]  # there is one
    listed = waiting_in(context, Turns(by="U9", workflows=["sample"]), first=0, limit=2).reviews
    assert [(one.review, one.is_theirs) for one in listed] == [(review, True), (scene.review(1).id, False)]
    mine = home_view(context, "U9", workflows=[scene.workflow])
    assert [(one.review, one.is_claimed) for one in mine.in_hand] == [(review, False)]
    scene.world.clock.move(HOUR)
    awaken(context)
    assert [reminder_view(context, one, may=anybody_may).number for one in ("U9", "U1")] == [1, 2]


def test_a_correction_comes_before_what_is_assigned(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    for number in (1, 2):
        scene.worked(id=number)
    assign(scene, 1, "U9")
    with scene.world.database.write() as session:
        session.query(schema.Review).filter_by(id=scene.review(2).id).update({"precedence": 0})
    first = first_of(scene.world.context, Queue(by="U9", workflows=["sample"]))
    assert first is not None
    assert first.review == scene.review(2).id


def test_what_waits_for_a_second_person_is_assigned_to_nobody_and_again_once_it_is_taken_back(
    make_world: MakeWorld,
) -> None:
    scene = reminding(make_world, second=Second())
    case = scene.worked()
    assign(scene, case, "U1")
    review = scene.review(case)
    scene.approve(case, by="U1")
    assert card_view(scene.world.context, review.id).assignee is None
    with pytest.raises(Stale):
        assignments.assign(scene.world.context, review.id, review.version + 1, "U2", by="ana")
    undo(scene.world.context, review.id, review.version + 1, by="U1")
    assert assignee(scene, case) == "U1"


def test_two_who_assign_at_once_and_one_who_decides(make_world: MakeWorld) -> None:
    """One of the two is refused in words, or both come too late; what stands is what the audit says last."""
    scene = reminding(make_world)
    case = scene.worked()
    review, together = scene.review(case), Barrier(3)

    def act(number: int) -> str:
        together.wait()
        try:
            if number == 0:
                reviews.approve(scene.world.context, review.id, review.version, by="U1")
            else:
                to = f"U{number}"
                assignments.assign(scene.world.context, review.id, review.version, to, by="ana", seen=0)
        except (Stale, assignments.Reassigned) as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(3) as pool:
        decided, *said = pool.map(act, range(3))
    assert decided == "done"
    assert sorted(said) in (["Reassigned", "done"], ["Stale", "done"], ["Stale", "Stale"])
    assert len(changes(scene)) == said.count("done")
    row = rows(scene.world, schema.Review)[0]
    assert [row.assignee] == ([to for _, to, _ in changes(scene)] or [None])
    scene.world.work()
    assert len(scene.desk.attempts) == 1
    follow_the_trail(scene.world)


def test_what_opens_goes_to_the_least_busy_and_to_who_waited_longest(make_world: MakeWorld) -> None:
    scene = reminding(make_world, assign="least_busy")
    for number in range(1, 5):
        scene.worked(id=number)
        scene.world.clock.move(MINUTE)
        assert sweep(scene) == 1
    assert [assignee(scene, case) for case in range(1, 5)] == ["U1", "U2", "U3", "U1"]
    scene.approve(2, by="U9")
    scene.worked(id=5)
    sweep(scene)
    assert assignee(scene, 5) == "U2"
    assert {(by, why) for by, _, why in changes(scene)} == {("countersign", "least_busy")}
    awaken(scene.world.context)
    assert sorted(told(scene)) == [("direct_reminder", one) for one in ("U1", "U2", "U3")]
    assert sweep(scene) == 0


def test_nobody_is_assigned_who_is_away_whose_own_it_is_or_who_may_not_decide(make_world: MakeWorld) -> None:
    scene = reminding(make_world, assign="least_busy", self_approval=False)
    accepted = intake.accept(scene.workflow, {"id": 1, "text": "charged twice"})
    (receipt,) = intake.take_in(scene.world.context, scene.workflow, [accepted], source="test", actor="U1")
    scene.world.work()
    context = scene.world.context
    absences.be_away(context, "U2", since=None, until=context.clock() + HOUR, delegate="U1", by="U2")
    assert sweep(scene, Staff(may={"U3": False})) == 0
    assert assignee(scene, receipt.case) is None
    scene.world.clock.move(upkeep.AGAIN)
    assert sweep(scene) == 1
    assert assignee(scene, receipt.case) == "U3"


@pytest.mark.parametrize("unknown", [Staff(of=None), Staff(may={"U1": None})])
def test_while_it_is_not_known_who_may_decide_the_review_waits_for_all(make_world: MakeWorld, unknown: Staff) -> None:
    scene = reminding(make_world, assign="least_busy")
    case = scene.worked()
    assert sweep(scene, unknown) == 0
    assert assignee(scene, case) is None
    scene.world.clock.move(upkeep.AGAIN)
    assert sweep(scene) == 1
    assert assignee(scene, case) == "U1"


def test_nothing_is_assigned_while_somebody_is_on_it_nor_after_somebody_said_nobody(make_world: MakeWorld) -> None:
    scene = reminding(make_world, assign="least_busy")
    case, other = scene.worked(id=1), scene.worked(id=2)
    claims.claim(scene.world.context, scene.review(case).id, by="U9")
    assign(scene, other, None)
    assert sweep(scene) == 0
    scene.world.clock.move(claims.CLAIM_LASTS + MINUTE)
    sweep(scene)
    assert (assignee(scene, case), assignee(scene, other)) == ("U1", None)


def test_processes_that_look_at_once_assign_once(make_world: MakeWorld) -> None:
    scene = reminding(make_world, assign="least_busy")
    scene.worked()
    together = Barrier(4)

    def look(_: int) -> int:
        together.wait()
        return sweep(scene)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(look, range(4))) == 1
    assert len(changes(scene)) == 1


def test_what_somebody_assigned_since_the_look_began_is_left(make_world: MakeWorld) -> None:
    scene = reminding(make_world, assign="least_busy")
    first, second = scene.worked(id=1), scene.worked(id=2)

    def of(_: AnyWorkflow) -> list[str]:
        assert assign(scene, second, "U2")
        return ["U1"]

    reviewers = upkeep.Reviewers(of=of, may_decide=lambda _person, _workflow: True)
    assert upkeep.sweep(scene.world.context, reviewers, check=False) == 1
    assert (assignee(scene, first), assignee(scene, second)) == ("U1", "U2")


def test_who_left_is_replaced_and_the_deadline_stays(make_world: MakeWorld) -> None:
    """F27: by the least busy where that is declared, by nobody else; who cannot be asked about keeps what is theirs."""
    scene = reminding(make_world, on_expiry="escalate", escalate_to="U0MARIA")
    case = scene.worked()
    assign(scene, case, "U1")
    assert sweep(scene, Staff(may={"U1": None})) == 0
    assert sweep(scene, Staff(may={"U1": False}), check=False) == 0
    assert sweep(scene, Staff(may={"U1": False})) == 1
    assert assignee(scene, case) is None
    assert changes(scene)[-1] == ("countersign", None, "gone")
    assert told(scene).count(("assigned", "C0SUPPORT")) == 2
    scene.world.clock.move(2 * HOUR)
    assert deadlines.sweep(scene.world.context) == 1
    assert card_view(scene.world.context, scene.review(case).id).escalation is not None
    follow_the_trail(scene.world)


def test_who_left_is_replaced_by_the_least_busy_where_that_is_declared(make_world: MakeWorld) -> None:
    scene = reminding(make_world, assign="least_busy")
    cases = [scene.worked(id=number) for number in range(1, 7)]
    sweep(scene)
    staff = Staff(may={"U1": False})
    assert sweep(scene, staff) == 2
    assert [assignee(scene, case) for case in cases].count("U1") == 0
    assert staff.asked.count("U1") == 1
    assert sweep(scene, staff) == 0


def test_after_a_rejection_the_empty_form_stays_with_its_assignee(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case = scene.worked()
    assign(scene, case, "U1")
    scene.reject(case, Follows.BY_HAND)
    assert assignee(scene, case) == "U1"


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(BadDeclaration, match="assign has to be one of least_busy"):
        Review(assign="random")  # type: ignore[arg-type]  # which is what is tried


def test_what_is_not_there_is_refused(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    with pytest.raises(Refused, match="no review"):
        assignments.assign(scene.world.context, 999, 1, "U1", by="ana")


def test_a_rerun_keeps_whose_it_is_and_who_was_asked(make_world: MakeWorld) -> None:
    scene = reminding(make_world, escalate_to="U0MARIA")
    case = scene.worked()
    assert assign(scene, case, "U2")
    before = scene.review(case)
    escalations.escalate(scene.world.context, before.id, before.version, by="U2")
    reruns.rerun(scene.world.context, case, by="kim", from_step="start")
    scene.world.work()
    view = card_view(scene.world.context, scene.review(case).id)
    assert (view.review != before.id, view.assignee) == (True, "U2")
    assert view.escalation is not None
    assert (view.escalation.to, view.escalation.by) == (["U0MARIA"], "U2")


def test_newer_content_is_anybodys(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case = scene.worked(id=1, text="one")
    assert assign(scene, case, "U2")
    assert scene.worked(id=1, text="another") == case
    assert assignee(scene, case) is None


def test_whoever_asked_for_a_rerun_is_not_to_decide_it_where_that_is_barred(make_world: MakeWorld) -> None:
    scene = reminding(make_world, self_approval=False)
    case = scene.worked()
    assert assign(scene, case, "U2")
    reruns.rerun(scene.world.context, case, by="U2", from_step="start")
    scene.world.work()
    assert assignee(scene, case) is None
