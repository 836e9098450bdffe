"""A message in a watched channel is a case, and its thread gets the outcome."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from pydantic import JsonValue

from bot.slack.dispatch import CLICKS
from store import schema
from store.sources import sources
from store.states import SourceKind
from tests.sample import Ticket, Triage
from tests.slack.stage import ANA, BEN, FAILED, SUPPORT, Stage, words
from tests.waiting import LONGEST
from workflows import Message, Workflow
from workflows.engine.privacy import forgetting
from workflows.engine.sources.heard import messages, waiting

pytestmark = pytest.mark.slow

INBOX = "C0LEADS"
"""A channel that the bot is in, and where no card is shown."""


def watching(
    stage: Stage, *, make: Callable[[Message], Ticket | None] | None = None, **how: Any
) -> Workflow[Ticket, Triage]:
    """The sample automation, which watches a channel. Each message is a case of its own."""
    workflow = stage.sample()

    def ticket(message: Message) -> Ticket | None:
        return Ticket(id=int(message.name.rpartition("-")[2].replace(".", "")), text=message.text)

    workflow.from_message(watch=[INBOX], **how)(make or ticket)
    return workflow


def cases(stage: Stage) -> list[schema.Case]:
    return [row for row in stage.world.rows(schema.Case) if isinstance(row, schema.Case)]


def inputs_of(stage: Stage) -> list[str]:
    """The inputs as they are kept, oldest first."""
    rows = [row for row in stage.world.rows(schema.Content) if isinstance(row, schema.Content)]
    return [row.body for row in rows if row.kind == "input"]


def heard(stage: Stage) -> list[schema.HeardMessage]:
    return [row for row in stage.world.rows(schema.HeardMessage) if isinstance(row, schema.HeardMessage)]


def say(stage: Stage, text: str, *, user: str = ANA, thread: str | None = None) -> str:
    """Write in the watched channel; returns Slack's name for the message once it was heard."""
    outcome = stage.person(user).say(INBOX, text, thread_ts=thread)
    assert outcome.acknowledged
    settled(stage)
    message = outcome.message
    assert message is not None
    return str(message["ts"])


def settled(stage: Stage) -> None:
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()


def thread(stage: Stage, ts: str) -> list[str]:
    """Replies in the thread of a message in the watched channel."""
    said = stage.person(ANA).messages(INBOX)
    return [words(message.blocks) for message in said if message.thread_ts == ts and message.ts != ts]


def test_a_message_is_a_case_and_its_thread_gets_the_outcome(stage: Stage) -> None:
    watching(stage)
    ts = say(stage, "Charged twice <!channel> & more", user=BEN)
    stage.work()
    (case,) = cases(stage)
    assert case.source == f"slack/{INBOX}"
    assert "Charged twice <!channel> & more" in inputs_of(stage)[0]
    assert thread(stage, ts) == [f"Handed in to sample. Case {case.id}"]
    assert stage.press(ANA, "approve").acknowledged
    stage.work()
    assert thread(stage, ts)[1:] == [
        f"Delivered · sample, case {case.id}\nQueue: billing\nReply: We look into it.\nA person decided this."
    ]


def test_the_same_event_again_makes_no_second_case(stage: Stage) -> None:
    watching(stage)
    outcome = stage.person(BEN).say(INBOX, "once")
    assert outcome.event_id is not None
    for _ in range(2):
        assert stage.running.administrator.send_event_again(outcome.event_id).acknowledged
    settled(stage)
    assert len(cases(stage)) == 1
    assert heard(stage) == []


def test_nothing_but_new_messages_of_people_makes_a_case(stage: Stage) -> None:
    """Edits, deletions, joins, replies, posts of apps and of our own, and what stands in other channels are none."""
    workflow = watching(stage)
    ts = say(stage, "the only one", user=BEN)
    stage.work()
    eve = stage.person(BEN)
    assert eve.rewrite(INBOX, ts, "the only one, edited").acknowledged
    say(stage, "a reply", thread=ts)
    assert eve.join(INBOX).acknowledged
    assert eve.withdraw(INBOX, ts).acknowledged
    stage.person(BEN).say(SUPPORT, "elsewhere")
    for post in (
        {"bot_id": "B0OTHER", "app_id": "A0OTHER", "text": "another app"},
        {"bot_id": stage.ears.workspace.bot_id, "user": "U0BOT", "text": "our own"},
        {"user": BEN, "text": "   "},
        {"user": BEN, "text": "topic", "subtype": "channel_topic"},
        {"user": BEN, "text": "a time that is none", "ts": "soon"},
    ):
        event(stage, post)
    settled(stage)
    assert [(case.key, case.revision) for case in cases(stage)] == [(workflow.key(ticket_of(stage)), 1)]
    assert heard(stage) == []


