"""F64: what is brought to a target that knows no keys is brought once, however its delivery is written.

The target is a real one: it does what it is asked and ends the connection without a word, or answers 503 after it did
it. What was done then, nobody here can know, so it is in doubt, and nothing tries it again.
"""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Crash, Scene, sample
from tests.integration.engine.target import Target, serving
from tests.sample import Ticket, Triage
from tests.waiting import LONGEST
from workflows import NotDone, Rejection, Run, TryAgain, step
from workflows.engine.errors import Refused
from workflows.engine.review import doubts
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.tools.http import client

Deliver = Callable[[Triage, Run[Ticket]], str]


@pytest.fixture
def target() -> Iterator[Target]:
    with serving() as target:
        yield target


def posting(url: str, path: str = "/pay") -> str:
    """Pay as many authors do."""
    request = urllib.request.Request(f"{url}{path}", data=b"{}", method="POST")
    try:
        with urllib.request.urlopen(request, timeout=LONGEST) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        error.close()
        raise


def with_a_step(target: Target) -> Deliver:
    @step(tries=3)
    def pay(ticket: int) -> str:
        return posting(target.url)

    return lambda triage, run: pay(run.input.id)


def with_a_step_that_names_its_errors(target: Target) -> Deliver:
    @step(tries=5, retry_on=(OSError, Exception))
    def pay(ticket: int) -> str:
        return posting(target.url)

    return lambda triage, run: pay(run.input.id)


def with_a_loop_around_a_step(target: Target) -> Deliver:
    @step
    def pay(ticket: int) -> str:
        return posting(target.url)

    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        for _ in range(3):
            try:
                return pay(run.input.id)
            except Exception:  # noqa: BLE001  # as authors do
                continue
        return "gave up"

    return deliver


def with_a_plain_no_after_it(target: Target) -> Deliver:
    @step(tries=3)
    def pay(ticket: int) -> str:
        return posting(target.url)

    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        try:
            return pay(run.input.id)
        except OSError as error:
            raise TryAgain("the bank is busy") from error

    return deliver


def with_our_client_in_a_step(target: Target) -> Deliver:
    bank = client(target.url, name="the bank", allow_private=["127.0.0.1"], timeout=LONGEST)

    @step(tries=3)
    def pay(ticket: int) -> str:
        return bank.post("/pay", {}).read(dict[str, str])["receipt"]

    return lambda triage, run: pay(run.input.id)


def with_nothing_around_it(target: Target) -> Deliver:
    return lambda triage, run: posting(target.url)


WAYS = [
    with_a_step,
    with_a_step_that_names_its_errors,
    with_a_loop_around_a_step,
    with_a_plain_no_after_it,
    with_our_client_in_a_step,
    with_nothing_around_it,
]


def paying(make_world: MakeWorld, deliver: Deliver) -> Scene:
    scene = sample(make_world, autonomy=DRAFT, idempotent=False)
    scene.workflow.deliver(deliver)
    return scene


def decided(scene: Scene) -> int:
    case = scene.worked()
    scene.approve(case)
    scene.world.work()
    return case


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("how", ["drops the line", "answers 503"])
def test_it_is_paid_once_and_then_in_doubt(make_sqlite_world: MakeWorld, target: Target, how: str, way: object) -> None:
    scene = paying(make_sqlite_world, way(target))  # type: ignore[operator]  # one of the ways above
    if how == "drops the line":
        target.drops = 9
    else:
        target.status = 503
    case = decided(scene)
    assert target.asked == ["/pay"]
    assert scene.run(case).state == "doubtful"
    assert scene.world.waits == []
    scene.world.restart()
    scene.world.work()
    assert target.asked == ["/pay"]


def test_a_rejection_is_told_once(make_sqlite_world: MakeWorld, target: Target) -> None:
    scene = sample(make_sqlite_world, autonomy=DRAFT, idempotent=False)

    @step(tries=3)
    def tell(reason: str) -> str:
        return posting(target.url, "/tell")

    @scene.workflow.on_reject
    def rejected(rejection: Rejection, run: Run[Ticket]) -> str:
        return tell(rejection.reason)

    target.drops = 9
    case = scene.worked()
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    assert (scene.run(case).state, target.asked) == ("doubtful", ["/tell"])


