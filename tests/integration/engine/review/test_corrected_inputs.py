"""A case runs again with an input that a person put right: a new revision, and never beside a delivery."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from pydantic import JsonValue

from store import schema
from store.states import CauseState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Triage
from tests.world import World
from workflows import NotDone, OutcomeUnknown, Review
from workflows.engine.case.intake import Intake, accept
from workflows.engine.case.restores import restored
from workflows.engine.errors import (
    AlreadyDelivered,
    BadReason,
    InvalidInput,
    OwnCase,
    Refused,
    Stale,
    Unknown,
)
from workflows.engine.review import doubts
from workflows.engine.review.corrected import corrected_inputs
from workflows.engine.review.corrected.views import CorrectedRerun
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import bulk_reruns, reruns
from workflows.engine.review.reviews import approve
from workflows.engine.review.wrong import corrections

DEV, WHY = "U0DEV", "the customer sent it again"
KEY = "sample/ticket-1"


def put_right(
    scene: Scene, case: int, *, by: str = DEV, reason: str = WHY, moves: int | None = None, **values: JsonValue
) -> CorrectedRerun:
    accepted = accept(scene.workflow, {"id": 1, "text": "charged once", **values})
    return corrected_inputs.rerun_corrected(scene.world.context, case, accepted, by=by, reason=reason, moves=moves)


def failed(make_world: MakeWorld, *, idempotent: bool = True) -> tuple[Scene, int]:
    """A case that failed before anything was proposed."""
    scene = sample(make_world, idempotent=idempotent)
    scene.desk.look_up_errors.append(ValueError("no such customer"))
    return scene, scene.worked()


def test_it_is_a_new_revision_with_who_and_why_and_old_beside_new(make_world: MakeWorld) -> None:
    scene, case = failed(make_world)
    made = put_right(scene, case)
    scene.world.work()

    view = scene.world.case(case)
    assert (view.revision, [run.state for run in view.runs]) == (2, ["superseded", "delivered"])
    assert scene.deliveries() == {f"{KEY}/revision-2": "applied"}
    assert view.newest.input["text"] == "charged once"
    assert view.corrected == made.corrected
    assert (made.corrected.by, made.corrected.reason) == (DEV, WHY)
    shown = [(change.label, change.before, change.now) for change in made.corrected.changes]
    assert shown == [("Text", "charged twice", "charged once")]
    (entry,) = [entry for entry in view.audit if entry.action == "case.input_corrected"]
    assert (entry.actor, entry.details["revision"], entry.details["fields"]) == (DEV, 2, "text")
    assert not {WHY, "charged once"} & {str(value) for value in entry.details.values()}, "ids and hashes only"
    follow_the_trail(scene.world)


def test_what_was_open_is_withdrawn_and_a_refused_case_is_decided_anew(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked()
    before = scene.review(case)
    first = put_right(scene, case)
    assert (first.withdraws, first.rejection_was_told) == (True, False)
    with pytest.raises(Stale):
        approve(scene.world.context, before.id, before.version, by="U1")
    scene.world.work()
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    assert scene.run(case).state == "closed"

    again = put_right(scene, case, text="charged thrice")
    assert (again.withdraws, again.drops_decision, again.rejection_was_told) == (False, True, True), "it stands there"
    scene.world.work()
    scene.approve(case)
    scene.world.work()
    assert scene.deliveries()[f"{KEY}/revision-3"] == "applied"
    assert list(scene.desk.applied) == [f"{KEY}/revision-3"]


def test_whoever_saw_an_earlier_state_is_told(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked()
    shown = corrected_inputs.input_view(scene.world.context, case)
    assert (shown.values["text"], shown.moves) == ("charged twice", scene.world.case(case).moves)
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    with pytest.raises(Stale, match="the case moved on since this was shown"):
        put_right(scene, case, moves=shown.moves)
    assert scene.run(case).state == "closed"
    put_right(scene, case, moves=corrected_inputs.input_view(scene.world.context, case).moves)


def test_what_does_not_fit_changes_nothing(make_world: MakeWorld) -> None:
    scene, case = failed(make_world)
    before = scene.world.case(case)
    with pytest.raises(InvalidInput, match="its key would be ticket-2, and it has to stay ticket-1") as other:
        put_right(scene, case, id=2)
    assert list(other.value.errors) == ["id"], "it stands at the field that the key is made of"
    with pytest.raises(InvalidInput) as invalid:
        put_right(scene, case, text="")
    assert list(invalid.value.errors) == ["text"]
    with pytest.raises(Refused, match=f"nothing differs from its present input; .*: countersign rerun {case}"):
        put_right(scene, case, text="charged twice")
    for reason in ("  ", "w" * 301, "\x00"):
        with pytest.raises(BadReason):
            put_right(scene, case, reason=reason)
    with pytest.raises(Unknown):
        put_right(scene, 99)
    assert scene.world.case(case) == before


def test_a_dry_one_says_the_same_and_does_nothing(make_world: MakeWorld) -> None:
    scene, case = failed(make_world)
    before = scene.world.case(case)
    accepted = accept(scene.workflow, {"id": 1, "text": "charged once"})
    context = scene.world.context
    foreseen = corrected_inputs.foresee_corrected(context, case, accepted, by=DEV, reason=WHY)
    assert scene.world.case(case) == before
    assert scene.world.work() == 0
    assert replace(put_right(scene, case), run=foreseen.run) == foreseen


def test_while_its_delivery_is_in_doubt_it_is_refused(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    scene.desk.errors.append(OutcomeUnknown("connection lost"))
    case = scene.worked()
    with pytest.raises(Refused, match="its delivery is in doubt; say first whether it happened"):
        put_right(scene, case)
    doubts.settle(scene.world.context, case, happened=False, by="U0EVE")
    put_right(scene, case)
    scene.world.work()
    assert list(scene.desk.applied) == [f"{KEY}/revision-2"]


def test_while_its_delivery_is_held_it_is_refused(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, autonomy=DRAFT, review=Review(grace=timedelta(minutes=1)))
    case = scene.worked()
    scene.approve(case)
    with pytest.raises(Refused, match="it is decided, and its delivery is still to be made"):
        put_right(scene, case)


def test_where_a_delivery_may_have_been_made_under_its_key_it_is_refused(make_world: MakeWorld) -> None:
    """Its target would know the same key again, and a new revision has another one."""
    scene = sample(make_world)
    scene.desk.errors += [OutcomeUnknown("connection lost"), ValueError("torn")]
    case = scene.worked()
    assert scene.run(case).state == "failed"
    with pytest.raises(Refused, match=f"its delivery {KEY} may have happened"):
        put_right(scene, case)
    doubts.settle(scene.world.context, case, happened=False, by="U0EVE")
    put_right(scene, case)


def test_a_delivered_case_is_corrected_instead(make_world: MakeWorld) -> None:
    """Also where a correction of it stopped."""
    scene = sample(make_world)
    case = scene.worked()
    with pytest.raises(AlreadyDelivered) as delivered:
        put_right(scene, case)
    assert delivered.value.run == scene.run(case).id
    corrections.correct(scene.world.context, case, Triage(queue="delivery"), by="U1")
    scene.approve(case, by="U2")
    scene.desk.errors.append(NotDone("closed"))
    scene.world.work()
    assert scene.run(case).state == "failed"
    with pytest.raises(AlreadyDelivered):
        put_right(scene, case)
    assert list(scene.desk.applied) == [KEY]


def test_what_an_earlier_revision_delivered_or_may_deliver_counts_too(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    scene.desk.errors.append(OutcomeUnknown("connection lost"))
    case = scene.worked()
    scene.desk.look_up_errors.append(ValueError("no such customer"))
    assert scene.worked(text="its source sent this") == case
    assert scene.run(case).state == "failed"
    with pytest.raises(Refused, match="of its revision 1: its delivery is in doubt"):
        put_right(scene, case)
    doubts.settle(scene.world.context, case, happened=True, by="U0EVE")
    with pytest.raises(Refused, match="an earlier revision of it was delivered"):
        put_right(scene, case)
    assert scene.world.case(case).revision == 2


def test_what_a_backup_may_have_forgotten_is_not_delivered_beside_it(make_world: MakeWorld) -> None:
    scene, case = failed(make_world)
    world = scene.world
    world.clock.move(timedelta(hours=1))
    restored(world.context, by="U0OPS")
    after = World(database=world.database, model=world.model, clock=world.clock, registry=world.registry)
    scene = replace(scene, world=after)
    with pytest.raises(Refused, match="may have been delivered after the backup was made"):
        put_right(scene, case)


class Meanwhile(list[str]):
    """Keys of the attempts at a delivery. Something is done while the first attempt is under way."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act
        self.said: list[str] = []

    def append(self, key: str) -> None:
        """Note an attempt, and do it from another thread."""
        super().append(key)
        if len(self) == 1:
            with ThreadPoolExecutor(1) as pool:
                self.said.append(str(pool.submit(self._act).exception()))


