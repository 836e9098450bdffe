"""A run as spans: what is in them, when which of them is sent, and that it is sent whatever happens between."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread
from typing import Annotated, Literal

from pydantic import BaseModel, JsonValue

from store.cases import contents, runs
from store.governance.span_exports import newest_row
from store.model import requests
from store.states import RunState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Office, Scene, office_scene, sample
from tests.waiting import LONGEST, wait_until
from tests.world import World, sure
from workflows import Ask, Personal, Proposal, Review, Run, TryAgain, Workflow
from workflows.engine.case.transitions import move_run
from workflows.engine.read.spans import exports as span_exports
from workflows.engine.read.spans.exports import GIVEN_UP_AFTER, Progress, case_spans, trouble
from workflows.engine.read.spans.views import SpanKind, SpanView
from workflows.engine.review import doubts
from workflows.engine.review.rerun import reruns

SECRET = "Sybil-Vane-of-Euston"
MINUTE = timedelta(minutes=1)


def spans(scene: Scene, case: int, *, content: bool = False) -> list[SpanView]:
    return case_spans(scene.world.context, case, provider="anthropic", content=content)


def named(found: list[SpanView], name: str) -> list[SpanView]:
    return [span for span in found if span.name == name]


def sent(world: World, progress: Progress, *, counted: bool = True) -> list[list[SpanView]]:
    """Return the spans sent for each next stop."""
    found = []
    for stop in span_exports.next_stops(world.context, progress):
        one = span_exports.sendable(world.context, stop, provider="anthropic", content=False)
        found.append(list(one.spans))
        if counted:
            span_exports.note_sent(world.context, stop)
    return found


def sent_then(world: World, progress: Progress, *, counted: bool = True) -> list[list[SpanView]]:
    """Return what is sent once something is. PostgreSQL's own upkeep may have a transaction open for a moment."""
    found: list[list[SpanView]] = []

    def look() -> bool:
        found.extend(sent(world, progress, counted=counted))
        return bool(found)

    wait_until(look)
    return found


def asked(
    world: World, case: int, *, outcome: str = "answered", told: JsonValue = None, said: JsonValue = None
) -> None:
    """Keep a request to a model, as the gateway does it while the step `ask` lasts."""
    team, view = world.context.team, world.case(case)
    with world.database.write() as session:
        body = json.dumps({"told": told, "said": said})
        requests.begin(
            session,
            team=team,
            workflow=view.workflow,
            case_id=case,
            run_id=view.newest.id,
            content_id=contents.keep(session, team=team, case=case, kind="attempt", body=body),
            number=1,
            model="claude-x",
            answered_by="claude-x-1",
            prompt_version="4f2a",
            input_hash="h",
            request_id="msg_1",
            outcome=outcome,
            input_tokens=100,
            output_tokens=20,
            thinking_tokens=5,
            cache_read_tokens=7,
            cache_write_tokens=0,
            reserved=Decimal("0.1"),
            cost=Decimal("0.01"),
            prices="p",
            began_at=world.clock(),
            milliseconds=1.0,
        )


def reviewed(make_world: MakeWorld) -> tuple[Scene, int]:
    """A case that waits for a person."""
    scene = sample(make_world, review=CARDS, autonomy=DRAFT)
    span_exports.begin(scene.world.context)
    case = scene.worked(text=SECRET)
    return scene, case


def test_a_run_is_a_tree_of_its_steps_its_wait_its_decision_and_its_delivery(make_world: MakeWorld) -> None:
    scene, case = reviewed(make_world)
    asked(scene.world, case)
    asked(scene.world, case, outcome="given_again")
    scene.world.clock.move(2 * MINUTE)
    scene.approve(case)
    scene.world.work()

    found = spans(scene, case)
    root = found[-1]
    parents = {span.id: span.name for span in found}
    assert {(span.name, parents.get(span.parent or "")) for span in found} == {
        ("invoke_workflow sample", None),
        ("step look_up", "invoke_workflow sample"),
        ("step ask", "invoke_workflow sample"),
        ("chat claude-x", "step ask"),
        ("wait for a person", "invoke_workflow sample"),
        ("decision approved", "wait for a person"),
        ("deliver sample", "invoke_workflow sample"),
    }
    assert {span.trace for span in found} == {root.trace}
    assert root.attributes["gen_ai.operation.name"] == "invoke_workflow"
    assert root.attributes["gen_ai.agent.name"] == "sample"
    assert (root.attributes["countersign.run.state"], root.error) == ("delivered", None)
    (chat,) = named(found, "chat claude-x")  # what was answered from the cache asked no model
    assert "model.given_again" in [event.name for event in root.events]
    assert chat.kind is SpanKind.CLIENT
    assert {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-x",
        "gen_ai.response.model": "claude-x-1",
        "gen_ai.response.id": "msg_1",
        "gen_ai.usage.input_tokens": 107,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 7,
    }.items() <= chat.attributes.items()
    (wait,) = named(found, "wait for a person")
    assert wait.ended_at - wait.began_at == 2 * MINUTE
    assert wait.attributes["countersign.review.reasons"] == ["draft"]
    (decision,) = named(found, "decision approved")
    assert decision.attributes["countersign.decision.by"] == "person"


