"""Spans reach a real OTLP receiver once, whatever it answers, and nothing waits for them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.otel.collector import Collector
from bot.otel.sending import LONGEST_BACKOFF, Sending
from bot.otel.target import Target
from bot.settings import Settings
from store.db.database import Database
from tests.conftest import MakeWorld
from tests.integration.bot.otel.receiver import Receiver, receiving
from tests.integration.engine.scene import CARDS, DRAFT, Scene, sample
from tests.waiting import LONGEST, wait_until
from tests.world import World
from workflows.engine.read.spans import exports as span_exports
from workflows.engine.read.spans.exports import GIVEN_UP_AFTER, case_spans, trouble
from workflows.engine.review.rerun import reruns
from workflows.model.scripted import ScriptedModel

QUICK = {"look": 0.01, "backoff": 0.01, "take_over": 0.01}
"""Seconds."""
KEY = "k-Euston-Sybil-4711"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A collector that takes everything."""
    with receiving() as receiver:
        yield receiver


def sending_to(receiver: Receiver, scene: Scene, **seconds: float) -> Sending:
    """The loop of a process that was just started."""
    target = Target(
        url=f"{receiver.url}/v1/traces", headers=SecretStr(f"api-key={KEY}"), service="triage-bot", content=False
    )
    span_exports.begin(scene.world.context)
    context = scene.world.context
    return Sending(context, Collector(target), provider="anthropic", target=target, **{**QUICK, **seconds})


def turn(sending: Sending, times: int = 1) -> None:
    for _ in range(times):
        sending.turn(Event())


@contextmanager
def running(sending: Sending) -> Iterator[Event]:
    """The loop in a thread of its own; it ends with the block."""
    stop = Event()
    thread = Thread(target=sending.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(LONGEST)
        assert not thread.is_alive()


@pytest.fixture
def make_sqlite_world(migrated_sqlite_url: str) -> Iterator[MakeWorld]:
    """Makes a Countersign on SQLite, for what does not depend on the database."""
    database = Database(migrated_sqlite_url)
    yield lambda tell: World(database=database, model=ScriptedModel(tell))
    database.close()


@pytest.fixture
def scene(make_sqlite_world: MakeWorld) -> Scene:
    """An automation whose cases are delivered alone."""
    return sample(make_sqlite_world, review=CARDS)


def test_a_collector_is_sent_what_explain_prints(scene: Scene, receiver: Receiver) -> None:
    scene.desk.look_up_errors.append(ValueError("no such customer"))
    sending = sending_to(receiver, scene)
    cases = [scene.worked(id=number) for number in (1, 2)]
    turn(sending)

    context = scene.world.context
    told = {span.id: span for case in cases for span in case_spans(context, case, provider="anthropic")}
    assert sorted(span.span_id.hex() for span in receiver.spans) == sorted(told)
    for span in receiver.spans:
        ours = told[span.span_id.hex()]
        assert (span.trace_id.hex(), span.parent_span_id.hex(), span.name) == (ours.trace, ours.parent or "", ours.name)
        assert {one.key for one in span.attributes} == set(ours.attributes)
        assert (
            span.end_time_unix_nano - span.start_time_unix_nano
            == (ours.ended_at - ours.began_at) / timedelta(microseconds=1) * 1_000
        )
        assert [event.name for event in span.events] == [event.name for event in ours.events]
    failed = [span.name for span in receiver.spans if span.status.code == Status.STATUS_CODE_ERROR]
    assert failed == ["step look_up", "invoke_workflow sample"]
    assert {span.kind for span in receiver.spans if span.name == "deliver sample"} == {Span.SPAN_KIND_CLIENT}
    assert receiver.resource()["service.name"] == "triage-bot"
    assert receiver.resource()["service.version"]
    assert receiver.said[0]["api-key"] == KEY
    assert receiver.paths == ["/v1/traces"]


def test_a_process_that_ended_before_it_counted_sends_the_same_spans_again(scene: Scene, receiver: Receiver) -> None:
    sending = sending_to(receiver, scene)
    scene.worked()
    (stop,) = span_exports.next_stops(scene.world.context, span_exports.Progress())
    lost = span_exports.sendable(scene.world.context, stop, provider="anthropic", content=False)
    Collector(sending._target).send(lost.spans)
    first = sorted(span.SerializeToString() for span in receiver.spans)
    receiver.requests.clear()

    turn(sending_to(receiver, scene), 3)
    assert sorted(span.SerializeToString() for span in receiver.spans) == first


def test_of_two_processes_one_sends_and_the_other_takes_over(make_world: MakeWorld, receiver: Receiver) -> None:
    scene = sample(make_world, review=CARDS)
    one, other = sending_to(receiver, scene), sending_to(receiver, scene)
    with running(other):
        with running(one):
            cases = [scene.worked(id=number) for number in range(1, 6)]
            wait_until(lambda: len(roots(receiver)) == len(cases))
        scene.worked(id=9)
        wait_until(lambda: len(roots(receiver)) == len(cases) + 1)
    assert len({span.span_id for span in receiver.spans}) == len(receiver.spans), "none was sent twice"


def roots(receiver: Receiver) -> list[Span]:
    return [span for span in receiver.spans if not span.parent_span_id]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"status": 503}, "http_503"),
        ({"status": 429, "headers": {"Retry-After": "86400"}}, "http_429"),
        ({"status": 401}, "http_401"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:9/"}}, "http_302"),
        ({"type": "text/html", "body": b"<html>Sign in</html>"}, "no_collector"),
        ({"body": b"\xff\xff\xffgarbage"}, "no_collector"),
        ({"endless": True}, "no_collector"),
    ],
    ids=["down", "busy", "locked", "moved", "page", "garbage", "endless"],
)
def test_what_is_not_taken_is_told_once_and_sent_when_it_is(
    make_sqlite_world: MakeWorld, receiver: Receiver, answer: dict[str, object], code: str
) -> None:
    scene = sample(make_sqlite_world)
    sending = sending_to(receiver, scene)
    scene.worked()
    for name, value in answer.items():
        setattr(receiver, name, value)
    with capture_logs() as logs:
        waits = [sending.turn(Event()) for _ in range(3)]
    assert [(line["event"], line["error"]) for line in logs] == [("spans.not_taken", code)]
    assert all(wait > 0 for wait in waits)
    if code == "http_429":
        assert waits == [LONGEST_BACKOFF] * 3, "as long as it asks, and no longer than that"
    assert KEY not in repr(logs)
    wrong = trouble(scene.world.context)
    assert wrong is not None
    assert (wrong.error, wrong.failing_since) == (code, scene.world.clock())

    fresh = Receiver()
    for name in answer:
        setattr(receiver, name, getattr(fresh, name))
    turn(sending, 2)
    assert len(roots(receiver)) == 1
    assert trouble(scene.world.context) is None


