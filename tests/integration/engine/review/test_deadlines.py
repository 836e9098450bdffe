"""A review that nobody decides in time is overdue, and lapses where its workflow says so: once, as no decision."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, time, timedelta
from itertools import count
from threading import Barrier

import pytest

from store import schema
from store.db.failpoints import Failpoint, Side, watched
from tests.conftest import MakeWorld
from tests.integration.engine.deliver.test_workflow_pauses import pause
from tests.integration.engine.review.test_reports import say
from tests.integration.engine.scene import DRAFT, Crash, Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Ticket, Triage
from workflows import Review, Second, WorkingHours
from workflows.engine.declare.review import OnExpiry
from workflows.engine.errors import BadDeclaration, Refused, Stale
from workflows.engine.read.tally import act_counts, tally
from workflows.engine.review import claims, reviews
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.undo import undo
from workflows.engine.review.waiting import deadlines
from workflows.engine.run.waking import awaken
from workflows.quality.examples.past_decisions import decided as example_of

KEY = "sample/ticket-1"
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def due(make_world: MakeWorld, on_expiry: OnExpiry = "hold", **settings: object) -> Scene:
    """The sample automation, whose reviews are to be answered within an hour."""
    given = {"post_to": "C0SUPPORT", "answer_within": HOUR, "on_expiry": on_expiry, "reminders": 0, **settings}
    return sample(make_world, autonomy=DRAFT, review=Review(**given))  # type: ignore[arg-type]  # named by each test


def overdue(scene: Scene) -> tuple[int, int]:
    """Take a case in and let its deadline pass; return its case and its review."""
    case = scene.worked()
    review = scene.review(case).id
    scene.world.clock.move(HOUR)
    scene.world.work()
    return case, review


def acts(scene: Scene, *wanted: str) -> list[schema.AuditRow]:
    """Return what the audit says of reviews that nobody decided in time."""
    wanted = wanted or ("review.overdue", "review.lapsed", "review.expired")
    return [row for row in rows(scene.world, schema.AuditRow) if row.action in wanted]


def held(scene: Scene) -> object:
    """Return why an overdue review waits for a person all the same."""
    (act,) = acts(scene)
    assert (act.action, act.actor) == ("review.overdue", "countersign")
    return act.details["held"]


def test_nothing_happens_to_an_overdue_review_but_that_its_card_says_so(make_world: MakeWorld) -> None:
    scene = due(make_world)
    case = scene.worked()
    review = scene.review(case).id
    scene.world.clock.move(HOUR - SECOND)
    assert awaken(scene.world.context) == 0
    assert not card_view(scene.world.context, review).overdue
    wanted = scene.wanted(review)
    scene.world.clock.move(SECOND)
    assert awaken(scene.world.context) == 1
    assert card_view(scene.world.context, review).overdue
    assert scene.wanted(review) == wanted + 1
    scene.world.clock.move(timedelta(days=30))
    assert awaken(scene.world.context) == 0
    assert [row.action for row in acts(scene)] == ["review.overdue"]
    assert scene.review(case).version == 1
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert not card_view(scene.world.context, review).overdue
    follow_the_trail(scene.world)


def test_a_deadline_is_reckoned_in_the_workflows_working_hours(make_world: MakeWorld) -> None:
    """It is Friday, 9:00 in UTC, which is 18:00 in Tokyo."""
    scene = due(make_world, hours=WorkingHours(begin=time(10), end=time(18, 30)))
    scene.workflow.timezone = type(scene.workflow.timezone)("Asia/Tokyo")
    case = scene.worked()
    assert scene.review(case).answer_by == datetime.fromisoformat("2026-11-23T10:30+09:00")


def test_what_nobody_answers_is_delivered_where_that_is_written_and_is_nobodys_decision(make_world: MakeWorld) -> None:
    scene = due(make_world, "approve", grace=HOUR)
    case, review = overdue(scene)
    assert (scene.run(case).state, scene.run(case).resolution) == ("delivered", "lapsed")
    assert scene.desk.attempts == [KEY]
    (kept,) = rows(scene.world, schema.Decision)
    assert (kept.kind, kept.by, kept.interaction_id) == ("lapsed", "countersign", None)
    assert [(row.action, row.actor) for row in acts(scene)] == [("review.lapsed", "countersign")]
    assert act_counts(scene.world.context).decisions == {}
    counted = tally(scene.world.context, [case], {})
    assert (counted.decided, counted.alone, counted.lapsed) == (0, 0, 1)
    with pytest.raises(Refused, match="nobody has confirmed its answer"):
        example_of(scene.world.context, case)
    with pytest.raises(Stale, match="nobody answered in time, so it was taken as proposed at 2026-11-20 10:00 UTC"):
        reviews.approve(scene.world.context, review, 1, by="U1")
    with pytest.raises(Stale):
        undo(scene.world.context, review, 1, by="U1")
    follow_the_trail(scene.world)


def test_what_nobody_answers_is_closed_where_that_is_written(make_world: MakeWorld) -> None:
    scene = due(make_world, "reject")
    case, review = overdue(scene)
    assert (scene.run(case).state, scene.run(case).resolution) == ("closed", "expired")
    assert (scene.desk.attempts, list(scene.desk.told.values())) == ([], ["No answer in time"])
    (kept,) = rows(scene.world, schema.Decision)
    assert (kept.kind, kept.by, kept.follows) == ("expired", "countersign", "close")
    assert act_counts(scene.world.context).decisions == {}
    assert tally(scene.world.context, [case], {}).lapsed == 1
    with pytest.raises(Stale, match="so it was closed at"):
        reviews.approve(scene.world.context, review, 1, by="U1")
    follow_the_trail(scene.world)


def _breaks(scene: Scene) -> None:
    scene.workflow.never("answer billing")(lambda ticket, triage: triage.queue == "billing")


def _fails(scene: Scene) -> None:
    def fails(ticket: Ticket, triage: Triage) -> bool:
        raise LookupError

    scene.workflow.never("fail")(fails)


def _needs_second(scene: Scene) -> None:
    object.__setattr__(scene.workflow.review, "second", Second())


@pytest.mark.parametrize(
    ("change", "why"), [(_breaks, "rule"), (_fails, "rule"), (_needs_second, "second"), (pause, "paused")]
)
def test_no_proposal_lapses_that_a_person_has_to_see(
    make_world: MakeWorld, change: Callable[[Scene], object], why: str
) -> None:
    """It stays open and overdue: a never, also one that fails, a second person, or a pause is in the way."""
    scene = due(make_world, "approve")
    case = scene.worked()
    change(scene)
    scene.world.clock.move(HOUR)
    scene.world.work()
    assert held(scene) == why
    assert (scene.run(case).state, scene.desk.attempts) == ("waiting", [])
    assert card_view(scene.world.context, scene.review(case).id).overdue


def test_what_somebody_reported_as_wrong_is_never_delivered_by_a_lapse(make_world: MakeWorld) -> None:
    scene = due(make_world, "approve")
    case = scene.worked()
    say(scene, case)
    scene.world.clock.move(HOUR)
    scene.world.work()
    assert held(scene) == "reported"
    assert (scene.run(case).state, scene.desk.attempts) == ("waiting", [])


def test_an_empty_form_is_never_delivered_by_a_lapse(make_world: MakeWorld) -> None:
    scene = due(make_world, "approve")
    case = scene.worked()
    scene.reject(case, Follows.BY_HAND)
    scene.world.clock.move(HOUR)
    scene.world.work()
    assert held(scene) == "no_proposal"
    assert scene.run(case).state == "waiting"


@pytest.mark.parametrize("on_expiry", ["approve", "reject"])
def test_what_a_first_person_approved_waits_for_the_second(make_world: MakeWorld, on_expiry: OnExpiry) -> None:
    scene = due(make_world, on_expiry, second=Second())
    case = scene.worked()
    scene.approve(case, by="U0ANA")
    scene.world.clock.move(HOUR)
    scene.world.work()
    assert (held(scene), scene.decided(case).state) == ("second", "awaiting_second")


@pytest.mark.parametrize("on_expiry", ["approve", "reject"])
def test_a_report_that_something_was_wrong_never_lapses(make_world: MakeWorld, on_expiry: OnExpiry) -> None:
    scene = due(make_world, on_expiry)
    case = scene.worked()
    scene.approve(case)
    scene.world.work()
    say(scene, case)
    scene.world.clock.move(HOUR)
    scene.world.work()
    assert held(scene) == "delivered"


def test_nothing_lapses_in_the_hands_of_a_person_who_works_on_it(make_world: MakeWorld) -> None:
    """It lapses once they have not been heard of for as long as a claim lasts."""
    scene = due(make_world, "reject")
    case = scene.worked()
    review = scene.review(case).id
    scene.world.clock.move(HOUR - SECOND)
    claims.claim(scene.world.context, review, by="U0ANA")
    scene.world.clock.move(SECOND)
    scene.world.work()
    assert (scene.run(case).state, len(acts(scene, "review.put_off"))) == ("waiting", 1)
    assert card_view(scene.world.context, review).overdue
    scene.world.clock.move(claims.CLAIM_LASTS)
    scene.world.work()
    assert scene.run(case).state == "closed"


def test_a_claim_at_the_last_moment_keeps_a_review_from_lapsing(make_world: MakeWorld) -> None:
    """It comes between the look at the deadline and the lapse."""
    scene = due(make_world, "reject")
    case = scene.worked()
    review = scene.review(case).id
    scene.world.clock.move(HOUR)
    claims.claim(scene.world.context, review, by="U0ANA")
    with pytest.raises(Stale, match="just taken it on"):
        reviews.lapse(scene.world.context, review, 1, approve=False, claimed_at=None)
    scene.world.work()
    assert scene.run(case).state == "waiting"


@pytest.mark.parametrize("on_expiry", ["hold", "approve", "reject"])
def test_several_processes_that_look_at_once_do_it_once(make_world: MakeWorld, on_expiry: OnExpiry) -> None:
    scene = due(make_world, on_expiry)
    cases = [scene.worked(id=number) for number in (1, 2, 3)]
    scene.world.clock.move(HOUR)
    start = Barrier(5)

    def look(_: int) -> int:
        start.wait()
        return deadlines.sweep(scene.world.context)

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(look, range(5))) == len(cases)
    assert len(acts(scene)) == len(cases)
    scene.world.work()
    assert len(scene.desk.attempts) == (3 if on_expiry == "approve" else 0)
    follow_the_trail(scene.world)


def test_of_a_person_and_a_deadline_at_once_one_decides(make_world: MakeWorld) -> None:
    scene = due(make_world, "approve")
    case = scene.worked()
    review = scene.review(case).id
    scene.world.clock.move(HOUR)
    start = Barrier(2)

    def person() -> bool:
        start.wait()
        try:
            reviews.reject(scene.world.context, review, 1, by="U1", reason="wrong", follows=Follows.CLOSE)
        except Stale:
            return False
        return True

    def clock() -> bool:
        start.wait()
        return deadlines.sweep(scene.world.context) == 1

    with ThreadPoolExecutor(2) as pool:
        won = [one.result() for one in [pool.submit(person), pool.submit(clock)]]
    assert sum(won) == 1
    scene.world.work()
    assert len(rows(scene.world, schema.Decision)) == 1
    assert (len(scene.desk.attempts), len(scene.desk.told)) == ((0, 1) if won[0] else (1, 0))
    follow_the_trail(scene.world)


def test_after_being_down_for_days_a_process_looks_once_at_all_that_is_overdue(make_world: MakeWorld) -> None:
    """F51: several deadlines passed meanwhile."""
    scene = due(make_world, "reject")
    cases = []
    for number in (1, 2, 3):
        cases.append(scene.worked(id=number))
        scene.world.clock.move(HOUR / 4)
    scene.world.clock.move(timedelta(days=9))
    scene.world.restart()
    scene.world.work()
    assert [scene.run(case).state for case in cases] == ["closed"] * 3
    assert len(acts(scene)) == 3


def test_a_clock_that_jumps_does_nothing_twice(make_world: MakeWorld) -> None:
    """F49: an hour forward and back again. What was done by the clock that was ahead is done."""
    scene = due(make_world)
    case, review = overdue(scene)
    scene.world.clock.move(-HOUR)
    assert awaken(scene.world.context) == 0
    assert not card_view(scene.world.context, review).overdue
    scene.world.clock.move(2 * HOUR)
    assert awaken(scene.world.context) == 0
    assert card_view(scene.world.context, review).overdue
    assert len(acts(scene)) == 1
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_whoever_takes_a_decision_back_after_the_deadline_has_the_time_anew(make_world: MakeWorld) -> None:
    scene = due(make_world, "reject", grace=2 * HOUR)
    case = scene.worked()
    review = scene.review(case).id
    scene.approve(case, by="U0ANA")
    scene.world.clock.move(HOUR + SECOND)
    scene.world.work()
    undo(scene.world.context, review, 1, by="U0ANA")
    scene.world.work()
    assert scene.review(case).answer_by == scene.world.clock() + HOUR
    scene.world.clock.move(HOUR)
    scene.world.work()
    assert scene.run(case).state == "closed"


def test_one_broken_automation_keeps_no_other_review_from_its_deadline(make_world: MakeWorld) -> None:
    scene = due(make_world, "approve")
    cases = {scene.worked(id=1), scene.worked(id=2)}
    object.__setattr__(scene.workflow.review, "second", 5)  # our own code fails over it
    scene.world.clock.move(HOUR)
    assert deadlines.sweep(scene.world.context) == 2
    assert [act.details["held"] for act in acts(scene)] == ["error", "error"]
    assert {row.case_id for row in acts(scene)} == cases


@pytest.mark.parametrize("on_expiry", ["hold", "approve", "reject"])
def test_a_process_that_ends_anywhere_in_it_leaves_all_or_nothing(make_world: MakeWorld, on_expiry: OnExpiry) -> None:
    """The next one does it, once: at every failpoint of the look at a deadline."""
    scene = due(make_world, on_expiry)
    passed: list[tuple[Failpoint, Side]] = []

    def ends_at(number: int) -> None:
        passed.clear()

        def watch(seam: Failpoint, side: Side, _: str) -> None:
            passed.append((seam, side))
            if len(passed) == number:
                raise Crash

        with watched(watch), suppress(Crash):
            deadlines.sweep(scene.world.context)

    for number in count(1):
        case = scene.worked(id=number)
        scene.world.clock.move(HOUR)
        ends_at(number)
        ended = len(passed) == number
        scene.world.restart()
        scene.world.work()
        assert [row.case_id for row in acts(scene)].count(case) == 1
        assert scene.run(case).state == {"hold": "waiting", "approve": "delivered", "reject": "closed"}[on_expiry]
        if not ended:
            break
    assert {seam for seam, _ in passed} == {Failpoint.AUDIT, Failpoint.COMMIT}
    follow_the_trail(scene.world)


def test_a_rule_that_is_written_otherwise_is_refused() -> None:
    with pytest.raises(BadDeclaration, match="on_expiry has to be one of hold, reject, approve, escalate, not 'close'"):
        Review(on_expiry="close")  # type: ignore[arg-type]  # wrong on purpose