def test_what_has_ended_is_sent_when_it_comes_to_a_person_and_the_rest_at_the_end(make_world: MakeWorld) -> None:
    scene, case = reviewed(make_world)
    progress = Progress()

    (first,) = sent_then(scene.world, progress)
    assert [span.name for span in first] == ["step look_up", "step ask"]
    assert sent(scene.world, progress) == [], "nothing is sent while it waits"

    scene.world.clock.move(timedelta(days=3))
    scene.approve(case)
    scene.world.work()
    (rest,) = sent_then(scene.world, progress)
    assert [span.name for span in rest] == [
        "wait for a person",
        "decision approved",
        "deliver sample",
        "invoke_workflow sample",
    ]
    assert sent(scene.world, Progress()) == [], "each is sent once, also after a restart"


def test_after_a_crash_the_same_spans_are_sent_and_no_others(make_world: MakeWorld) -> None:
    scene, case = reviewed(make_world)
    scene.approve(case)
    scene.world.work()

    lost = sent_then(scene.world, Progress(), counted=False)
    again = sent_then(scene.world, Progress())

    assert again == lost
    assert sorted(span.id for part in again for span in part) == sorted(span.id for span in spans(scene, case))


def test_what_came_before_spans_were_wanted_is_not_sent(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.worked()
    span_exports.begin(scene.world.context)
    assert sent(scene.world, Progress()) == []

    scene.worked(id=2)
    span_exports.begin(scene.world.context)
    assert len(sent_then(scene.world, Progress())) == 1, "to begin again changes nothing"


def test_a_failed_run_ends_in_its_error_and_a_rerun_is_a_run_of_its_own(make_world: MakeWorld) -> None:
    office = Office()
    office.will("read_note", ValueError("no such note"))
    scene = office_scene(make_world, office)
    case = scene.worked()
    failed = spans(scene, case)
    assert (failed[-1].error, failed[-1].attributes["countersign.run.state"]) == ("ValueError", "failed")
    (step,) = named(failed, "step read_note")
    assert step.error == step.attributes["error.type"] == "ValueError"

    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    found = spans(scene, case)
    assert found[: len(failed)] == failed, "nothing of what was sent changes"
    again = found[-1]
    assert again.trace != failed[-1].trace
    assert [(link.trace, link.span) for link in again.links] == [(failed[-1].trace, failed[-1].id)]
    made = [span.name for span in found[len(failed) :] if span.name.startswith("step")]
    assert made == ["step read_note", "step read_note", "step ask", "step deliver/reserve", "step deliver/notify"]
    (delivery,) = named(found, "deliver office")
    assert {span.parent for span in found if "deliver/" in span.name} == {delivery.id}


def test_each_attempt_at_a_delivery_is_a_span(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.errors.append(TryAgain("it is down"))
    case = scene.worked()
    scene.world.clock.move(timedelta(hours=1))
    scene.world.work()

    found = spans(scene, case)
    attempts = named(found, "deliver sample")
    assert [span.error for span in attempts] == ["waiting", None]
    assert [span.attributes["countersign.delivery.attempt"] for span in attempts] == [1, 2]
    (hold,) = named(found, "hold the delivery")
    assert hold.ended_at - hold.began_at == timedelta(hours=1)


def test_a_delivery_in_doubt_waits_for_a_person_too(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    span_exports.begin(scene.world.context)
    scene.desk.errors.append(OSError("cut off"))
    case = scene.worked()
    progress = Progress()
    (first,) = sent_then(scene.world, progress)
    assert [(span.name, span.error) for span in first if span.error] == [("deliver sample", "doubtful")]
    assert first[-1].parent is not None, "the run is not over"

    scene.world.clock.move(timedelta(hours=5))
    doubts.settle(scene.world.context, case, happened=True, by="U0EVE")
    (rest,) = sent_then(scene.world, progress)
    assert [(span.name, span.attributes.get("countersign.wait.for")) for span in rest] == [
        ("wait for a person", "doubt"),
        ("invoke_workflow sample", None),
    ]


def test_no_content_is_in_spans_unless_somebody_says_so(make_world: MakeWorld) -> None:
    scene = sample(make_world, sure(0.95, queue="billing", reply=SECRET), autonomy=DRAFT, review=CARDS)
    case = scene.worked(text=SECRET)
    scene.edit(case, queue="billing", reply=f"{SECRET} again", by="U0PERSON")
    scene.world.work()
    scene.desk.look_up_errors.append(ValueError(SECRET))
    failed = scene.worked(id=2, text=SECRET)

    told = repr([spans(scene, case), spans(scene, failed)])
    assert "decision edited" in told
    for hidden in (SECRET, "U0PERSON", "ticket-1", "tester"):
        assert hidden not in told

    said = repr(spans(scene, case, content=True))
    assert SECRET in said
    assert "U0PERSON" in said


class Letter(BaseModel):
    """An input with a person in it."""

    id: int
    sender: Annotated[str, Personal]
    age: Annotated[int, Personal]
    text: str


class Reply(BaseModel):
    """An output that names a person."""

    queue: Literal["billing", "delivery"]
    to: Annotated[str, Personal]


def test_what_is_personal_stays_masked_where_content_is_wanted(make_sqlite_world: MakeWorld) -> None:
    """Also where the model, or the text, repeats it; and a secret in the text is masked as everywhere."""
    world = make_sqlite_world(sure(0.95, queue="billing", to="Dorian Gray"))
    letters: Workflow[Letter, Reply] = Workflow(
        name="letters",
        decision="Whose?",
        owner="U0MARIA",
        input=Letter,
        output=Reply,
        key=lambda letter: str(letter.id),
    )

    @letters.propose
    def propose(letter: Letter, ask: Ask[Reply]) -> Proposal[Reply]:
        return ask(text=letter.text, sender=letter.sender, age=letter.age)

    @letters.deliver(idempotent=True)
    def deliver(reply: Reply, run: Run[Letter]) -> str:
        return f"sent to {reply.to}"

    world.registry.add(letters)
    text = f"I am {SECRET}, ask Dorian Gray, password=hunter2hunter2"
    case = world.submit(letters, id=1, sender=SECRET, age=4711, text=text).case
    world.work()
    asked(
        world,
        case,
        told={"text": text, "sender": SECRET, "age": 4711},
        said={"values": {"queue": "billing", "to": "Dorian Gray"}, "reasons": [f"{SECRET} names Dorian Gray"]},
    )

    found = case_spans(world.context, case, provider="anthropic", content=True)
    (chat,) = named(found, "chat claude-x")
    told, said = (str(chat.attributes[f"gen_ai.{name}.messages"]) for name in ("input", "output"))
    assert "password=" in told, "content is there"
    assert "billing" in said
    assert json.loads(said)[0]["role"] == "assistant"
    told = repr(found)
    for hidden in (SECRET, "4711", "Dorian", "hunter2"):
        assert hidden not in told

    letters.review = Review(text_in_channel=False)
    assert "password=" not in repr(case_spans(world.context, case, provider="anthropic", content=True))


def test_a_run_that_is_noted_late_is_not_passed_over(make_postgres_world: MakeWorld) -> None:
    """Its row of the audit has a lower number than one that is sent already, since its transaction took longer."""
    scene = sample(make_postgres_world)
    world = scene.world
    span_exports.begin(world.context)
    scene.submit()
    (lease,) = world.claim()
    with moved_slowly(world, lease.run) as finish:
        scene.worked(id=2)
        progress = Progress()
        for _ in range(3):
            assert sent(world, progress) == [], "one that began before may still add a row"
        finish()
        found: list[str] = []

        def all_came() -> bool:
            found.extend(str(part[-1].attributes["countersign.run.state"]) for part in sent(world, progress))
            return len(found) == 2

        wait_until(all_came)
    assert found == ["failed", "delivered"]
    assert sent(world, progress) == []


@contextmanager
def moved_slowly(world: World, run: int) -> Iterator[Callable[[], None]]:
    """A run fails in a transaction that is not committed before `finish` is called."""
    finish, written = Event(), Event()

    def move() -> None:
        with world.database.write() as session:
            row = runs.get(session, run, team=world.context.team)
            assert row is not None
            move_run(session, row, RunState.FAILED, at=world.clock(), actor="test")
            assert newest_row(session, team=world.context.team) > 0, "the database has what was written"
            written.set()
            assert finish.wait(LONGEST)

    thread = Thread(target=move)
    thread.start()
    assert written.wait(LONGEST)

    def end() -> None:
        finish.set()
        thread.join(LONGEST)

    try:
        yield end
    finally:
        end()


def test_what_a_collector_does_not_take_for_a_day_is_given_up_and_counted(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    span_exports.begin(scene.world.context)
    assert trouble(scene.world.context) is None
    scene.worked()
    span_exports.note_failed(scene.world.context, "http_503")
    found = trouble(scene.world.context)
    assert found is not None
    assert (found.failing_since, found.error) == (scene.world.clock(), "http_503")

    (stop,) = span_exports.next_stops(scene.world.context, Progress())
    assert not span_exports.is_too_old(scene.world.context, stop)
    scene.world.clock.move(GIVEN_UP_AFTER + MINUTE)
    assert span_exports.is_too_old(scene.world.context, stop)
    span_exports.note_sent(scene.world.context, stop, given_up=1)
    found = trouble(scene.world.context)
    assert found is not None
    assert (found.given_up, found.given_up_at) == (1, scene.world.clock())
    assert found.error == "http_503", "it is not well again for that"
