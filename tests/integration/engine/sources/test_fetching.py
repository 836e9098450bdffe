"""A look for cases takes each in once, moves its cursor with them, and is told where it fails."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from bot.intents import read
from handlers.slack.blocks.parts.paragraphs import fitted
from store import schema
from store.faces import FAILURES
from store.sources import sources
from store.states import SourceKind
from tests.conftest import MakeWorld
from tests.integration.engine.scene import rows
from tests.integration.engine.sources.shelf import EVERY, Shelf, shelf
from tests.sample import Ticket
from workflows import Fetched
from workflows.engine.case.intake import Intake
from workflows.engine.errors import AuthorFailed, Refused, Stale, Unknown
from workflows.engine.send.views import Intent
from workflows.engine.sources.looks import fetching
from workflows.engine.sources.looks.schedules import schedule_views

pytestmark = pytest.mark.slow


def told(stand: Shelf, kind: str) -> list[str]:
    """Return what people are told, as it is drawn."""
    found = []
    for row in stand.notes(kind):
        intent = Intent(
            row=row.id,
            kind=row.kind,
            subject=row.subject,
            channel=row.channel,
            about=row.about,
            is_view=False,
            created_at=row.created_at,
        )
        news = read(stand.scene.world.context, [intent])
        assert callable(news)
        found.append(str(fitted(news)))
    return found


def test_what_a_look_finds_is_taken_in_once_and_the_next_look_begins_there(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    stand.put(1, 2)
    (look,) = stand.turn()
    assert (look.number, look.intakes) == (2, {Intake.TAKEN_IN: 2})
    assert stand.due() == []
    stand.put(3)
    stand.later()
    stand.turn()
    assert stand.cursors == [None, "2"]
    assert stand.keys == ["ticket-1", "ticket-2", "ticket-3"]
    assert {case.source for case in rows(stand.scene.world, schema.Case)} == {"schedule sample/shelf"}


def test_a_long_list_comes_in_by_pages_within_one_turn_up_to_a_bound(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    stand.page = 2
    stand.put(*range(1, 2 * fetching.PAGES + 4))
    assert len(stand.turn()) == fetching.PAGES
    assert len(stand.keys) == 2 * fetching.PAGES
    # The rest is due at once, for whichever process is first.
    assert [len(look.keys) for look in stand.turn()] == [2, 1]
    assert stand.due() == []


def test_an_input_that_does_not_fit_stops_no_other_and_is_told_once_for_its_cause(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    stand.put(1)
    stand.items += [{"id": "secretive words", "text": "x"}, {"id": "other words", "text": "x"}, {"id": 3}]
    stand.put(4)
    (look,) = stand.turn()
    assert stand.keys == ["ticket-1", "ticket-4"]
    assert [one.row for one in look.refused] == [2, 3, 4]
    assert stand.cursor.cursor == "5"
    notes = stand.notes("inputs_refused")
    assert [(row.about["number"], row.about["row"], row.channel) for row in notes] == [
        ("2", "2", FAILURES),
        ("1", "4", FAILURES),
    ]
    assert "secretive" not in str([row.about for row in notes])
    first, second = told(stand, "inputs_refused")
    assert "2 inputs of sample/shelf were not taken in" in first
    assert "row 2" in first
    assert "whole number" in first
    assert "text" in second
    # The same cause on the same day is not told again; the audit has each number.
    stand.items += [{"id": "more words", "text": "x"}]
    stand.later()
    stand.turn()
    assert len(stand.notes("inputs_refused")) == 2
    audited = [row for row in rows(stand.scene.world, schema.AuditRow) if row.action == "source.inputs_refused"]
    assert [row.details["refused"] for row in audited] == [3, 1]


def test_a_look_that_fails_waits_longer_each_time_and_is_one_message_a_trouble(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    stand.put(1)
    stand.errors = [ConnectionRefusedError("password=hunter22")] * 9
    waits = []
    for _ in range(9):
        assert stand.turn() == []
        waits.append(stand.cursor.next_at - stand.scene.world.clock())
        stand.later(waits[-1])
    assert [int(wait.total_seconds() // 60) for wait in waits] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (stand.cursor.failures, stand.cursor.error, stand.cursor.cursor) == (9, "ConnectionRefusedError", None)
    (failing,) = told(stand, "fetch_failed")
    assert "Nothing comes in from sample/shelf: 3 looks failed" in failing
    assert "ConnectionRefusedError" in failing
    assert "hunter22" not in str(rows(stand.scene.world, schema.OutboxRow)[0].about)
    stand.turn()
    assert (stand.cursor.failures, stand.cursor.error, stand.keys) == (0, None, ["ticket-1"])
    (well,) = told(stand, "fetch_well")
    assert "Cases come in again from sample/shelf" in well
    # Its health is counted as that of any other system.
    counted = stand.scene.world.context.meter.take()
    assert sum(counts.failed for slot, counts in counted.items() if slot.system == "sample/shelf") == 9


def test_a_look_in_another_form_than_agreed_fails_and_takes_nothing_in(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    scene = stand.scene
    answers: list[object] = [
        None,
        Fetched(inputs=[Ticket(id=1, text="x")], cursor=7),  # type: ignore[arg-type]  # what an author may get wrong
        Fetched(inputs=[Ticket(id=1, text="x")], cursor="a\0b"),
        Fetched(inputs=[Ticket(id=id, text="x") for id in range(fetching.MOST + 1)], cursor="1"),
        Fetched(inputs=(Ticket(id=1, text="x") for _ in range(1)), cursor="1"),  # type: ignore[arg-type]  # as above
    ]
    scene.workflow.fetch(every=EVERY, name="odd")(lambda _: answers.pop(0))  # type: ignore[arg-type, return-value]  # as above
    while answers:
        with pytest.raises(AuthorFailed, match=r"it has to return|its cursor|501 inputs|have to be a list"):
            fetching.look_now(scene.world.context, scene.workflow, "odd", actor="tester")
    assert stand.keys == []


def test_an_input_may_be_the_form_itself_and_nothing_else(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    scene = stand.scene
    mixed = [Ticket(id=1, text="x"), "text", {"id": 2, "text": object()}, {"id": 3, "text": "y"}]
    found: Fetched[Ticket] = Fetched(inputs=mixed, cursor="1")  # type: ignore[arg-type]  # what an author may get wrong
    scene.workflow.fetch(every=EVERY, name="mixed")(lambda _: found)
    look = fetching.look_now(scene.world.context, scene.workflow, "mixed", actor="tester")
    assert stand.keys == ["ticket-1", "ticket-3"]
    assert [one.row for one in look.refused] == [2, 3]


def test_a_look_that_never_returns_is_given_up(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    scene, held = stand.scene, Barrier(2)
    scene.workflow.fetch(every=EVERY, name="stuck", within=timedelta(seconds=1))(lambda _: held.wait())  # type: ignore[arg-type, return-value]  # it never returns
    try:
        with pytest.raises(AuthorFailed, match="did not return within 1 s"):
            fetching.look_now(scene.world.context, scene.workflow, "stuck", actor="tester")
    finally:
        held.abort()


def test_where_the_queue_is_full_the_cursor_stays_and_all_comes_in_later(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    object.__setattr__(stand.scene.world.context, "queue_limit", 1)
    stand.put(1, 2)
    assert stand.turn() == []
    assert (stand.cursor.cursor, stand.cursor.error, stand.keys) == (None, "QueueFull", [])
    object.__setattr__(stand.scene.world.context, "queue_limit", 10)
    stand.later()
    stand.turn()
    assert stand.keys == ["ticket-1", "ticket-2"]


def test_a_turn_is_one_processs_until_it_is_over(make_world: MakeWorld) -> None:
    """A process that ends within its turn leaves it to another one."""
    stand = shelf(make_world)
    stand.put(1)
    (mine,), (others,) = stand.due(), stand.due()

    def other_comes() -> None:
        assert fetching.take_turn(stand.scene.world.context, others) == []
        assert stand.due() == []

    stand.meanwhile = other_comes
    assert len(fetching.take_turn(stand.scene.world.context, mine)) == 1
    assert len(stand.cursors) == 1


def test_a_look_that_was_overtaken_takes_nothing_in(make_world: MakeWorld) -> None:
    """It lasted longer than its turn, another process looked, and the cursor moved."""
    stand = shelf(make_world)
    stand.put(1)
    (slow,) = stand.due()

    def overtaken() -> None:
        stand.meanwhile = lambda: None
        stand.later(timedelta(minutes=10))
        stand.turn()

    stand.meanwhile = overtaken
    assert fetching.take_turn(stand.scene.world.context, slow) == []
    assert (stand.keys, stand.cursor.moves, stand.cursor.failures) == (["ticket-1"], 1, 0)
    stand.meanwhile = lambda: fetching.look_now(stand.scene.world.context, stand.scene.workflow, actor="other")
    stand.put(2)

    def once() -> None:
        stand.meanwhile = lambda: None
        fetching.look_now(stand.scene.world.context, stand.scene.workflow, actor="other")

    stand.meanwhile = once
    with pytest.raises(Stale, match="nothing was taken in"):
        fetching.look_now(stand.scene.world.context, stand.scene.workflow, actor="tester")
    assert stand.keys == ["ticket-1", "ticket-2"]


def test_of_many_processes_at_once_one_looks(make_postgres_world: MakeWorld) -> None:
    stand = shelf(make_postgres_world)
    stand.put(*range(1, 21))
    for _ in range(5):
        found = [stand.due()[0] for _ in range(8)]
        threads = [Thread(target=fetching.take_turn, args=(stand.scene.world.context, one)) for one in found]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stand.later()
    assert len(stand.cursors) == 5
    assert sorted(stand.keys) == sorted(f"ticket-{number}" for number in range(1, 21))


def test_a_trial_takes_nothing_in_and_a_look_from_elsewhere_leaves_the_cursor(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    stand.put(1, 2, 3)
    context, workflow = stand.scene.world.context, stand.scene.workflow
    trial = fetching.look_now(context, workflow, actor="tester", is_trial=True)
    assert (trial.keys, stand.keys, stand.cursor.moves) == (["ticket-1", "ticket-2", "ticket-3"], [], 0)
    fetching.look_now(context, workflow, actor="tester", after="2")
    assert (stand.keys, stand.cursor.cursor) == (["ticket-3"], None)
    fetching.look_now(context, workflow, "shelf", actor="tester")
    assert (sorted(stand.keys), stand.cursor.cursor) == (["ticket-1", "ticket-2", "ticket-3"], "3")
    again = fetching.look_now(context, workflow, actor="tester", after="")
    assert again.intakes == {Intake.DUPLICATE: 3}
    with pytest.raises(Unknown, match="its fetches: shelf"):
        fetching.look_now(context, workflow, "other", actor="tester")


def test_a_source_that_was_ended_is_looked_at_no_more(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    context = stand.scene.world.context
    with context.database.write() as session:
        source = sources.named(session, team=context.team, kind=SourceKind.SCHEDULE, name="sample/shelf")
        assert source is not None
        source.ended_at, source.ended_by = context.clock(), "tester"
    assert stand.due() == []
    with pytest.raises(Refused, match="was stopped"):
        fetching.look_now(context, stand.scene.workflow, actor="tester")
    assert [one.is_ended for one in schedule_views(context)] == [True]


def test_a_schedule_that_nobody_serves_is_overdue(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    stand.turn()
    stand.later(timedelta(minutes=11))
    (one,) = schedule_views(stand.scene.world.context)
    assert (one.late, one.every, one.cursor) == (timedelta(minutes=10), EVERY, "0")


def test_what_this_process_does_not_know_is_left_alone(make_world: MakeWorld) -> None:
    stand = shelf(make_world)
    stand.scene.workflow.fetches = ()
    assert stand.due() == []
    assert [(one.source, one.every) for one in schedule_views(stand.scene.world.context)] == [("sample/shelf", None)]
