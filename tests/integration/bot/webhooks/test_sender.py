"""A source is told how its cases end: once for each end, signed, in order, again after a refusal, and visibly not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from structlog.testing import capture_logs

from bot.intents import read
from bot.webhooks.posting import Poster
from bot.webhooks.sender import WebhookSender
from handlers.texts.pieces import Room
from store import schema
from store.states import OutboxState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.integration.engine.sources.test_outcomes import a_source, handed_in
from tests.integration.tools.server import DeskServer, Received, Reply
from tests.sample import Triage
from tests.waiting import wait_until
from workflows.engine.errors import NotDone, OutcomeUnknown
from workflows.engine.privacy.forgetting import forget
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.source import questions
from workflows.engine.review.wrong import corrections
from workflows.engine.send.channel_queue import intent_of
from workflows.engine.send.reconciliation import reconcile
from workflows.engine.sources.programs import api_sources
from workflows.engine.sources.programs.settings import ApiSettings
from workflows.engine.sources.told import webhooks
from workflows.engine.sources.told.outcomes import outcome_of
from workflows.engine.sources.told.webhook_secrets import WebhookKeys
from workflows.engine.sources.views import CaseState

pytestmark = pytest.mark.slow

MASTER = bytes(range(32))
KEYS = WebhookKeys(keys=(MASTER,), seed="calm")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def receiver() -> Iterator[DeskServer]:
    """A receiver for all tests here."""
    with DeskServer() as server:
        yield server


@pytest.fixture(autouse=True)
def anew(receiver: DeskServer) -> None:
    """Each test finds it as it was at first."""
    receiver.forget()


@pytest.fixture
def scene(make_world: MakeWorld) -> Scene:
    """A workflow whose cases go to people; the clock shows the real time, as receivers compare it with theirs."""
    made = sample(make_world, autonomy=DRAFT)
    made.world.clock.time = datetime.now(UTC)
    return made


@pytest.fixture
def shop(scene: Scene, receiver: DeskServer) -> int:
    """A source with an address."""
    return a_source(scene, "shop", workflows=None, webhook=f"{receiver.url}/shop", allow_private=True)


def ended(scene: Scene, source: int, *ids: int) -> list[int]:
    """Take cases in, approve each, and deliver them; returns them."""
    cases = handed_in(scene, source, *ids)
    scene.world.work()
    for case in cases:
        scene.approve(case)
        scene.world.work()
    return cases


def send(scene: Scene, *, seconds: float = 15.0, keys: WebhookKeys = KEYS) -> None:
    """Send what is due, once around, as the loop does."""
    sender = WebhookSender(scene.world.context, keys, poster=Poster(seconds=seconds))
    for channel in webhooks.channels(scene.world.context):
        sender.serve(channel)


def told(receiver: DeskServer, path: str = "/shop") -> list[tuple[str, int]]:
    """Return what arrived: type and case, in order."""
    bodies = [json.loads(one.body) for one in receiver.requests if one.path == path]
    return [(body["type"], body["data"]["id"]) for body in bodies]


def verified(request: Received, secret: str) -> Any:
    """Return the body of a request that the official library takes."""
    return Webhook(secret).verify(request.body, dict(request.headers))


def outbox(scene: Scene) -> list[schema.OutboxRow]:
    """Return the rows that go to programs."""
    return [row for row in rows(scene.world, schema.OutboxRow) if row.face == "webhook"]


def correct(scene: Scene, case: int, **values: Any) -> None:
    """Say that a delivered case was wrong; a person decides."""
    output = Triage(**{"reply": "Hello", **values})
    corrections.correct(scene.world.context, case, output, by="U1", reasons=["wrong queue"])


def secret_of(scene: Scene, keys: WebhookKeys = KEYS) -> str:
    """Return the secret that the shop is given."""
    return webhooks.secret(scene.world.context, "shop", keys, by="ana")


def test_a_delivered_case_is_told_once_and_verifies(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """The official library takes it with the secret that was printed, and with no other."""
    [case] = ended(scene, shop, 1)
    send(scene)
    send(scene)
    [request] = receiver.requests
    body = verified(request, secret_of(scene))
    assert (body["type"], body["data"]["state"], body["data"]["id"]) == ("case.delivered", "delivered", case)
    assert body["data"]["digest"].startswith("sha256:")
    assert datetime.fromisoformat(body["timestamp"]) == scene.world.clock()
    other = KEYS.secrets(shop + 1, ApiSettings(workflows=None), at=scene.world.clock())[0]
    with pytest.raises(WebhookVerificationError):
        verified(request, other)
    assert [row.state for row in outbox(scene)] == [OutboxState.SENT]


def test_each_end_has_its_own_word(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """Rejected, expired, failed, in doubt, asked: none is told as another."""
    rejected, expired, failed, asked = handed_in(scene, shop, 1, 2, 3, 4)
    scene.world.work()
    scene.reject(rejected, Follows.CLOSE)
    review = scene.review(expired)
    reviews.lapse(scene.world.context, review.id, review.version, approve=False)
    scene.world.work()
    scene.desk.errors.append(NotDone("no such ticket"))
    scene.approve(failed)
    scene.world.work()
    review = scene.review(asked)
    reviews.ask(scene.world.context, review.id, review.version, question="Which order?", by="U1")
    send(scene)
    assert sorted(told(receiver)) == [
        ("case.asked", asked),
        ("case.closed", rejected),
        ("case.expired", expired),
        ("case.failed", failed),
    ]
    [question] = [json.loads(one.body) for one in receiver.requests if b"case.asked" in one.body]
    assert (question["data"]["question"]["number"], question["data"]["question"]["text"]) == (1, "Which order?")


def test_a_rerun_and_a_correction_are_further_news(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """Failed, then delivered, then corrected: three messages; a correction that is rejected tells nothing."""
    [case] = handed_in(scene, shop, 1)
    scene.world.work()
    scene.desk.errors.append(NotDone("no such ticket"))
    scene.approve(case)
    scene.world.work()
    send(scene)
    reruns.rerun(scene.world.context, case, by="U1")
    scene.world.work()
    send(scene)
    assert [type for type, _ in told(receiver)] == ["case.failed", "case.delivered"]
    correct(scene, case, queue="delivery")
    being = outcome_of(scene.world.context, shop, case)
    assert (being.being_corrected, being.state, being.correction) == (True, CaseState.DELIVERED, 0)
    scene.approve(case, by="U2")
    scene.world.work()
    correct(scene, case, queue="billing")
    scene.reject(case, Follows.CLOSE, by="U2")
    scene.world.work()
    send(scene)
    assert [type for type, _ in told(receiver)] == ["case.failed", "case.delivered", "case.delivered"]
    last = json.loads(receiver.requests[-1].body)["data"]
    assert (last["correction"], last["approved"]["queue"], last["being_corrected"]) == (1, "delivery", False)


def test_nothing_is_written_for_a_source_without_an_address(scene: Scene, receiver: DeskServer) -> None:
    """It asks, and the outbox holds nothing that nobody would send."""
    ended(scene, a_source(scene, "quiet", workflows=None), 1)
    assert outbox(scene) == []


def test_a_refusal_is_tried_again_for_three_days_and_then_given_up_visibly(
    scene: Scene, shop: int, receiver: DeskServer
) -> None:
    """Ten attempts with growing pauses, the same id each time; then one note for all, and a person sends them again."""
    context, clock = scene.world.context, scene.world.clock
    cases = ended(scene, shop, 1, 2)
    receiver.will(*[Reply(status=503)] * 40)
    begun, attempts = clock(), list[timedelta]()
    while due := [row.not_before for row in outbox(scene) if row.state is OutboxState.DUE]:
        clock.time = max(clock(), min(due) if not attempts else sorted(due)[-1])
        send(scene)
        attempts += [clock() - begun] * (len(receiver.requests) - len(attempts))
    ids = [one.headers["webhook-id"] for one in receiver.requests]
    first = [told_at for told_at, id in zip(attempts, ids, strict=True) if id == ids[0]]
    assert len(first) == len(webhooks.PAUSES) + 1
    assert 3 * DAY < first[-1] < 5 * DAY
    # The second one waited behind it, and is too old by then to be tried for three more days.
    assert len(ids) == len(first) + 1
    [trouble] = webhooks.troubles(context)
    assert (trouble.name, trouble.given_up, trouble.number, trouble.error) == ("shop", True, 2, "http_503")
    notes = [row for row in rows(scene.world, schema.OutboxRow) if row.kind == "webhook_trouble"]
    assert [row.channel for row in notes] == ["failures"]
    news = read(context, [intent_of(notes[0])])
    assert callable(news)
    said = news(Room(text=100, line=100, items=10))
    assert said.brief == "2 webhooks to the source shop given up: it answers 503."
    # A sender of another face that starts does not revive them.
    reconcile(context)
    assert {row.state for row in outbox(scene)} == {OutboxState.DEAD}
    receiver.forget()
    assert webhooks.redeliver(context, "shop", by="ana") == 2
    send(scene)
    assert told(receiver) == [("case.delivered", case) for case in cases]
    assert [one.headers["webhook-id"] for one in receiver.requests] == list(dict.fromkeys(ids))
    assert read(context, [intent_of(notes[0])]) is None


def test_messages_keep_their_order_while_the_receiver_is_in_trouble(
    scene: Scene, shop: int, receiver: DeskServer
) -> None:
    """The first one is tried again before any other is sent; one that is refused for its own sake is set aside."""
    first, second, third = ended(scene, shop, 1, 2, 3)
    receiver.will(Reply(status=500))
    send(scene)
    send(scene)
    assert told(receiver) == [("case.delivered", first)]
    scene.world.clock.move(timedelta(seconds=10))
    receiver.will(Reply(status=422))
    send(scene)  # the first one is refused for its own sake
    send(scene)
    assert [case for _, case in told(receiver)] == [first, first, second, third]
    scene.world.clock.move(HOUR)
    send(scene)
    assert [case for _, case in told(receiver)][-1] == first
    assert {row.state for row in outbox(scene)} == {OutboxState.SENT}


def test_what_waits_for_another_attempt_is_sent_at_once_when_somebody_says_so(
    scene: Scene, shop: int, receiver: DeskServer
) -> None:
    """A receiver that is well again is not waited for; a message that was sent is not sent again."""
    [sent] = ended(scene, shop, 1)
    send(scene)
    [case] = ended(scene, shop, 2)
    receiver.will(Reply(status=503))
    send(scene)
    send(scene)
    assert told(receiver) == [("case.delivered", sent), ("case.delivered", case)]
    assert webhooks.redeliver(scene.world.context, "shop", by="ana") == 1
    send(scene)
    assert told(receiver)[2:] == [("case.delivered", case)]


def test_the_wait_that_is_asked_for_is_kept(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """A Retry-After that is longer than the pause is waited for."""
    ended(scene, shop, 1)
    receiver.will(Reply(status=429, headers={"Retry-After": "3600"}))
    send(scene)
    scene.world.clock.move(timedelta(minutes=59))
    send(scene)
    assert len(receiver.requests) == 1
    scene.world.clock.move(timedelta(minutes=2))
    send(scene)
    assert len(receiver.requests) == 2


def test_a_receiver_that_is_gone_gets_nothing_more(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """After a 410 nothing is sent or written, until somebody sets the address or sends again."""
    context = scene.world.context
    ended(scene, shop, 1, 2)
    receiver.will(Reply(status=410))
    send(scene)
    ended(scene, shop, 3)
    send(scene)
    assert len(receiver.requests) == 1
    assert [row.state for row in outbox(scene)] == [OutboxState.DEAD, OutboxState.DEAD]
    assert webhooks.given_up_for(context, shop) is not None
    assert webhooks.redeliver(context, "shop", by="ana") == 2
    send(scene)
    ended(scene, shop, 4)
    send(scene)
    assert len(receiver.requests) == 4
    receiver.will(Reply(status=410))
    ended(scene, shop, 5)
    send(scene)
    api_sources.change(context, "shop", by="ana", webhook=f"{receiver.url}/shop")
    ended(scene, shop, 6)
    send(scene)
    assert len(receiver.requests) == 6


def test_killed_between_sending_and_noting_it_is_sent_again_under_the_same_id(
    scene: Scene, shop: int, receiver: DeskServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver can tell that it is the same."""

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    ended(scene, shop, 1)
    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "note_taken", die)
        with pytest.raises(Killed):
            send(scene)
    assert [row.state for row in outbox(scene)] == [OutboxState.ATTEMPTING]
    send(scene)
    assert len(receiver.requests) == 1
    webhooks.prepare(scene.world.context)
    send(scene)
    assert len({one.headers["webhook-id"] for one in receiver.requests}) == 1
    assert len(receiver.requests) == 2


