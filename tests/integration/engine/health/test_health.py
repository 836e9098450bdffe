"""The health of other systems: counted from their calls, told once when it changes, mended when they are well."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from store import schema
from store.db.database import Unavailable
from store.states import Health
from tests.conftest import MakeWorld
from tests.integration.engine.causes.test_races import at_once
from tests.integration.engine.scene import Scene, rows, sample
from tests.integration.tools.server import DeskServer, Reply
from tests.waiting import LONGEST
from workflows import NotDone, OutcomeUnknown, OutputBroken, TryAgain, step
from workflows.engine.context import Context
from workflows.engine.health import watch
from workflows.engine.health.expiries import ask, warn
from workflows.engine.health.systems import system_views
from workflows.engine.health.views import Kind, SystemView
from workflows.engine.meter import MOST, Meter
from workflows.engine.propose.model_outages import KnownOutages
from workflows.tools.calls import Called, CallOutcome
from workflows.tools.http import client

TARGET = "the target of sample"
MINUTE = timedelta(minutes=1)


def systems(scene: Scene) -> dict[str, SystemView]:
    """Return the systems by name."""
    watch.write(scene.world.context)
    return {one.name: one for one in system_views(scene.world.context, [scene.workflow])}


def call(context: Context, *outcomes: CallOutcome, system: str = "CRM") -> None:
    """Count calls of a system."""
    made = [
        Called(system=system, outcome=one, milliseconds=100.0, error=None if one is OK else "TryAgain")
        for one in outcomes
    ]
    context.meter.count(made, at=context.clock())


OK, FAILED, BROKEN = CallOutcome.ANSWERED, CallOutcome.FAILED, CallOutcome.BROKEN


def troubles(scene: Scene) -> list[tuple[str, str, bool]]:
    """The troubles so far: system, state, and whether it lasts."""
    return [(row.system, row.state, bool(row.is_open)) for row in rows(scene.world, schema.Trouble)]


def wanted(scene: Scene) -> list[int]:
    """The number of times that the message about each trouble was wanted."""
    return [row.wanted for row in rows(scene.world, schema.OutboxRow) if row.kind == "trouble"]


def test_deliveries_are_counted_as_calls_of_their_target(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.worked(id=1)
    scene.desk.errors += [NotDone("no such queue"), OutputBroken("another form"), TryAgain("busy")]
    for number in (2, 3, 4):
        scene.worked(id=number)
    target = systems(scene)[TARGET]
    assert (target.kind, target.answered, target.failed, target.broken) == (Kind.SYSTEM, 2, 1, 1)
    assert target.state is Health.WELL
    assert target.last_ok_at == target.last_at == scene.world.clock()
    assert target.seconds is not None


def test_the_attempts_at_one_delivery_are_calls_each(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.errors += [OutcomeUnknown("lost"), OutcomeUnknown("lost")]
    scene.worked()
    target = systems(scene)[TARGET]
    assert (target.answered, target.failed) == (1, 2)


def test_a_system_that_was_never_called_has_no_rate(make_world: MakeWorld) -> None:
    target = systems(sample(make_world))[TARGET]
    assert (target.total, target.seconds, target.last_at, target.last_ok_at) == (0, None, None, None)


@pytest.fixture
def server() -> Iterator[DeskServer]:
    with DeskServer() as made:
        yield made


def test_what_a_step_asks_with_our_client_is_counted_under_the_name_of_the_client(
    make_world: MakeWorld, server: DeskServer
) -> None:
    scene = sample(make_world)
    with client(server.url, name="CRM", allow_private=["127.0.0.1"], timeout=LONGEST) as crm:

        @step(tries=1)
        def find(number: int) -> str:
            return str(crm.get(f"customers/{number}").read(dict[str, str]))

        scene.workflow.proposing = lambda ticket, ask: ask(customer=find(ticket.id))
        server.will(Reply(body=b'{"name": "Ann"}'), Reply(status=503), Reply(status=404), Reply(body=b'{"name": 7}'))
        for number in range(1, 5):
            scene.worked(id=number)
    crm_is = systems(scene)["CRM"]
    assert (crm_is.answered, crm_is.failed, crm_is.broken) == (2, 1, 1), "a refusal is an answer"


def test_a_step_that_names_what_it_needs_is_a_call_of_it_whatever_client_it_has(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    turns: list[Exception | int] = [7, ConnectionError("reset"), NotDone("no such customer"), TryAgain("busy"), 8]

    @step(needs="ERP", tries=1)
    def find(number: int) -> int:
        turn = turns[number - 1]
        if isinstance(turn, Exception):
            raise turn
        return turn if number < 5 else "eight"  # type: ignore[return-value]  # another form than it declares

    scene.workflow.proposing = lambda ticket, ask: ask(customer=find(ticket.id))
    for number in range(1, 6):
        scene.worked(id=number)
    erp = systems(scene)["ERP"]
    assert (erp.answered, erp.failed, erp.broken) == (2, 2, 1)
    assert {cause.dependency for cause in rows(scene.world, schema.Cause)} == {"ERP"}, "its causes name it too"


def test_a_client_with_the_name_of_the_target_counts_once(make_world: MakeWorld, server: DeskServer) -> None:
    scene = sample(make_world)
    with client(server.url, name=TARGET, allow_private=["127.0.0.1"], timeout=LONGEST) as desk:

        @step
        def send(key: str) -> int:
            return desk.put(f"tickets/{key.rpartition('-')[2]}", {}, idempotency_key=key).status

        assert scene.workflow.effect is not None
        scene.workflow.effect = replace(scene.workflow.effect, apply=lambda _, run: str(send(run.key)))
        scene.worked()
    assert systems(scene)[TARGET].answered == 1


def asked(scene: Scene, *outcomes: str) -> None:
    """Add requests to a model with these outcomes, the newest first, one a minute."""
    context, at = scene.world.context, scene.world.clock()
    counts = dict.fromkeys(
        ("input_tokens", "output_tokens", "thinking_tokens", "cache_read_tokens", "cache_write_tokens"), 0
    )
    with context.database.write() as session:
        for number, outcome in enumerate(outcomes):
            session.add(
                schema.ModelRequest(
                    team_id=context.team,
                    workflow="sample",
                    number=1,
                    model="m-1",
                    prompt_version="v",
                    input_hash="h",
                    outcome=outcome,
                    reserved=Decimal(0),
                    prices="p",
                    began_at=at - number * MINUTE,
                    milliseconds=2_000.0,
                    **counts,
                )
            )


def test_requests_to_models_are_counted_from_their_rows(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    sound, bad = ["answered"] * 3 + ["refused"], ["transient", "throttled", "garbage"]
    asked(scene, *sound, *bad, "asked", "given_again", "not_asked", "unaffordable")
    model = systems(scene)["m-1"]
    assert (model.kind, model.answered, model.failed, model.broken) == (Kind.MODEL, 4, 2, 1)
    assert (model.seconds, model.last_ok_at) == (2.0, scene.world.clock())


def test_a_model_in_trouble_is_told_and_what_is_down_the_breaker_tells(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    context, clock = scene.world.context, scene.world.clock
    asked(scene, *["transient"] * 12)
    assert watch.look(context) == 1
    assert watch.look(context) == 0, "that it is down, its breaker says"
    assert watch.trouble_view(context, 1).kind is Kind.MODEL
    outages = KnownOutages(context.database, team=context.team, clock=clock)
    outages.began("m-1", "529 overloaded")
    assert watch.look(context) == 1
    assert troubles(scene) == [("m-1", "troubled", False)]
    assert systems(scene)["m-1"].state is Health.DOWN
    clock.move(MINUTE)
    with context.database.write() as session:
        outages.answered(session, "m-1", asked_at=clock(), at=clock())
    clock.move(MINUTE)
    asked(scene, "answered")
    assert watch.look(context) == 0, "what failed in the outage begins no trouble"
    assert systems(scene)["m-1"].state is Health.WELL


def test_trouble_is_told_once_and_its_message_says_when_it_is_over(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    context, clock = scene.world.context, scene.world.clock
    call(context, OK, *[FAILED] * 4)
    assert watch.look(context) == 0, "four say little"
    call(context, FAILED)
    began = clock()
    assert watch.look(context) == 1
    assert (troubles(scene), wanted(scene)) == ([("CRM", "troubled", True)], [1])
    call(context, *[FAILED] * 5)
    assert watch.look(context) == 0, "it is in trouble already"
    clock.move(20 * MINUTE)
    call(context, *[FAILED] * 10)
    assert watch.look(context) == 1
    assert (troubles(scene), wanted(scene)) == ([("CRM", "down", True)], [2])
    assert systems(scene)["CRM"].since == began
    clock.move(MINUTE)
    call(context, OK)
    assert watch.look(context) == 0, "a single answer is no good weather yet"
    clock.move(5 * MINUTE)
    call(context, OK)
    assert watch.look(context) == 1
    assert (troubles(scene), wanted(scene)) == ([("CRM", "down", False)], [3])
    view = watch.trouble_view(context, 1)
    assert (view.began_at, view.ended_at, view.failed) == (began, clock(), 10)
    assert len({row.id for row in rows(scene.world, schema.OutboxRow) if row.kind == "trouble"}) == 1, "one message"
    assert systems(scene)["CRM"].state is Health.WELL
    assert watch.look(context) == 0, "what was bad before is told already"
    call(context, *[FAILED] * 4)
    assert watch.look(context) == 0
    clock.move(5 * MINUTE)
    call(context, *[FAILED] * 5)
    assert watch.look(context) == 1
    assert (troubles(scene), wanted(scene)) == ([("CRM", "troubled", True)], [4]), "it is back, in the same message"
    view = watch.trouble_view(context, 1)
    assert (view.spells, view.began_at, view.spell_at) == (2, began, clock())
    clock.move(6 * MINUTE)
    call(context, OK)
    assert watch.look(context) == 1
    clock.move(40 * MINUTE)
    call(context, *[FAILED] * 5)
    assert watch.look(context) == 1
    assert wanted(scene) == [5, 1], "long after, it is another one"


def test_answers_of_another_form_are_trouble_and_no_outage(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    call(scene.world.context, *[BROKEN] * 20)
    assert watch.look(scene.world.context) == 1
    assert watch.look(scene.world.context) == 0
    assert troubles(scene) == [("CRM", "troubled", True)]


def test_where_nobody_calls_it_any_more_the_trouble_is_over(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    context, clock = scene.world.context, scene.world.clock
    call(context, *[FAILED] * 5)
    watch.look(context)
    clock.move(timedelta(hours=23))
    assert watch.look(context) == 0, "no calls say nothing"
    clock.move(timedelta(hours=2))
    assert watch.look(context) == 1
    assert rows(scene.world, schema.Trouble)[0].end == "unused"


def test_an_outage_of_a_target_has_one_message_and_no_second_one_of_trouble(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    context, clock = scene.world.context, scene.world.clock
    call(context, *[FAILED] * 5, system=TARGET)
    assert watch.look(context) == 1
    scene.desk.errors += [TryAgain("closed")] * 3
    for number in (1, 2, 3):
        scene.worked(id=number)
    assert systems(scene)[TARGET].state is Health.DOWN
    assert watch.look(context) == 1, "the trouble became an outage"
    assert rows(scene.world, schema.Trouble)[0].end == "down"
    assert watch.look(context) == 0
    clock.move(MINUTE)
    scene.world.work()
    assert watch.look(context) == 0, "what failed in the outage is no trouble after it"
    assert systems(scene)[TARGET].state is Health.WELL
    assert len(troubles(scene)) == 1


def test_of_two_processes_that_see_a_change_at_once_one_tells_it(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    ours = scene.world.context
    others = [replace(ours, meter=Meter()) for _ in range(4)]
    for process in others:
        call(process, OK, *[FAILED] * 3)
        watch.write(process)
    at_once([lambda one=one: watch.look(one) for one in (ours, *others)])  # type: ignore[misc]  # bound
    assert (troubles(scene), wanted(scene)) == ([("CRM", "troubled", True)], [1])
    assert systems(scene)["CRM"].failed == 12
    scene.world.clock.move(6 * MINUTE)
    call(ours, *[OK] * 5)
    watch.write(ours)
    at_once([lambda one=one: watch.look(one) for one in (ours, *others)])  # type: ignore[misc]  # bound
    assert (troubles(scene), wanted(scene)) == ([("CRM", "troubled", False)], [2])
    scene.world.clock.move(6 * MINUTE)
    call(ours, *[FAILED] * 9)
    watch.write(ours)
    at_once([lambda one=one: watch.look(one) for one in (ours, *others)])  # type: ignore[misc]  # bound
    assert (troubles(scene), wanted(scene)) == ([("CRM", "troubled", True)], [3])
    assert watch.trouble_view(ours, 1).spells == 2


def test_what_was_counted_is_kept_while_the_database_is_away(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = sample(make_world)
    call(scene.world.context, OK, FAILED)

    def away(*_: object, **__: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(type(scene.world.database), "write", away)
        with pytest.raises(Unavailable):
            watch.write(scene.world.context)
    call(scene.world.context, FAILED)
    crm = systems(scene)["CRM"]
    assert (crm.answered, crm.failed) == (1, 2)


def test_calls_are_forgotten_after_a_day(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    call(scene.world.context, OK)
    watch.write(scene.world.context)
    scene.world.clock.move(timedelta(days=1, minutes=5))
    call(scene.world.context, OK, system="ledger")
    watch.write(scene.world.context)
    watch.forget(scene.world.context)
    assert [row.system for row in rows(scene.world, schema.SystemCalls)] == ["ledger"]


def test_people_are_warned_of_an_end_14_and_3_days_before_each_time_once(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    context, ends = scene.world.context, [date(2026, 12, 10)]
    assert scene.workflow.effect is not None
    scene.workflow.effect = replace(scene.workflow.effect, expires=lambda: ends[0])

    def warned_at(days: int) -> int:
        scene.world.clock.time = scene.world.clock.time.replace(year=2026, month=12, day=10) - timedelta(days=days)
        return warn(context) + warn(context)

    assert [warned_at(days) for days in (15, 14, 9, 3, 1, 0, -1)] == [0, 1, 0, 1, 0, 0, 0]
    assert systems(scene)[TARGET].expires_on == ends[0]
    ends[0] = date(2027, 12, 10)
    assert warned_at(3) == 0, "it was renewed"


def test_a_function_that_cannot_say_the_end_harms_nobody(make_world: MakeWorld) -> None:
    scene = sample(make_world)

    def broken() -> date:
        raise SystemExit("no token")

    assert scene.workflow.effect is not None
    scene.workflow.effect = replace(scene.workflow.effect, expires=broken)
    assert warn(scene.world.context) == 0
    assert systems(scene)[TARGET].expires_on is None


def test_whoever_asks_for_the_status_waits_for_no_author(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    asked: list[int] = []

    def ends() -> date:
        asked.append(1)
        return date(2026, 12, 1)

    assert scene.workflow.effect is not None
    scene.workflow.effect = replace(scene.workflow.effect, expires=ends)
    assert systems(scene)[TARGET].expires_on is None
    assert not asked
    ask(scene.world.context)
    assert systems(scene)[TARGET].expires_on == date(2026, 12, 1)


def test_a_clock_that_is_put_back_leaves_no_system_in_trouble(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    context = scene.world.context
    call(context, *[FAILED] * 6)
    watch.look(context)
    scene.world.clock.move(-timedelta(hours=2))
    call(context, OK)
    watch.look(context)
    assert troubles(scene) == [("CRM", "troubled", False)]
    assert systems(scene)["CRM"].failed == 0
    scene.world.clock.move(-timedelta(hours=2))
    call(context, *[FAILED] * 6)
    watch.look(context)
    assert troubles(scene) == [("CRM", "troubled", True)], "its end lies ahead, and hides no trouble"


def test_names_that_are_made_from_cases_bring_no_flood_of_messages(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    context = scene.world.context
    for number in range(300):
        call(context, *[FAILED] * 5, system=f"shop {number}")
        if number % 100 == 99:
            watch.look(context)
            scene.world.clock.move(timedelta(seconds=5))
    assert len(rows(scene.world, schema.SystemCalls)) == MOST
    assert len(wanted(scene)) == watch.MOST_LASTING
