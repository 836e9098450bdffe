"""F66: Slack is gone in real time, for longer than a message has attempts: nothing is given up, all is shown after."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import cast

import pytest
from structlog.testing import capture_logs

from bot.sandbox.client import FaultKind
from bot.sandbox.http.running_sandbox import serving
from bot.sandbox.state.sandbox import Sandbox
from bot.slack.sender import Sender
from bot.slack.socket import Hearing
from bot.slack.workspace import connect
from handlers.slack.access.people import People
from handlers.slack.access.rights import Rights
from handlers.slack.access.user_groups import Groups
from handlers.slack.context import SlackContext
from store import schema
from store.db.database import Database
from store.states import OutboxState
from tests.integration.bot.commandline import wait_until
from tests.integration.engine.scene import rows
from tests.ports import free_port
from tests.sample import sample_workflow
from tests.slack.conftest import settings_for
from tests.slack.stage import FAILED, Ears, Stage, buttons, words
from tests.world import World, sure
from workflows import Autonomy
from workflows.engine.context import Context
from workflows.engine.errors import NotDone, OutcomeUnknown
from workflows.engine.send.outcomes import MAX_ATTEMPTS
from workflows.model.scripted import ScriptedModel

pytestmark = pytest.mark.slow

BACKOFF = timedelta(milliseconds=20)
"""Between two trials at most, here."""


@contextmanager
def sending(sender: Sender) -> Iterator[None]:
    """The sender's own loop, for the block."""
    stop = Event()
    thread = Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def make_what_is_to_be_shown(stage: Stage) -> None:
    """Two reviews, a doubt and a failure."""
    forgetful = sample_workflow(stage.desk, autonomy=Autonomy.floor(0.5), name="forgetful", idempotent=False)
    stage.desk.errors.append(OutcomeUnknown("no answer came"))
    stage.world.submit(stage.placed(forgetful), id=1, text="In doubt")
    stage.world.work()
    sample = stage.sample()
    stage.desk.look_up_errors += [NotDone("the desk is closed")]
    stage.world.submit(sample, id=2, text="Fails")
    stage.world.work()
    stage.world.submit_all(sample, [{"id": id, "text": f"Case {id}"} for id in (3, 4)])
    stage.world.work()


def assert_all_is_shown_once(stage: Stage) -> None:
    def failures() -> str:
        return "".join(words(message.blocks) for message in stage.cards(channel=FAILED))

    def is_shown() -> bool:
        stage.world.clock.move(BACKOFF)
        return len(stage.cards()) == 3 and "desk is closed" in failures() and "is in doubt" in failures()

    wait_until(is_shown)
    assert sorted(buttons(card)[0] for card in stage.cards()) == ["approve", "approve", "happened"]
    assert failures().count("desk is closed") == failures().count("is in doubt") == 1
    assert {row.attempts for row in rows(stage.world, schema.OutboxRow)} == {0}


@pytest.fixture
def tries() -> Iterator[Callable[[], int]]:
    """Return the number of tries of a message that were not taken."""
    with capture_logs() as logs:
        yield lambda: sum(entry["event"] == "message.refused" for entry in logs)


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("server_error", None),
        ("dropped", None),
        ("executed_then_dropped", "chat.postMessage"),
        ("server_error", "chat.postMessage"),
    ],
    ids=["all pages of errors", "all dropped", "posts taken and dropped", "posts refused with a page"],
)
def test_while_slack_answers_nothing_of_use_nothing_is_given_up(
    stage: Stage, tries: Callable[[], int], kind: FaultKind, method: str | None
) -> None:
    """As a whole, or with one method alone; and what it took without a word stands there once."""
    stage.sender = stage.new_sender(longest_backoff=BACKOFF.total_seconds())
    administrator = stage.running.administrator
    administrator.fault(kind, method=method, times=None)

    def was_tried_often() -> bool:
        stage.world.clock.move(BACKOFF)
        return tries() > 2 * MAX_ATTEMPTS

    with sending(stage.sender):
        make_what_is_to_be_shown(stage)
        if kind == "executed_then_dropped":
            wait_until(lambda: tries() >= 2)
        else:
            wait_until(was_tried_often)
            assert not stage.sender.posts()
        administrator.no_faults()
        assert_all_is_shown_once(stage)
        assert stage.sender.posts()


def test_when_the_server_is_away_and_comes_back_all_is_shown_without_a_restart(
    migrated_sqlite_url: str, tries: Callable[[], int]
) -> None:
    """A sandbox that ends, and is started again at its address."""
    sandbox, port = Sandbox(rate_limited=False), free_port()
    with ExitStack() as held, closing(Database(migrated_sqlite_url)) as database:
        with serving(sandbox, port=port) as first:
            workspace = connect(settings_for(first))
        groups = Groups(workspace.asking)
        slack_context = SlackContext(
            context=cast(Context, None),
            rights=Rights(members=groups, kind_of=People(workspace.asking), engineers=[]),
            groups=groups,
            installed=workspace.installed,
        )
        ears = Ears(workspace=workspace, hearing=cast(Hearing, None), slack_context=slack_context)
        world = World(database=database, model=ScriptedModel(sure(0.6, queue="billing", reply="We look into it.")))
        stage = Stage(running=first, ears=ears, world=world)
        stage.sender = stage.new_sender(longest_backoff=BACKOFF.total_seconds())
        held.enter_context(sending(stage.sender))
        make_what_is_to_be_shown(stage)
        wait_until(lambda: tries() > 2 * MAX_ATTEMPTS)
        assert not stage.sender.posts()
        stage.running = held.enter_context(serving(sandbox, port=port))
        assert_all_is_shown_once(stage)
        assert stage.running.administrator.calls("conversations.history") == [], "a refused connection took nothing"


def test_a_message_that_never_gets_an_answer_holds_up_no_other(stage: Stage) -> None:
    """Slack is there: it is this one channel that gets pages of errors."""
    stage.running.administrator.fault("server_error", method="chat.postMessage", channel=FAILED, times=None)
    make_what_is_to_be_shown(stage)
    administrator = stage.running.administrator
    stage.send_until(lambda: len(stage.cards()) == 3 and any(call.channel == FAILED for call in administrator.calls()))
    assert stage.sender.posts()


def test_what_an_older_version_gave_up_comes_back_at_the_next_start(stage: Stage) -> None:
    make_what_is_to_be_shown(stage)
    with stage.world.database.write() as session:
        for row in session.query(schema.OutboxRow):
            row.state, row.attempts, row.error = OutboxState.DEAD, 8, "URLError"
    stage.sender = stage.new_sender()
    stage.send()
    assert_all_is_shown_once(stage)
