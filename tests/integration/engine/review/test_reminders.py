"""People are reminded of what nobody decided: less and less often, and each at most once an hour."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from workflows import Review, Second
from workflows.engine.case import intake
from workflows.engine.context import SYSTEM
from workflows.engine.errors import BadDeclaration
from workflows.engine.review import claims
from workflows.engine.review.rerun import reruns
from workflows.engine.review.waiting.regulars import LATELY
from workflows.engine.review.waiting.reminders import reminder_view
from workflows.engine.run.waking import awaken

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def reminding(make_world: MakeWorld, **settings: object) -> Scene:
    """The sample automation, whose reviews are to be answered within two hours."""
    given = {"post_to": "C0SUPPORT", "answer_within": 2 * HOUR, "reviewers": ["U1", "S1", "U2"], **settings}
    return sample(make_world, autonomy=DRAFT, review=Review(**given))  # type: ignore[arg-type]  # named by each test


def anybody_may(person: str, workflow: str, second: int | None) -> bool:
    return True


def numbers(scene: Scene) -> list[object]:
    """Return the reminders that the audit tells of."""
    return [row.details["number"] for row in rows(scene.world, schema.AuditRow) if row.action == "review.reminded"]


def written_to(scene: Scene) -> list[str]:
    """Return those to whom a direct message was made, in order."""
    return [channel for kind, _, channel, _ in scene.outbox() if kind == "direct_reminder"]


def test_each_reminder_comes_after_a_longer_wait_until_the_last_one(make_world: MakeWorld) -> None:
    scene = reminding(make_world, reminders=4)
    scene.worked()
    made: list[object] = []
    at: list[int] = []
    for hour in range(1, 24):
        scene.world.clock.move(HOUR)
        awaken(scene.world.context)
        if numbers(scene) != made:
            made, at = numbers(scene), [*at, hour]
    assert (made, at) == ([1, 2, 3, 4], [1, 2, 4, 8])


def test_those_who_are_named_are_written_to_and_nobody_for_a_group(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    scene.worked()
    scene.world.clock.move(HOUR - MINUTE)
    awaken(scene.world.context)
    assert written_to(scene) == []
    scene.world.clock.move(MINUTE)
    awaken(scene.world.context)
    assert written_to(scene) == ["U1", "U2"]


def test_for_a_group_those_are_written_to_who_decided_lately(make_world: MakeWorld) -> None:
    """Of this workflow, and within two weeks. Nobody's decisions are nobody's."""
    scene = reminding(make_world, reviewers="S1", on_expiry="reject")
    for number, by in enumerate(["U7", "U8", "U7"], 1):
        scene.approve(scene.worked(id=number), by=by)
    scene.worked(id=4)
    scene.world.clock.move(2 * HOUR)
    awaken(scene.world.context)
    assert [row.by for row in rows(scene.world, schema.Decision)] == ["U7", "U8", "U7", SYSTEM]
    scene.worked(id=5)
    scene.world.clock.move(HOUR)
    awaken(scene.world.context)
    assert written_to(scene) == ["U7", "U8"]
    assert [reminder_view(scene.world.context, one, may=anybody_may).number for one in ("U7", "U9")] == [1, 0]
    scene.approve(5, by="U8")
    scene.world.clock.move(LATELY)
    scene.worked(id=6)
    scene.world.clock.move(HOUR)
    awaken(scene.world.context)
    assert written_to(scene) == ["U7", "U8"], "it is too long ago for both"


def test_whoever_may_not_decide_it_since_it_is_their_own_is_not_written_to(make_world: MakeWorld) -> None:
    scene = reminding(make_world, self_approval=False)
    accepted = intake.accept(scene.workflow, {"id": 1, "text": "charged twice"})
    (receipt,) = intake.take_in(scene.world.context, scene.workflow, [accepted], source="test", actor="U1")
    scene.world.work()
    reruns.rerun(scene.world.context, receipt.case, by="U0KIM")
    scene.world.work()
    scene.world.clock.move(HOUR)
    awaken(scene.world.context)
    assert written_to(scene) == ["U2"]


def test_whoever_is_on_it_is_written_to_alone(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case = scene.worked()
    scene.world.clock.move(HOUR)
    claims.claim(scene.world.context, scene.review(case).id, by="U9")
    awaken(scene.world.context)
    assert written_to(scene) == ["U9"]
    assert reminder_view(scene.world.context, "U9", may=anybody_may).number == 1
    assert reminder_view(scene.world.context, "U1", may=anybody_may).number == 0


def test_a_second_person_is_reminded_and_not_the_one_who_approved(make_world: MakeWorld) -> None:
    scene = reminding(make_world, second=Second())
    scene.approve(scene.worked())
    scene.world.clock.move(HOUR)
    awaken(scene.world.context)
    assert written_to(scene) == ["U2"]


def test_a_decided_review_is_not_reminded_of(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case = scene.worked()
    scene.approve(case)
    scene.world.work()
    scene.world.clock.move(100 * HOUR)
    assert awaken(scene.world.context) == 0
    assert numbers(scene) == []


def test_a_person_is_written_to_once_an_hour_and_of_all_reviews_together(make_world: MakeWorld) -> None:
    scene = reminding(make_world, reviewers="U1")
    for number in range(1, 4):
        scene.worked(id=number)
    scene.world.clock.move(HOUR)
    awaken(scene.world.context)
    view = reminder_view(scene.world.context, "U1", may=anybody_may)
    assert (written_to(scene), view.number, len(view.reviews)) == (["U1"], 3, 3)
    assert view.first == scene.review(1).answer_by
    awaken(scene.world.context)
    assert written_to(scene) == ["U1"]


def test_reminders_that_were_missed_are_not_made_up_for(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    scene.worked()
    scene.world.clock.move(5 * HOUR)
    awaken(scene.world.context)
    awaken(scene.world.context)
    assert numbers(scene) == [3]
    scene.world.clock.move(3 * HOUR)
    awaken(scene.world.context)
    assert numbers(scene) == [3, 4]


def test_processes_that_look_at_once_remind_once(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    scene.worked()
    scene.world.clock.move(HOUR)
    together = Barrier(4)

    def look(_: int) -> int:
        together.wait()
        return awaken(scene.world.context)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(look, range(4))) == 1
    assert numbers(scene) == [1]
    assert written_to(scene) == ["U1", "U2"]


@pytest.mark.parametrize("wrong", [{"reminders": -1}, {"reminders": 11}, {"remind_after": timedelta(minutes=4)}])
def test_reminders_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadDeclaration, match="remind"):
        Review(**wrong)  # type: ignore[arg-type]  # which is what is tried
