"""Somebody who is away gets nothing, and their delegate takes what is theirs, by their own right."""

from datetime import timedelta

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.review.test_assignments import HOUR, Staff, assign, assignee, changes, sweep, told
from tests.integration.engine.review.test_reminders import anybody_may, reminding, written_to
from tests.integration.engine.scene import Scene, rows
from workflows.engine.review.assignment import absences
from workflows.engine.review.assignment.absences import LONGEST, ImpossibleAbsence, absence_of
from workflows.engine.review.assignment.views import Wrong
from workflows.engine.review.cards import card_view
from workflows.engine.review.waiting.reminders import reminder_view
from workflows.engine.run.waking import awaken

DAY = timedelta(days=1)


def away(
    scene: Scene, person: str, delegate: str | None = None, *, hours: float = 24, since: float | None = None
) -> None:
    """Have a person away from now, or from so many hours on."""
    at = scene.world.clock()
    begins = None if since is None else at + since * HOUR
    absences.be_away(scene.world.context, person, since=begins, until=at + hours * HOUR, delegate=delegate, by=person)


def test_the_delegate_takes_what_is_assigned_and_it_stays_with_them(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case = scene.worked()
    assign(scene, case, "U1")
    away(scene, "U1", "U2")
    assert card_view(scene.world.context, scene.review(case).id).assignee_away_until is not None
    assert sweep(scene, check=False) == 1
    assert assignee(scene, case) == "U2"
    assert changes(scene)[-1] == ("countersign", "U2", "away")
    awaken(scene.world.context)
    assert ("direct_reminder", "U2") in told(scene)
    assert absences.come_back(scene.world.context, "U1", by="U1")
    assert sweep(scene) == 0
    assert assignee(scene, case) == "U2"


@pytest.mark.parametrize(("rule", "expected"), [(None, None), ("least_busy", "U3")])
def test_a_delegate_gets_no_right_by_it(make_world: MakeWorld, rule: str | None, expected: str | None) -> None:
    """A review that they may not decide goes back to all, or to the least busy where that is declared."""
    scene = reminding(make_world, assign=rule)
    case = scene.worked()
    assign(scene, case, "U1")
    away(scene, "U1", "U9")
    assert sweep(scene, Staff(of=["U1", "U3"], may={"U9": False})) == 1
    assert assignee(scene, case) == expected


def test_absences_are_not_followed_in_a_circle_nor_further_than_once(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case = scene.worked()
    assign(scene, case, "U1")
    away(scene, "U1", "U2")
    away(scene, "U2", "U3")
    away(scene, "U3", "U1")
    assert sweep(scene) == 1
    assert assignee(scene, case) is None
    assert sweep(scene) == 0


def test_while_it_is_not_known_whether_the_delegate_may_decide_nothing_changes(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case = scene.worked()
    assign(scene, case, "U1")
    away(scene, "U1", "U2")
    assert sweep(scene, Staff(may={"U2": None})) == 0
    assert assignee(scene, case) == "U1"


def test_who_is_away_is_not_reminded(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case = scene.worked()
    away(scene, "U1", "U2")
    scene.world.clock.move(HOUR)
    awaken(scene.world.context)
    assert written_to(scene) == ["U2"]
    assert reminder_view(scene.world.context, "U1", may=anybody_may).number == 0
    assign(scene, case, "U2")
    away(scene, "U2")
    # Nobody has looked after the assignments yet: the others are reminded in their place.
    scene.world.clock.move(HOUR)
    absences.come_back(scene.world.context, "U1", by="U1")
    awaken(scene.world.context)
    assert written_to(scene)[-1] == "U1"


def test_an_absence_begins_and_ends_by_itself_or_early(make_world: MakeWorld) -> None:
    scene = reminding(make_world)
    case, context = scene.worked(), scene.world.context
    assign(scene, case, "U1")
    away(scene, "U1", since=2, hours=4)
    assert sweep(scene) == 0
    scene.world.clock.move(2 * HOUR)
    assert sweep(scene) == 1
    scene.world.clock.move(2 * HOUR)
    assert absence_of(context, "U1") is None
    assert not absences.come_back(context, "U1", by="U1")
    assert assign(scene, case, "U1")
    away(scene, "U2", "U1")
    away(scene, "U2", "U3", hours=48)
    known = absence_of(context, "U2")
    assert known is not None
    assert (known.delegate, known.until) == ("U3", context.clock() + 2 * DAY)
    assert absences.come_back(context, "U2", by="U9")
    assert absence_of(context, "U2") is None
    audit = [row for row in rows(scene.world, schema.AuditRow) if row.action.startswith("person.")]
    said = [(row.action, row.actor, row.details["person"], row.details.get("delegate")) for row in audit]
    assert said == [
        ("person.away", "U1", "U1", None),
        ("person.away", "U2", "U2", "U1"),
        ("person.away", "U2", "U2", "U3"),
        ("person.back", "U9", "U2", None),
    ]


def test_absences_that_cannot_be_are_refused_with_what_is_wrong(make_sqlite_world: MakeWorld) -> None:
    scene = reminding(make_sqlite_world)
    at = scene.world.clock()
    for since, until, delegate, wrong in (
        (None, at, None, Wrong.UNTIL),
        (at + 2 * DAY, at + DAY, None, Wrong.UNTIL),
        (at - 3 * DAY, at - DAY, None, Wrong.UNTIL),
        (at + DAY, at + DAY + LONGEST + DAY, None, Wrong.UNTIL),
        (at + LONGEST + DAY, at + LONGEST + 2 * DAY, None, Wrong.SINCE),
        (None, at + DAY, "U1", Wrong.DELEGATE),
        (None, at + DAY, "U" * 101, Wrong.DELEGATE),
    ):
        with pytest.raises(ImpossibleAbsence) as refused:
            absences.be_away(scene.world.context, "U1", since=since, until=until, delegate=delegate, by="U1")
        assert refused.value.wrong == wrong
    assert absence_of(scene.world.context, "U1") is None
