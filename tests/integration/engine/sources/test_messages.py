"""Messages are kept with their event and taken in once, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.sample import Desk, Ticket, sample_workflow
from tests.world import World, sure
from workflows import BadDeclaration, Message
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.sources.heard import messages, waiting
from workflows.engine.sources.heard.views import Heard

INBOX = "C0INBOX"


def watching(world: World, **how: bool) -> AnyWorkflow:
    workflow = sample_workflow(Desk())
    workflow.from_message(watch=[INBOX], **how)(lambda message: Ticket(id=1, text=message.text))
    world.registry.add(workflow)
    return workflow


def heard(world: World, text: str = "hello\x00", *, ts: str = "1763629200.000100") -> Heard:
    return Heard(channel=INBOX, ts=ts, author="U0EVE", text=text, sent_at=world.clock())


def test_an_event_is_kept_once_and_two_processes_make_one_case_of_it(make_world: MakeWorld) -> None:
    world = make_world(sure(queue="billing"))
    watching(world)
    (message,) = messages.hear(world.context, heard(world, "hello"), event="Ev1")
    assert messages.hear(world.context, heard(world, "hello"), event="Ev1") == []
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: messages.take_in_heard(world.context, message), range(4)))
    assert sorted(done) == [False, False, False, True]
    assert len(world.rows(schema.Case)) == 1
    assert world.rows(schema.HeardMessage) == []
    (told,) = [row for row in world.rows(schema.OutboxRow) if isinstance(row, schema.OutboxRow)]
    assert (told.kind, told.channel, told.about["thread"]) == ("taken_in", INBOX, "1763629200.000100")


def test_what_no_database_can_keep_is_kept_until_it_is_refused(make_world: MakeWorld) -> None:
    """A character that PostgreSQL has not in its texts."""
    world = make_world(sure(queue="billing"))
    watching(world)
    (message,) = messages.hear(world.context, heard(world), event="Ev1")
    assert messages.take_in_heard(world.context, message)
    (row,) = [row for row in world.rows(schema.HeardMessage) if isinstance(row, schema.HeardMessage)]
    assert (row.content, row.problem) == (None, "InvalidInput")


def test_an_edit_waits_for_the_message_that_it_edits(make_world: MakeWorld) -> None:
    world = make_world(sure(queue="billing"))
    watching(world, edits=True)
    (first,) = messages.hear(world.context, heard(world, "first"), event="Ev1")
    (edited,) = messages.hear(world.context, heard(world, "second"), event="Ev2")
    assert not messages.take_in_heard(world.context, edited)
    assert messages.take_in_heard(world.context, first)
    world.clock.move(timedelta(seconds=2))
    assert waiting.take_in_all(world.context) == 1
    assert [case.revision for case in world.rows(schema.Case) if isinstance(case, schema.Case)] == [2]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"watch": ["#inbox"]}, "takes ids of channels"),
        ({"watch": ["C0INBOX", "C0INBOX"]}, "watched twice"),
        ({"edits": True}, "none is named"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused(how: dict[str, object], why: str) -> None:
    with pytest.raises(BadDeclaration, match=why):
        sample_workflow(Desk()).from_message(**how)  # type: ignore[arg-type]  # what an author may write


def test_a_second_function_is_refused() -> None:
    workflow = sample_workflow(Desk())

    @workflow.from_message()
    def ticket(message: Message) -> Ticket | None:
        return None

    with pytest.raises(BadDeclaration, match="declared twice"):
        workflow.from_message()
