"""A target that is down for a while: one event, one notice, one probe at a time; then all goes out by itself, once."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.slack.renderer import draw
from handlers.slack.blocks.card import card
from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.deliver.test_workflow_pauses import pause, resume
from tests.integration.engine.scene import DRAFT, Crash, Scene, rows, sample
from tests.integration.engine.target import NAME, Target, decided, scene_with, serving
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Ticket, Triage, sample_workflow
from tests.unit.handlers.slack import message
from workflows import NotDone, Run, TryAgain
from workflows.engine.deliver import certainty
from workflows.engine.deliver.delivery_status import targets_down, waiting_deliveries
from workflows.engine.deliver.targets import DOWN_AFTER
from workflows.engine.deliver.waiting_deliveries import awaken
from workflows.engine.errors import Refused
from workflows.engine.review import doubts
from workflows.engine.review.cards import card_view
from workflows.engine.review.rerun import reruns
from workflows.engine.run.recovery import MAX_LOSSES
from workflows.engine.send.channel_queue import intent_of

pytestmark = pytest.mark.slow

EIGHT = range(1, 9)


@pytest.fixture
def target() -> Iterator[Target]:
    with serving() as target:
        yield target


def key(number: int, revision: int = 1) -> str:
    return f"sample/ticket-{number}" + (f"/revision-{revision}" if revision > 1 else "")


def states(scene: Scene, cases: list[int]) -> set[str]:
    return {scene.run(case).state for case in cases}


def told(scene: Scene, kind: str = "target") -> list[str]:
    """Return the news in the failures channel about targets and late deliveries."""
    found = [row for row in rows(scene.world, schema.OutboxRow) if row.kind == kind]
    drawn = [draw(scene.world.context, [intent_of(row)]).drawn for row in found]
    return [message(one) for one in drawn if one is not None]


def shown(scene: Scene, case: int) -> str:
    return message(card(card_view(scene.world.context, scene.decided(case).id)))


def passes(scene: Scene, **time: float) -> None:
    """Time goes by, and what is due is worked on."""
    scene.world.clock.move(timedelta(**time))
    scene.world.work()


def test_a_target_that_is_down_heals_by_itself_in_order_and_once(make_world: MakeWorld, target: Target) -> None:
    """F81: eight decided cases, a restart in the midst of it, and no rerun."""
    scene = scene_with(make_world, target)
    target.status = 503

    cases = decided(scene, *EIGHT)

    assert states(scene, cases) == {"holding"}
    assert set(scene.deliveries().values()) == {"waiting"}
    # Each of the first three was tried as often as one go has attempts; nobody else was sent there.
    assert set(target.asked) == {key(number) for number in EIGHT[:DOWN_AFTER]}
    (notice,) = told(scene)
    assert notice.startswith("The help desk has been down since 2026-11-20 09:00 UTC; 8 decisions wait.")
    assert "the help desk is out of service (503)" in notice
    assert "Recorded; the help desk is down, tried again at" in shown(scene, cases[-1])

    before = len(target.asked)
    scene.world.restart()
    for _ in range(4):
        passes(scene, minutes=4)
    assert len(target.asked) - before <= 4

    target.status, mark = 200, len(target.asked)
    passes(scene, minutes=20)

    assert states(scene, cases) == {"delivered"}
    assert target.done == {key(number): 1 for number in EIGHT}
    # The probe is whoever waits for the longest to be tried; the others follow in their order.
    assert target.order[1:] == sorted(target.order[1:])
    assert len(target.asked) - mark == len(EIGHT)
    (notice,) = told(scene)
    assert notice.startswith("The help desk answers again")
    assert "8 decisions that waited go out by themselves" in notice
    assert "Applied: R-sample/ticket-1" in shown(scene, cases[0])
    assert scene.run(cases[0]).problem is None
    follow_the_trail(scene.world)


def test_what_a_target_did_before_it_dropped_the_line_is_not_called_failed(
    make_world: MakeWorld, target: Target
) -> None:
    """F82, F40: three times done and not said. The fourth time under the same key it says so."""
    scene = scene_with(make_world, target)
    target.drops = 3

    (case,) = decided(scene, 1)

    assert target.asked == [key(1)] * 3
    delivery = scene.delivery(case)
    assert (delivery.state, delivery.attempts, delivery.maybe_applied) == ("waiting", 3, True)
    said = shown(scene, case)
    assert "Not confirmed; it may be applied. It is made again under the same key at" in said
    assert "failed" not in said.lower()
    with pytest.raises(Refused, match="it is decided, and its delivery is tried again automatically"):
        reruns.rerun(scene.world.context, case, by="U0DEV", from_step="start")

    passes(scene, minutes=1)

    assert (scene.run(case).state, target.done, target.asked) == ("delivered", {key(1): 1}, [key(1)] * 4)
    assert scene.delivery(case).attempts == 4
    assert told(scene) == []
    follow_the_trail(scene.world)


def test_what_may_be_done_is_not_made_again_where_the_code_no_longer_says_that_keys_are_known(
    make_sqlite_world: MakeWorld, target: Target
) -> None:
    """F41: it waited as a delivery under a key, and the code was replaced meanwhile. A person is asked."""
    scene = scene_with(make_sqlite_world, target)
    target.drops = 3
    (case,) = decided(scene, 1)
    assert scene.delivery(case).maybe_applied
    assert scene.workflow.effect is not None
    apply = scene.workflow.effect.apply
    scene.workflow.deliver(idempotent=False, target=NAME)(lambda triage, run: str(apply(triage, run)))
    passes(scene, minutes=1)
    assert (scene.run(case).state, scene.delivery(case).state) == ("doubtful", "doubtful")
    assert target.asked == [key(1)] * 3
    doubts.settle(scene.world.context, case, happened=False, by="U1")
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_one_case_that_is_never_taken_is_no_outage(make_sqlite_world: MakeWorld, target: Target) -> None:
    scene = scene_with(make_sqlite_world, target)
    target.refuses = {key(1)}
    cases = decided(scene, 1)
    for number in range(2, 12):
        cases += decided(scene, number)
        passes(scene, hours=5)
    assert [scene.run(case).state for case in cases] == ["holding"] + ["delivered"] * 10
    assert told(scene) == []
    assert "Not confirmed; it may be applied" in shown(scene, cases[0])
    (note,) = told(scene, "late")
    assert note.startswith("Case 1 is not delivered yet · sample · ticket-1")
    assert "since 2026-11-20 09:00 UTC. It may be applied" in note


def test_a_case_that_is_never_taken_does_not_keep_a_target_down(make_sqlite_world: MakeWorld, target: Target) -> None:
    scene = scene_with(make_sqlite_world, target)
    target.status, target.refuses = 503, {key(1)}
    cases = decided(scene, *EIGHT)
    target.status = 200
    for _ in range(3):
        passes(scene, minutes=20)
    assert [scene.run(case).state for case in cases] == ["holding"] + ["delivered"] * 7
    assert "answers again" in told(scene)[0]


def test_it_waits_for_three_days_and_then_fails_visibly(make_sqlite_world: MakeWorld, target: Target) -> None:
    scene = scene_with(make_sqlite_world, target)
    target.status = 503
    (case,) = decided(scene, 1)
    waits, last = [], scene.world.clock()
    while scene.run(case).state == "holding":
        next_at = scene.delivery(case).next_at
        assert next_at is not None
        waits.append(next_at - last)
        last = scene.world.clock.time = next_at
        scene.world.work()
    assert scene.run(case).state == "failed"
    assert sum(waits, timedelta(0)) >= certainty.GIVEN_UP_AFTER
    assert timedelta(seconds=30) <= waits[0] <= timedelta(seconds=38)
    assert all(short <= long * 1.25 for short, long in pairwise(waits))
    assert timedelta(hours=4) <= waits[-1] <= timedelta(hours=5)
    assert scene.delivery(case).attempts == len(target.asked) == len(waits) + 3
    assert [kind for kind, *_ in scene.outbox()].count("cause") == 1
    assert "Not confirmed; it may be applied. An engineer can say /rerun" in shown(scene, case)
    target.status = 200
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert (scene.run(case).state, target.done) == ("delivered", {key(1): 1})


def test_a_target_that_is_down_for_three_days_fails_each_visibly_after_a_last_try(
    make_sqlite_world: MakeWorld, target: Target
) -> None:
    scene = scene_with(make_sqlite_world, target)
    target.status = 503
    cases = decided(scene, *EIGHT)
    passes(scene, days=3, minutes=1)
    assert states(scene, cases) == {"failed"}
    assert set(target.asked) == {key(number) for number in EIGHT}
    passes(scene, minutes=1)
    assert told(scene)[0].startswith("The help desk is not tried any more")


def test_an_older_delivery_of_a_case_goes_out_before_a_newer_one(make_world: MakeWorld, target: Target) -> None:
    """The newer one is not even tried, if the older one waits alone or its target is down."""
    scene = scene_with(make_world, target)
    target.status = 503
    (case,) = decided(scene, 1)
    assert scene.submit(id=1, text="other words") == case
    scene.world.work()
    scene.approve(case)
    scene.world.work()
    assert [run.state for run in scene.world.case(case).runs] == ["holding", "holding"]
    assert "held until an older delivery of this case is made" in shown(scene, case)
    target.status = 200
    passes(scene, minutes=1)
    assert target.order == [key(1), key(1, revision=2)]
    assert [run.state for run in scene.world.case(case).runs] == ["delivered", "delivered"]
    follow_the_trail(scene.world)


def test_a_rerun_tries_what_waits_at_once(make_world: MakeWorld, target: Target) -> None:
    scene = scene_with(make_world, target)
    target.status = 503
    first, second, third = decided(scene, 1, 2, 3)
    run = scene.run(second).id
    target.status, mark = 200, len(target.asked)

    begun = reruns.rerun(scene.world.context, second, by="U0DEV")
    with pytest.raises(Refused, match=f"the help desk is down, and is being tried with case {second} right now"):
        reruns.rerun(scene.world.context, third, by="U0DEV")
    scene.world.work()

    assert (begun.run, begun.from_step) == (run, "deliver")
    assert states(scene, [first, second, third]) == {"delivered"}
    assert target.asked[mark] == key(2)
    assert target.done == {key(number): 1 for number in (1, 2, 3)}


def test_a_pause_with_deliveries_holds_what_waits(make_sqlite_world: MakeWorld, target: Target) -> None:
    scene = scene_with(make_sqlite_world, target)
    target.status = 503
    cases = decided(scene, *EIGHT)
    pause(scene, deliveries=True)
    target.status, mark = 200, len(target.asked)
    passes(scene, hours=9)
    assert (states(scene, cases), len(target.asked)) == ({"holding"}, mark)
    with pytest.raises(Refused, match="will be delivered when its workflow is resumed"):
        reruns.rerun(scene.world.context, cases[0], by="U0DEV")
    resume(scene)
    scene.world.work()
    assert (states(scene, cases), target.done) == ({"delivered"}, {key(number): 1 for number in EIGHT})


def test_with_many_waiting_there_is_one_notice_and_one_probe(make_sqlite_world: MakeWorld, target: Target) -> None:
    scene = scene_with(make_sqlite_world, target)
    target.status = 503
    scene.workflow.autonomy = type(scene.workflow.autonomy).floor(0.5)
    many = range(1, 61)
    scene.world.submit_all(scene.workflow, [{"id": number, "text": "charged twice"} for number in many])
    scene.world.work()
    assert len(target.asked) == DOWN_AFTER * 3
    (view,) = targets_down(scene.world.context)
    assert (view.target, view.waiting) == (NAME, 60)
    passes(scene, minutes=1)
    assert len(target.asked) == DOWN_AFTER * 3 + 1
    target.status = 200
    passes(scene, minutes=30)
    assert target.done == {key(number): 1 for number in many}
    assert len(told(scene)) == 1


def test_what_the_target_asks_to_wait_is_waited(make_sqlite_world: MakeWorld, target: Target) -> None:
    scene = scene_with(make_sqlite_world, target)
    target.status, target.retry_after = 503, "1800"
    (case,) = decided(scene, 1)
    assert target.asked == [key(1)]
    passes(scene, minutes=29)
    assert target.asked == [key(1)]
    target.status = 200
    passes(scene, minutes=2)
    assert scene.run(case).state == "delivered"


@pytest.mark.parametrize("asked", [float("nan"), float("inf"), -1.0, 10**400], ids=["nan", "inf", "negative", "huge"])
def test_a_time_that_is_none_does_not_keep_a_delivery_from_waiting(make_sqlite_world: MakeWorld, asked: float) -> None:
    scene = sample(make_sqlite_world, autonomy=DRAFT)
    scene.desk.errors.append(TryAgain("busy", after=asked))
    (case,) = decided(scene, 1)
    next_at = scene.delivery(case).next_at
    assert next_at is not None
    assert timedelta(0) < next_at - scene.world.clock() <= certainty.LONGEST
    passes(scene, hours=5)
    assert scene.run(case).state == "delivered"


def test_a_target_without_keys_is_tried_again_only_where_nothing_was_done(
    make_sqlite_world: MakeWorld, target: Target
) -> None:
    """F41: 429 says that nothing was done. 503 does not, and a person is asked."""
    scene = scene_with(make_sqlite_world, target, idempotent=False)
    target.status = 429
    busy = decided(scene, 1)
    assert states(scene, busy) == {"holding"}
    target.status = 503
    doubtful = decided(scene, 2)
    assert states(scene, doubtful) == {"doubtful"}
    target.status = 200
    passes(scene, hours=9)
    assert (states(scene, busy), states(scene, doubtful)) == ({"delivered"}, {"doubtful"})
    assert target.asked == ["/tickets/1", "/tickets/2", "/tickets/1"]


def test_workflows_that_name_the_same_target_wait_together(make_sqlite_world: MakeWorld, target: Target) -> None:
    scene = scene_with(make_sqlite_world, target)
    other, asked = sample_workflow(scene.desk, name="other"), list[str]()

    @other.deliver(idempotent=True, target=NAME)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        asked.append(run.key)
        return "done"

    scene.world.registry.add(other)
    target.status = 503
    decided(scene, 1, 2, 3)
    case = scene.world.submit(other, id=1, text="charged twice").case
    scene.world.work()
    assert (scene.run(case).state, asked) == ("holding", [])
    target.status = 200
    passes(scene, minutes=1)
    assert (scene.run(case).state, asked) == ("delivered", ["other/ticket-1"])
    assert len(told(scene)) == 1


def test_a_refusal_shows_that_a_target_is_up(make_sqlite_world: MakeWorld, target: Target) -> None:
    scene = scene_with(make_sqlite_world, target)
    target.status = 503
    cases = decided(scene, *EIGHT)
    target.status = 404
    passes(scene, minutes=1)
    assert states(scene, cases) == {"failed"}
    assert "answers again" in told(scene)[0]


def test_a_probe_whose_worker_dies_is_followed_by_another(make_sqlite_world: MakeWorld, target: Target) -> None:
    scene = scene_with(make_sqlite_world, target)
    assert scene.workflow.effect is not None
    apply, dies = scene.workflow.effect.apply, [False]

    @scene.workflow.deliver(idempotent=True, target=NAME)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        if dies.pop() if dies else False:
            raise Crash
        return str(apply(triage, run))

    target.status = 503
    cases = decided(scene, *EIGHT)
    dies.append(True)
    scene.world.clock.move(timedelta(minutes=1))
    scene.crash()
    target.status = 200
    scene.world.work()
    assert (states(scene, cases), target.done) == ({"delivered"}, {key(number): 1 for number in EIGHT})
    follow_the_trail(scene.world)


class Stricter(Ticket):
    """A field that no ticket had before."""

    priority: int


def test_what_waits_and_fails_before_its_attempt_waits_no_longer(make_world: MakeWorld, target: Target) -> None:
    """The code was replaced during an outage, and reads none of the cases. The outage ends, and nothing is lost."""
    scene = scene_with(make_world, target)
    target.status = 503
    cases = decided(scene, *EIGHT)
    maybe = {key(number) for number in EIGHT[:DOWN_AFTER]}
    scene.workflow.input = Stricter
    for _ in EIGHT:
        passes(scene, minutes=20)

    assert states(scene, cases) == {"parked"}
    assert set(scene.deliveries().values()) == {"failed"}
    deliveries = rows(scene.world, schema.Delivery)
    assert {row.key for row in deliveries if row.maybe_applied} == maybe
    assert waiting_deliveries(scene.world.context) == []
    assert targets_down(scene.world.context) == []
    (notice,) = told(scene)
    assert notice.startswith("The help desk is not tried any more")
    assert "failed" in shown(scene, cases[-1])
    assert "Not confirmed; it may be applied" in shown(scene, cases[0])

    scene.workflow.input, target.status = Ticket, 200
    for case in cases:
        reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert (states(scene, cases), target.done) == ({"delivered"}, {key(number): 1 for number in EIGHT})
    follow_the_trail(scene.world)


def test_what_waits_and_ends_its_workers_before_its_attempt_waits_no_longer(
    make_world: MakeWorld, target: Target
) -> None:
    """F54: it is set aside, and a target that nobody waits for counts as down no longer."""
    scene = scene_with(make_world, target)
    target.status = 503
    cases = decided(scene, *EIGHT[:DOWN_AFTER])
    for _ in range(DOWN_AFTER * MAX_LOSSES):
        scene.world.clock.move(timedelta(minutes=20))
        awaken(scene.world.context)
        assert scene.world.claim()
        scene.world.restart()

    assert states(scene, cases) == {"failed"}
    assert set(scene.deliveries().values()) == {"failed"}
    assert (waiting_deliveries(scene.world.context), targets_down(scene.world.context)) == ([], [])
    follow_the_trail(scene.world)


def test_a_clock_that_was_ahead_for_a_moment_puts_nothing_off_for_long(
    make_sqlite_world: MakeWorld, target: Target
) -> None:
    """F69, for what waits: what was planned then is not waited for, and at most one delivery is given up."""
    scene = scene_with(make_sqlite_world, target)
    target.status = 503
    now = scene.world.clock()
    scene.world.clock.time = now + timedelta(days=400)
    cases = decided(scene, *EIGHT)
    scene.world.clock.time = now
    target.status = 200
    scene.world.work()
    assert states(scene, cases) == {"delivered"}


@pytest.mark.parametrize(
    ("error", "keyed", "later"),
    [
        (TryAgain("busy"), False, True),
        (NotDone("no"), True, False),
        (ConnectionResetError("reset"), True, True),
        (ConnectionResetError("reset"), False, False),
        (ConnectionRefusedError("refused"), False, False),
        (TimeoutError("slow"), True, True),
        (FileNotFoundError("no such file"), True, False),
        (KeyError("id"), True, False),
    ],
    ids=repr,
)
def test_what_may_work_later(error: Exception, keyed: bool, later: bool) -> None:
    """A connection that is refused may be the second that was tried: without a key, only `NotDone` is certain."""
    assert certainty.may_work_later(error, keyed=keyed) is later