def ticket_of(stage: Stage) -> Ticket:
    return Ticket.model_validate_json(inputs_of(stage)[0])


def event(stage: Stage, post: Mapping[str, JsonValue]) -> None:
    """Have Slack tell of a message that nobody in the sandbox can write."""
    sandbox = stage.running.sandbox
    stamp = sandbox.stamps.next()
    payload: dict[str, JsonValue] = {
        "type": "event_callback",
        "event_id": f"Ev{stamp}",
        "team_id": "T0SANDBOX",
        "api_app_id": sandbox.workspace.app.id,
        "event": {"type": "message", "channel": INBOX, "channel_type": "channel", "ts": stamp, **post},
    }
    assert stage.running.administrator.send_payload(payload).acknowledged
    settled(stage)


def test_what_is_declared_counts_too(stage: Stage) -> None:
    """An edit is a new revision of the same case, and another app's post is a case."""
    watching(stage, edits=True, bots=True)
    ts = say(stage, "first", user=BEN)
    assert stage.person(BEN).rewrite(INBOX, ts, "second").acknowledged
    event(stage, {"bot_id": "B0OTHER", "app_id": "A0OTHER", "text": "from a monitor"})
    event(stage, {"bot_id": stage.ears.workspace.bot_id, "user": "U0BOT", "text": "our own"})
    settled(stage)
    assert [case.revision for case in cases(stage)] == [2, 1]
    stage.work()
    assert "second" in inputs_of(stage)[1]


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 0, 2), (0, 2, 1)])
def test_the_newest_form_of_a_message_wins_in_whatever_order_slack_tells_of_them(
    stage: Stage, order: tuple[int, ...]
) -> None:
    watching(stage, edits=True)
    ts = stage.running.sandbox.stamps.next()
    first: dict[str, JsonValue] = {"user": BEN, "text": "form 0", "ts": ts}
    for form in order:
        edited: dict[str, JsonValue] = {"user": BEN, "ts": f"{int(float(ts)) + 5 * form}.000000"}
        message: dict[str, JsonValue] = {**first, "text": f"form {form}", "edited": edited}
        edit: dict[str, JsonValue] = {"subtype": "message_changed", "message": message, "previous_message": first}
        event(stage, {**edit, "ts": ts} if form else first)
    stage.world.clock.move(timedelta(seconds=2))
    waiting.take_in_all(stage.world.context)
    assert "form 2" in inputs_of(stage)[-1]
    assert len({case.key for case in cases(stage)}) == 1


def test_code_that_hangs_delays_no_acknowledgement_and_no_press(stage: Stage) -> None:
    """The threads that take messages in are those of presses: a few of them at most, and the others wait."""
    goes_on = Event()

    def make(message: Message) -> None:
        assert goes_on.wait(LONGEST)

    workflow = watching(stage, make=make)
    stage.submit(workflow, id=1, text="waits for a person")
    for number in range(2 * CLICKS):
        assert stage.person(BEN).say(INBOX, f"number {number}").acknowledged
    assert stage.press(ANA, "approve").acknowledged
    assert len(heard(stage)) == 2 * CLICKS
    goes_on.set()
    settled(stage)
    waiting.take_in_all(stage.world.context)
    assert heard(stage) == []


def test_a_message_from_before_it_was_watched_is_none(stage: Stage) -> None:
    watching(stage, edits=True)
    with stage.world.database.write() as session:
        later = stage.world.clock() + timedelta(days=10_000)
        team = stage.world.context.team
        sources.named_or_new(session, team=team, kind=SourceKind.SLACK, name=INBOX, by="test", at=later)
    say(stage, "long ago")
    assert cases(stage) == []


def test_a_message_that_is_no_case_leaves_nothing(stage: Stage) -> None:
    watching(stage, make=lambda _: None)
    say(stage, "lunch?")
    assert (cases(stage), heard(stage)) == ([], [])


def test_a_message_that_fails_is_told_once_and_loses_nothing_else(stage: Stage) -> None:
    def make(message: Message) -> Ticket:
        return Ticket(id={"good": 1}[message.text], text=message.text)

    watching(stage, make=make)
    for text in ("bad", "worse", "good"):
        say(stage, text)
    stage.work()
    assert len(cases(stage)) == 1
    assert [(row.content, row.problem) for row in heard(stage)] == [(None, "KeyError")] * 2
    (told,) = [words(card.blocks) for card in stage.cards(channel=FAILED)]
    assert "the first of 2 since then" in told
    assert "ended with KeyError" in told
    assert "Send to Countersign" in told
    stage.world.clock.move(timedelta(days=8))
    messages.sweep(stage.world.context)
    assert heard(stage) == []


