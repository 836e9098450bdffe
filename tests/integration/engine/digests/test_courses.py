"""Courses: asked once for each workflow and week, chosen by compare-and-set, changed until asked again, all audited."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from store import schema
from store.faces import LEADS
from store.slack import messages
from store.subjects import SubjectKind
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from workflows import Autonomy
from workflows.engine.case import notices
from workflows.engine.deliver import workflow_pauses
from workflows.engine.digests.courses.choosing import choose, choose_of, course_note, course_view, course_views
from workflows.engine.digests.courses.views import Choice, Code, Thin
from workflows.engine.digests.making import make
from workflows.engine.digests.names import JobName
from workflows.engine.errors import BadReason, Refused, Stale, Unknown

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)
SUNDAY = MONDAY - timedelta(days=1)
WEEK = timedelta(days=7)


def review(scene: Scene, today: date = MONDAY, *, workflow: str | None = None, channel: str = LEADS) -> int | None:
    """Make the business numbers of the week before, at eight."""
    scene.world.clock.time = datetime.combine(today, time(8), tzinfo=BERLIN).astimezone(UTC)
    return make(scene.world.context, JobName.NUMBERS, today=today, zone=BERLIN, workflow=workflow, channel=channel)


def asked(make_world: MakeWorld) -> tuple[Scene, int]:
    """A workflow with a case, about which leads are asked; returns the course."""
    scene = sample(make_world, autonomy=DRAFT)
    scene.worked(id=1)
    assert review(scene) is not None
    (course,) = rows(scene.world, schema.Course)
    return scene, course.id


def acts(scene: Scene) -> list[tuple[str, dict[str, object]]]:
    """All choices in the audit, oldest first."""
    found = [row for row in rows(scene.world, schema.AuditRow) if row.action == "course.chosen"]
    return [(row.actor, row.details) for row in found]


def test_each_workflow_with_cases_is_asked_about_once_for_a_week(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    assert review(scene) is None
    view = course_view(scene.world.context, course)
    assert (view.workflow, view.last, view.choice, view.version) == ("sample", SUNDAY, None, 0)
    cards = [row for row in rows(scene.world, schema.OutboxRow) if row.kind == notices.COURSE]
    assert [(row.channel, row.subject) for row in cards] == [(LEADS, SubjectKind.COURSE.of(course))]


def test_nobody_is_asked_about_a_workflow_without_anything_to_do(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    assert review(scene) is not None
    assert not rows(scene.world, schema.Course)


def test_two_reviews_of_one_week_ask_one_question_in_both_channels(make_world: MakeWorld) -> None:
    """One about all, and one about this workflow alone for those who own it."""
    scene, course = asked(make_world)
    assert review(scene, workflow="sample", channel="C0OWN") is not None
    cards = [row for row in rows(scene.world, schema.OutboxRow) if row.kind == notices.COURSE]
    assert {(row.channel, row.subject_id) for row in cards} == {(LEADS, course), ("C0OWN", course)}


def test_the_evidence_is_that_of_the_week_and_of_the_four_before(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=Autonomy.floor(0.8, spot_checks=1))
    for days in (40, 12, 11, 3, 2, 1):
        scene.world.clock.time = datetime.combine(MONDAY, time(12), tzinfo=UTC) - timedelta(days=days)
        scene.worked(id=days)
    assert review(scene) is not None
    (row,) = rows(scene.world, schema.Course)
    evidence = course_view(scene.world.context, row.id).evidence
    lines = {line.code: line for line in evidence.lines}
    assert (lines[Code.CASES].number, lines[Code.CASES].before) == (3, 0.5)
    assert (lines[Code.ALONE].number, lines[Code.ALONE].of) == (3, 3)
    assert (lines[Code.TOO_FEW_CHECKS].number, lines[Code.TOO_FEW_CHECKS].of) == (0, 30)
    assert [(lack.what, lack.there) for lack in evidence.lacks] == [(Thin.CHECKS, 0), (Thin.CASES, 3)]
    assert evidence.floor == 0.8
    assert evidence.is_scoped


def test_a_choice_may_be_changed_and_every_change_is_audited(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    context = scene.world.context
    assert choose(context, course, 0, choice=Choice.HOLD, by="U1", note="until\nFriday")
    assert choose(context, course, 1, choice=Choice.STOP, by="U2")
    view = course_view(context, course)
    assert (view.choice, view.by, view.note, view.version) == (Choice.STOP, "U2", None, 2)
    assert [(by, told["choice"], told["before"]) for by, told in acts(scene)] == [
        ("U1", "hold", None),
        ("U2", "stop", "hold"),
    ]
    assert "Friday" not in str(acts(scene)), "the audit holds no words"


def test_a_choice_for_what_somebody_changed_since_is_refused(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    choose(scene.world.context, course, 0, choice=Choice.HOLD, by="U1")
    with pytest.raises(Stale):
        choose(scene.world.context, course, 0, choice=Choice.STOP, by="U2")
    with pytest.raises(Stale):
        choose(scene.world.context, course, 0, choice=Choice.HOLD, by="U2")


def test_a_press_that_arrives_twice_chooses_once(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    assert choose(scene.world.context, course, 0, choice=Choice.HOLD, by="U1")
    assert not choose(scene.world.context, course, 0, choice=Choice.HOLD, by="U1")
    assert len(acts(scene)) == 1


def test_of_two_who_choose_at_once_one_wins(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    together = Barrier(2)

    def press(by: str, choice: Choice) -> bool:
        together.wait()
        try:
            return choose(scene.world.context, course, 0, choice=choice, by=by)
        except Stale:
            return False

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(press, ("U1", "U2"), (Choice.EXPAND, Choice.STOP)))
    assert sorted(won) == [False, True]
    assert len(acts(scene)) == 1


def test_a_note_is_added_to_the_same_choice_and_kept_with_it(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    context = scene.world.context
    choose(context, course, 0, choice=Choice.HOLD, by="U1")
    choose(context, course, 1, choice=Choice.HOLD, by="U1", note="until Friday")
    assert course_view(context, course).note == "until Friday"
    choose(context, course, 2, choice=Choice.HOLD, by="U1", note="")
    assert course_view(context, course).note is None
    with pytest.raises(BadReason):
        choose(context, course, 3, choice=Choice.HOLD, by="U1", note="x" * 501)


def test_a_choice_is_closed_once_the_workflow_was_asked_about_again(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    context = scene.world.context
    choose(context, course, 0, choice=Choice.HOLD, by="U1")
    assert not course_view(context, course).is_closed
    assert review(scene, MONDAY + WEEK) is not None
    assert course_view(context, course).is_closed
    with pytest.raises(Refused):
        choose(context, course, 1, choice=Choice.STOP, by="U1")
    assert [view.choice for view in course_views(context, limit=10)] == [None, Choice.HOLD]


def test_what_was_asked_for_a_future_date_while_a_clock_was_wrong_closes_nothing(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    assert review(scene, MONDAY + 50 * WEEK) is not None
    scene.world.clock.time = datetime.combine(MONDAY, time(9), tzinfo=UTC)
    assert not course_view(scene.world.context, course).is_closed
    assert choose(scene.world.context, course, 0, choice=Choice.HOLD, by="U1")


def test_stop_pauses_nothing(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    choose(scene.world.context, course, 0, choice=Choice.STOP, by="U1")
    assert not workflow_pauses.is_paused(scene.world.context, "sample")


def test_a_choice_has_the_card_drawn_anew_and_is_told_in_its_thread_where_it_stands(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    context, subject = scene.world.context, SubjectKind.COURSE.of(course)
    with context.database.write() as session:
        messages.drawn(session, team=context.team, channel=LEADS, subject=subject, ts="1.0", waits=False)
    choose(context, course, 0, choice=Choice.HOLD, by="U1")
    kinds = [(row.kind, row.wanted) for row in rows(scene.world, schema.OutboxRow) if row.subject == subject]
    assert kinds == [(notices.COURSE, 2), (notices.COURSE_NOTE, 1)]
    note = rows(scene.world, schema.OutboxRow)[-1]
    told = course_note(context, course, note.about)
    assert told is not None
    assert (told.choice, told.before) == (Choice.HOLD, None)
    choose(context, course, 1, choice=Choice.STOP, by="U1")
    assert course_note(context, course, note.about) is None, "it is out of date before it was told"


def test_at_the_command_line_a_workflow_and_its_week_are_named(make_world: MakeWorld) -> None:
    scene, course = asked(make_world)
    context = scene.world.context
    view = choose_of(context, "sample", last=SUNDAY, choice=Choice.EXPAND, by="cli:ana", note="more queues")
    assert (view.id, view.choice, view.note) == (course, Choice.EXPAND, "more queues")
    with pytest.raises(Unknown):
        choose_of(context, "sample", last=SUNDAY - WEEK, choice=Choice.HOLD, by="cli:ana", note=None)
    with pytest.raises(Unknown):
        choose_of(context, "nothing", last=SUNDAY, choice=Choice.HOLD, by="cli:ana", note=None)
    with pytest.raises(Unknown):
        course_view(context, 99)