def test_while_another_thread_is_inside_its_delivery_it_is_refused(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.submit()
    scene.desk.attempts = under_way = Meanwhile(lambda: put_right(scene, case))
    scene.world.work()
    assert under_way.said == ["it is being delivered; wait until that has ended"]
    assert scene.deliveries() == {KEY: "applied"}
    assert scene.world.case(case).revision == 1


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_at_the_moment_of_an_approval_one_of_both_counts(make_world: MakeWorld, turn: int) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked()
    review, start = scene.review(case), Barrier(2)

    def decide() -> str:
        start.wait()
        approve(scene.world.context, review.id, review.version, by="U1")
        scene.world.work()
        return "delivered"

    def correct() -> str:
        start.wait()
        put_right(scene, case)
        return "put right"

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(act) for act in ((decide, correct) if turn % 2 else (correct, decide))]
        ended = [one.exception() or one.result() for one in both]
    scene.world.work()
    assert sum(isinstance(one, Refused) for one in ended) == 1, ended
    assert len(scene.desk.attempts) == ("delivered" in ended)
    assert scene.world.case(case).revision == (2 if "put right" in ended else 1)
    follow_the_trail(scene.world)


def test_put_right_by_several_at_once_it_is_one_revision(make_world: MakeWorld) -> None:
    scene, case = failed(make_world)
    start = Barrier(4)

    def correct(number: int) -> object:
        start.wait()
        return put_right(scene, case, by=f"U{number}", text=f"by {number}")

    with ThreadPoolExecutor(4) as pool:
        ended = [one.exception() for one in [pool.submit(correct, number) for number in range(4)]]
    assert [type(one) for one in ended].count(type(None)) == 1
    assert all(isinstance(one, Refused) for one in ended if one is not None)
    assert scene.world.case(case).revision == 2