def test_a_collector_that_is_not_there_keeps_no_case_waiting(scene: Scene, receiver: Receiver) -> None:
    receiver_of_nobody = Receiver(url="http://127.0.0.1:9")
    with capture_logs() as logs, running(sending_to(receiver_of_nobody, scene)):
        for number in range(1, 4):
            assert scene.world.state(scene.worked(id=number)) == "delivered"
        wait_until(lambda: trouble(scene.world.context) is not None)
    assert [line["error"] for line in logs if line["event"] == "spans.not_taken"] == ["ConnectionError"]
    turn(sending_to(receiver, scene), 2)
    assert len(roots(receiver)) == 3


def test_spans_that_are_refused_are_given_up_and_those_beside_them_are_not(
    make_sqlite_world: MakeWorld, receiver: Receiver
) -> None:
    scene = sample(make_sqlite_world)
    sending = sending_to(receiver, scene)
    scene.worked(id=1)
    scene.desk.look_up_errors.append(ValueError("no such customer"))
    scene.worked(id=2)
    scene.worked(id=3)
    receiver.refuses = "ValueError"
    with capture_logs() as logs:
        turn(sending, 6)
    assert len(roots(receiver)) == 2
    assert [(line["event"], line["why"]) for line in logs] == [("spans.given_up", "http_400")]
    wrong = trouble(scene.world.context)
    assert wrong is not None
    assert (wrong.given_up, wrong.failing_since) == (1, None)