def test_a_receiver_that_hangs_holds_up_no_other(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """The loop itself, with two sources: one hears nothing for ever, the other all of it; and it stops when told."""
    other = a_source(scene, "crm", workflows=None, webhook=f"{receiver.url}/crm", allow_private=True)
    with DeskServer() as hanging:
        hanging.will(*[Reply(stalls=True)] * 20)
        api_sources.change(scene.world.context, "shop", by="ana", webhook=f"{hanging.url}/shop")
        handed = [ended(scene, source, number)[0] for number, source in enumerate((shop, other, shop, other))]
        stop = Event()
        sender = WebhookSender(scene.world.context, KEYS, poster=Poster(seconds=2))
        thread = Thread(target=sender.run, args=(stop,), daemon=True)
        thread.start()
        try:
            wait_until(lambda: len(told(receiver, "/crm")) == 2)
        finally:
            stop.set()
            thread.join(timeout=60)
        assert not thread.is_alive()
    assert told(receiver, "/crm") == [("case.delivered", handed[1]), ("case.delivered", handed[3])]


def test_a_rotated_secret_signs_beside_the_former_one_for_a_day(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """A receiver that has not changed its secret yet goes on, and then no more."""
    former = secret_of(scene)
    webhooks.rotate(scene.world.context, "shop", by="ana")
    present = secret_of(scene)
    ended(scene, shop, 1)
    send(scene)
    for secret in (former, present):
        assert verified(receiver.requests[-1], secret)["type"] == "case.delivered"
    scene.world.clock.move(DAY)
    ended(scene, shop, 2)
    send(scene)
    assert len(receiver.requests[-1].headers["webhook-signature"].split()) == 1
    trail = [row.action for row in rows(scene.world, schema.AuditRow) if row.action.startswith("source.secret")]
    assert trail == ["source.secret_shown", "source.secret_rotated", "source.secret_shown"]


def test_no_secret_is_in_a_row_or_a_log(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """Neither the key nor what is derived from it, nor the values of a case in the log."""
    with capture_logs() as logged:
        ended(scene, shop, 1)
        receiver.will(Reply(status=500, body=b"ECHO charged twice"))
        send(scene)
        scene.world.clock.move(HOUR)
        send(scene)
        secret = secret_of(scene)
    kept = []
    for table in schema.Base.metadata.sorted_tables:
        with scene.world.database.read() as session:
            kept += [str(row) for row in session.execute(table.select())]
    everything = "\n".join([*kept, str(logged)])
    for planted in (secret, secret.removeprefix("whsec_"), MASTER.hex(), "ECHO"):
        assert planted not in everything
    assert "charged twice" not in str(logged)
    assert f"{receiver.port}" not in str(logged)


def test_content_that_was_removed_is_not_sent(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """News that waited in the outbox are told as removed."""
    [case] = ended(scene, shop, 1)
    forget(scene.world.context, case, by="U0DPO")
    send(scene)
    [request] = receiver.requests
    body = json.loads(request.body)
    assert (body["data"]["removed"], body["data"]["approved"]) == (True, None)
    assert b"Hello" not in request.body


def test_a_question_that_was_answered_meanwhile_is_not_sent(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """The source found it by asking."""
    [case] = handed_in(scene, shop, 1)
    scene.world.work()
    review = scene.review(case)
    reviews.ask(scene.world.context, review.id, review.version, question="Which order?", by="U1")
    questions.reply(scene.world.context, case, "17", by="source:shop")
    send(scene)
    assert receiver.requests == []


def test_a_case_can_be_sent_again(scene: Scene, shop: int, receiver: DeskServer) -> None:
    """Under the id that it had; a case that was told nobody is none."""
    case, other = ended(scene, shop, 1, 2)
    send(scene)
    assert webhooks.redeliver_case(scene.world.context, case, by="ana") == 1
    send(scene)
    assert told(receiver) == [("case.delivered", case), ("case.delivered", other), ("case.delivered", case)]
    assert receiver.requests[0].headers["webhook-id"] == receiver.requests[2].headers["webhook-id"]
    assert webhooks.redeliver_case(scene.world.context, scene.worked(id=9), by="ana") == 0


def test_nobody_knows_is_told_too(make_world: MakeWorld, receiver: DeskServer) -> None:
    """And once a person found out, the end is told as well."""
    scene = sample(make_world, autonomy=DRAFT, idempotent=False)
    shop = a_source(scene, "shop", workflows=None, webhook=f"{receiver.url}/shop", allow_private=True)
    [case] = handed_in(scene, shop, 1)
    scene.world.work()
    scene.desk.errors.append(OutcomeUnknown("it hung up"))
    scene.approve(case)
    scene.world.work()
    send(scene)
    assert told(receiver) == [("case.in_doubt", case)]