def test_what_was_put_right_and_comes_again_as_it_was_is_a_duplicate(make_world: MakeWorld) -> None:
    """A file that is read again would otherwise bring the wrong input back, and have it delivered beside the right."""
    scene, case = failed(make_world)
    put_right(scene, case)
    scene.world.work()
    assert scene.world.submit(scene.workflow, id=1, text="charged twice").intake is Intake.DUPLICATE
    assert scene.world.submit(scene.workflow, id=1, text="charged once").intake is Intake.DUPLICATE
    assert scene.world.work() == 0
    assert list(scene.desk.applied) == [f"{KEY}/revision-2"]
    assert scene.world.submit(scene.workflow, id=1, text="its source sent this").intake is Intake.REVISED
    assert scene.world.case(case).corrected is None, "its input is as its source has it"
    assert scene.world.submit(scene.workflow, id=1, text="charged twice").intake is Intake.REVISED


def test_its_cause_closes_once_it_is_through(make_world: MakeWorld) -> None:
    scene, case = failed(make_world)
    put_right(scene, case)
    (cause,) = rows(scene.world, schema.Cause)
    assert cause.state is CauseState.OPEN, "its rerun is under way"
    scene.world.work()
    (cause,) = rows(scene.world, schema.Cause)
    assert cause.state is CauseState.RESOLVED


def test_neither_who_put_it_right_nor_who_handed_it_in_decides_it_where_others_have_to(make_world: MakeWorld) -> None:
    """Most of what is decided is still as it was handed in. Another content from a source begins anew."""
    scene = sample(make_world, autonomy=DRAFT, review=Review(self_approval=False))
    case = scene.worked()
    put_right(scene, case)
    scene.world.work()
    for person in (DEV, "tester"):
        with pytest.raises(OwnCase):
            scene.approve(case, by=person)
    scene.worked(text="its source sent this")
    scene.approve(case, by=DEV)


def told(scene: Scene) -> list[tuple[str, str, str, dict[str, str]]]:
    found = rows(scene.world, schema.OutboxRow)
    return [(row.kind, str(row.subject), row.channel, row.about) for row in found if row.kind.startswith("run_again")]


def test_a_rerun_is_told_where_the_workflow_posts_to(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, review=CARDS)
    scene.desk.look_up_errors.append(ValueError("no such customer"))
    case = scene.worked()
    reruns.foresee(scene.world.context, case, by=DEV)
    assert told(scene) == []
    begun = reruns.rerun(scene.world.context, case, by=DEV)
    about = {"run": str(begun.run), "by": DEV, "from": "look_up"}
    assert told(scene) == [("run_again_apart", f"case:{case}", "C0SUPPORT", about)]


def test_of_the_cases_of_a_bulk_rerun_the_card_of_their_cause_tells(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, review=CARDS)
    scene.desk.look_up_errors += [ValueError("no such customer")] * 2
    cases = [scene.worked(id=number) for number in (1, 2)]
    bulk_reruns.begin(scene.world.context, 1, by=DEV)
    bulk_reruns.sweep(scene.world.context)
    scene.world.work()
    assert {scene.run(case).state for case in cases} == {"delivered"}
    assert told(scene) == []