def test_what_certainly_was_not_done_is_tried_again_in_its_step(make_sqlite_world: MakeWorld) -> None:
    tries = [TryAgain("busy"), TryAgain("busy")]

    @step(tries=3)
    def pay(ticket: int) -> str:
        if tries:
            raise tries.pop()
        return "paid"

    scene = paying(make_sqlite_world, lambda triage, run: pay(run.input.id))
    assert scene.run(decided(scene)).state == "delivered"
    assert len(scene.world.waits) == 2


@pytest.mark.parametrize("in_a_step", [True, False])
def test_a_no_to_a_later_question_says_nothing_of_what_was_done_before(
    make_sqlite_world: MakeWorld, target: Target, in_a_step: bool
) -> None:
    """Paid, and then the balance cannot be asked for: made again, it would be paid twice."""
    bank = client(target.url, name="the bank", allow_private=["127.0.0.1"], timeout=LONGEST)

    def pay_and_look(ticket: int) -> str:
        bank.post("/pay", {})
        bank.get("/balance")  # 501 from this target, so `TryAgain`
        return "paid"

    pay = step(tries=3)(pay_and_look) if in_a_step else pay_and_look
    scene = paying(make_sqlite_world, lambda triage, run: pay(run.input.id))
    case = decided(scene)
    assert (scene.run(case).state, target.asked) == ("doubtful", ["/pay"])
    assert "the bank did something before that" in scene.problem(case)


def steps_of(target: Target, *, second: list[BaseException]) -> Deliver:
    """Pays, and then tells somebody, who has turns."""

    @step(tries=3)
    def pay(ticket: int) -> str:
        return posting(target.url)

    @step(tries=3)
    def tell(receipt: str) -> str:
        if second:
            raise second.pop(0)
        return receipt

    return lambda triage, run: tell(pay(run.input.id))


@pytest.mark.parametrize(
    "error", [ConnectionResetError("reset"), NotDone("nobody there"), Crash()], ids=["unknown", "no", "crash"]
)
def test_a_step_that_was_done_is_not_done_again_when_its_delivery_is(
    make_world: MakeWorld, target: Target, error: BaseException
) -> None:
    """Finished steps are recalled, with the values that they had, after a settled doubt as after a failure."""
    scene = paying(make_world, steps_of(target, second=[error]))
    case = scene.worked()
    scene.approve(case)
    if isinstance(error, Crash):
        scene.crash()
    scene.world.work()
    if not isinstance(error, NotDone):
        assert scene.run(case).state == "doubtful"
        doubts.settle(scene.world.context, case, happened=False, by="U1")
    else:
        with pytest.raises(Refused, match="its delivery may have happened, with the earlier values"):
            reruns.rerun(scene.world.context, case, by="U0DEV", from_step="start")

    reruns.rerun(scene.world.context, case, by="U0DEV", from_step="deliver")
    scene.world.work()

    assert (scene.run(case).state, target.asked) == ("delivered", ["/pay"])


def test_a_delivery_that_waits_goes_on_after_what_was_done(make_world: MakeWorld, target: Target) -> None:
    scene = paying(make_world, steps_of(target, second=[TryAgain("busy")] * 3))
    case = decided(scene)
    assert scene.run(case).state == "holding"
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert (scene.run(case).state, target.asked) == ("delivered", ["/pay"])


def test_under_a_key_a_step_and_its_delivery_do_not_multiply_their_tries(
    make_sqlite_world: MakeWorld, target: Target
) -> None:
    bank = client(target.url, name="the bank", allow_private=["127.0.0.1"], timeout=LONGEST)

    @step(tries=3)
    def pay(ticket: int, key: str) -> str:
        return bank.post("/pay", {}, idempotency_key=key).read(dict[str, str])["receipt"]

    scene = sample(make_sqlite_world, autonomy=DRAFT)
    scene.workflow.deliver(idempotent=True)(lambda triage, run: pay(run.input.id, run.key))
    target.drops = 2
    case = decided(scene)
    assert (scene.run(case).state, len(target.asked), target.done.total()) == ("delivered", 3, 1)
    assert scene.delivery(case).attempts == 3