def test_what_could_not_be_taken_in_at_once_waits(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many cases wait for work: the message is taken in later, by whichever process looks."""
    watching(stage)
    context = stage.world.context
    object.__setattr__(context, "queue_limit", 0)
    say(stage, "later")
    assert (len(cases(stage)), len(heard(stage))) == (0, 1)
    object.__setattr__(context, "queue_limit", 100)
    assert waiting.take_in_all(context) == 0
    stage.world.clock.move(timedelta(minutes=1))
    assert waiting.take_in_all(context) == 1
    assert (len(cases(stage)), heard(stage)) == (1, [])


def test_a_flood_is_acknowledged_once_at_a_time_and_cards_come_first(stage: Stage) -> None:
    """Each message is a case at once; the channel is not told of each."""
    watching(stage)
    named = [say(stage, f"number {number}") for number in range(12)]
    assert len(cases(stage)) == 12
    stage.work()
    assert sum(len(thread(stage, ts)) for ts in named) == 1


def test_an_undo_tells_again_and_a_rejection_says_its_declared_reason_alone(stage: Stage) -> None:
    workflow = watching(stage)
    ts = say(stage, "spam", user=BEN)
    stage.work()
    stage.opened(ANA, "reject")
    assert stage.person(ANA).submit({"reason": "Ben writes nonsense", "follows": "close"}).acknowledged
    stage.work()
    assert thread(stage, ts)[-1] == f"Rejected · sample, case {cases(stage)[0].id}"
    assert workflow.name == "sample"


def test_a_case_that_is_forgotten_takes_its_news_away(stage: Stage) -> None:
    watching(stage)
    ts = say(stage, "forget me", user=BEN)
    stage.work()
    stage.press(ANA, "approve")
    stage.work()
    assert len(thread(stage, ts)) == 2
    forgetting.forget(stage.world.context, cases(stage)[0].id, by="U0MARIA")
    stage.work()
    assert thread(stage, ts) == []


def test_a_question_is_asked_in_the_thread_and_the_first_reply_of_the_author_answers_it(stage: Stage) -> None:
    """A reply of somebody else, or one when nothing is asked, is no answer; neither is a case."""
    watching(stage)
    ts = say(stage, "Charged twice", user=BEN)
    stage.work()
    say(stage, "hello?", user=BEN, thread=ts)
    stage.opened(ANA, "ask_source")
    assert stage.person(ANA).submit({"text": "Which order?"}).acknowledged
    stage.work()
    said = thread(stage, ts)[-1]
    number = cases(stage)[0].id
    assert said.startswith(f"A question · sample, case {number}\nWhich order?\nWhoever wrote the message answers in ")
    say(stage, "not mine to say", user=ANA, thread=ts)
    first = stage.person(BEN).say(INBOX, "Order 17", thread_ts=ts)
    say(stage, "and 18", user=BEN, thread=ts)
    assert first.event_id is not None
    assert stage.running.administrator.send_event_again(first.event_id).acknowledged
    stage.work()
    (asked,) = [row for row in stage.world.rows(schema.Question) if isinstance(row, schema.Question)]
    assert (asked.state, asked.answered_by) == ("answered", BEN)
    answers = [row.body for row in stage.world.rows(schema.Content) if isinstance(row, schema.Content)]
    assert '"Order 17"' in answers
    case = cases(stage)[0].id
    assert thread(stage, ts)[-1] == f"Thank you. Case {case} goes on with your answer."
    assert len(cases(stage)) == 1
    forgetting.forget(stage.world.context, case, by="U0MARIA")
    stage.work()
    assert [one for one in thread(stage, ts) if "Which order" in one or "Thank you" in one] == []


def test_a_message_that_is_gone_has_its_outcome_dropped_visibly(stage: Stage) -> None:
    watching(stage)
    ts = say(stage, "gone soon", user=BEN)
    assert stage.person(BEN).withdraw(INBOX, ts).acknowledged
    stage.work()
    stage.press(ANA, "approve")
    stage.work()
    (told,) = [words(card.blocks) for card in stage.cards(channel=FAILED)]
    assert told.startswith("The outcome of a case, for who handed it in could not be shown in #C0LEADS")


@pytest.mark.parametrize(
    "text",
    ["*bold* _x_ <https://evil.example|click> `code`", "\u202eright to left\u202c", "@everyone @here", "x" * 12_000],
)
def test_hostile_text_pings_nobody_and_is_taken_in(stage: Stage, text: str) -> None:
    watching(stage)
    ts = say(stage, text, user=BEN)
    stage.work()
    assert len(cases(stage)) == 1
    stage.press(ANA, "approve")
    stage.work()
    replies = [one for one in stage.person(ANA).messages(INBOX) if one.thread_ts == ts and one.ts != ts]
    assert [one.mentions for one in replies] == [[], []]