def test_spans_that_are_taken_in_part_are_not_sent_again(make_sqlite_world: MakeWorld, receiver: Receiver) -> None:
    scene = sample(make_sqlite_world)
    sending = sending_to(receiver, scene)
    scene.worked()
    part = ExportTracePartialSuccess(rejected_spans=2, error_message=f"no: {KEY}")
    receiver.body = ExportTraceServiceResponse(partial_success=part).SerializeToString()
    with capture_logs() as logs:
        turn(sending, 3)
    assert receiver.asked == 1
    assert [(line["event"], line["spans"]) for line in logs] == [("spans.given_up", 2)]
    assert KEY not in repr(logs)


def test_what_waited_for_a_day_is_given_up(make_sqlite_world: MakeWorld, receiver: Receiver) -> None:
    scene = sample(make_sqlite_world)
    sending = sending_to(receiver, scene)
    for number in range(1, 4):
        scene.worked(id=number)
    receiver.status = 503
    turn(sending)
    scene.world.clock.move(GIVEN_UP_AFTER + timedelta(minutes=1))
    scene.worked(id=9)
    with capture_logs() as logs:
        turn(sending, 2)
    assert [line["runs"] for line in logs if line["event"] == "spans.given_up"] == [3]
    receiver.status = 200
    turn(sending, 2)
    assert len(roots(receiver)) == 1


def test_a_collector_that_does_not_answer_holds_up_no_end(make_sqlite_world: MakeWorld, receiver: Receiver) -> None:
    scene = sample(make_sqlite_world)
    receiver.hangs.set()
    with running(sending_to(receiver, scene)):
        scene.worked()
        wait_until(lambda: receiver.asked > 0)
    # The block has ended while the request still hangs.
    assert not receiver.free.is_set()
    receiver.hangs.clear()
    turn(sending_to(receiver, scene), 2)
    assert len(roots(receiver)) == 1, "it is sent at the next start"


def test_a_request_that_does_not_end_is_left_to_itself_and_is_the_only_one(scene: Scene, receiver: Receiver) -> None:
    sending = sending_to(receiver, scene, longest=0.3)
    scene.worked()
    receiver.hangs.set()
    with capture_logs() as logs:
        turn(sending, 3)
    assert [(line["event"], line["error"]) for line in logs] == [("spans.not_taken", "hanging")]
    assert receiver.asked <= 1, "no second one while it hangs"

    receiver.hangs.clear()
    receiver.free.set()

    def came() -> bool:
        turn(sending)
        return len(roots(receiver)) >= 1

    wait_until(came)


def test_no_secret_and_no_content_is_in_what_is_sent(make_sqlite_world: MakeWorld, receiver: Receiver) -> None:
    scene = sample(make_sqlite_world, autonomy=DRAFT, review=CARDS)
    sending = sending_to(receiver, scene)
    planted = "Sybil-Vane-of-Euston"
    case = scene.worked(text=planted)
    scene.edit(case, queue="delivery", reply=planted, by="U0PERSON")
    scene.world.work()
    scene.desk.look_up_errors.append(ValueError(planted))
    scene.worked(id=2, text=planted)
    turn(sending, 2)

    assert len(roots(receiver)) == 2
    for hidden in (planted, "U0PERSON", "ticket-1", KEY):
        assert all(hidden.encode() not in sent for sent in receiver.raw)


def test_a_stop_without_spans_tells_nothing_of_the_collector(scene: Scene, receiver: Receiver) -> None:
    """A failed run was complete when it is superseded by its rerun."""
    sending = sending_to(receiver, scene)
    scene.desk.look_up_errors.append(ValueError("no such customer"))
    case = scene.worked()
    turn(sending)
    reruns.rerun(scene.world.context, case, by="U0DEV")
    span_exports.note_failed(scene.world.context, "http_503")
    turn(sending)
    assert receiver.asked == 1
    assert trouble(scene.world.context) is not None
    scene.world.work()
    turn(sending)
    assert receiver.asked == 2
    assert trouble(scene.world.context) is None


@pytest.mark.slow
def test_nothing_of_the_library_is_loaded_where_no_endpoint_is_set() -> None:
    """And no loop runs: `serve` has none to start."""
    script = (
        "import sys; from bot.otel.sending import sending_of; from bot.otel.target import target_of;"
        "from bot.settings import Settings; assert target_of(Settings()) is None;"
        "assert not [name for name in sys.modules if name.startswith(('opentelemetry', 'requests', 'google'))]"
    )
    clean = {"PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", script], check=True, env=clean)
    assert Settings.model_fields["otel_endpoint"].default == ""
