"""People hand in cases in Slack: from the menu of a message, or in an empty form by command."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from store import schema
from tests.sample import Ticket, Triage, sample_workflow
from tests.slack.stage import ANA, BEN, EVE, GENERAL, KIM, LEADING, SUPPORT, Stage, inputs, words
from workflows import Autonomy, Message, Workflow

pytestmark = pytest.mark.slow

SHORTCUT = "hand_in"


def say(stage: Stage, text: str, *, channel: str = LEADING, user: str = BEN) -> str:
    """Write a message; returns Slack's name for it."""
    message = stage.person(user).say(channel, text).message
    assert message is not None
    return str(message["ts"])


def chosen(stage: Stage, user: str, ts: str, *, channel: str = LEADING) -> None:
    """Choose the shortcut in the menu of a message."""
    assert stage.person(user).shortcut(channel, ts, SHORTCUT).acknowledged


def typed(stage: Stage, user: str) -> dict[str, str]:
    """Values in the form that a person looks at."""
    return {name: str(one.get("initial_value", "")) for name, one in inputs(stage.view(user)).items()}


def thread(stage: Stage, ts: str, *, channel: str = LEADING) -> list[str]:
    said = stage.person(ANA).messages(channel)
    return [words(message.blocks) for message in said if message.thread_ts == ts and message.ts != ts]


def cases(stage: Stage) -> list[schema.Case]:
    return [row for row in stage.world.rows(schema.Case) if isinstance(row, schema.Case)]


def second(stage: Stage) -> Workflow[Ticket, Triage]:
    """Another workflow of the same people, which makes a case of a message itself."""
    other = sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="other")
    stage.placed(other)

    @other.from_message()
    def ticket(message: Message) -> Ticket | None:
        if message.text == "fails":
            raise KeyError(message.text)
        return Ticket(id=99, text=f"{message.author}: {message.text}") if message.text != "lunch?" else None

    return other


def test_a_message_is_handed_in_and_its_thread_is_told(stage: Stage) -> None:
    """The message's text stands in the first text field; a wrong value is told beside its field."""
    stage.sample()
    ts = say(stage, "Charged <!channel> twice & angry")
    chosen(stage, ANA, ts)
    assert typed(stage, ANA) == {"id.0.0": "", "text.0.0": "Charged <!channel> twice & angry", "language.0.0": "en"}
    wrong = stage.person(ANA).submit({"id.0.0": "17", "text.0.0": " "})
    assert list(wrong.errors) == ["text.0.0"]
    assert stage.person(ANA).submit({"text.0.0": "Charged twice"}).outcome == "updated"
    (case,) = cases(stage)
    assert case.source == f"slack/{LEADING}"
    said = words(stage.view(ANA).blocks)
    assert said == f"Handed in to sample: case {case.id}.\nThe outcome is told in the thread of the message."
    stage.work()
    stage.press(BEN, "approve")
    stage.work()
    assert thread(stage, ts)[0] == f"Handed in to sample. Case {case.id}"
    assert thread(stage, ts)[1].startswith(f"Delivered · sample, case {case.id}\n")


def test_a_reply_is_handed_in_and_its_thread_is_told(stage: Stage) -> None:
    """Slack has no thread under a reply."""
    stage.sample()
    ts = say(stage, "look at this")
    reply = stage.person(BEN).say(LEADING, "the parcel is late", thread_ts=ts).message
    assert reply is not None
    chosen(stage, ANA, str(reply["ts"]))
    assert typed(stage, ANA)["text.0.0"] == "the parcel is late"
    stage.person(ANA).submit({"id.0.0": "1"})
    stage.work()
    assert thread(stage, ts)[-1] == f"Handed in to sample. Case {cases(stage)[0].id}"


def test_a_message_of_our_own_is_no_case(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="hello")
    chosen(stage, ANA, stage.cards()[-1].ts, channel=SUPPORT)
    assert "Countersign wrote this message itself" in stage.told(ANA)
    assert stage.person(ANA).views() == []


def test_the_same_again_is_a_duplicate_and_other_content_a_revision(stage: Stage) -> None:
    stage.sample()
    ts = say(stage, "once")
    told = []
    for text in ("once", "once", "twice"):
        chosen(stage, ANA, ts)
        stage.view(ANA)
        stage.person(ANA).submit({"id.0.0": "1", "text.0.0": text})
        told.append(words(stage.view(ANA).blocks).splitlines()[0])
        stage.person(ANA).close(all=True)
    case = cases(stage)[0].id
    assert told == [
        f"Handed in to sample: case {case}.",
        f"Case {case} of sample was there already, with the same content. Nothing was changed.",
        f"Case {case} of sample was there, with other content: this is a new revision of it.",
    ]


def test_who_may_hand_in_to_several_workflows_chooses_one(stage: Stage) -> None:
    stage.sample()
    second(stage)
    ts = say(stage, "x" * 4_000)
    chosen(stage, ANA, ts)
    assert list(inputs(stage.view(ANA))) == ["workflow", "message.0", "message.1"]
    assert stage.person(ANA).submit({"workflow": "other"}).outcome == "updated"
    form = typed(stage, ANA)
    assert form["id.0.0"] == "99"
    assert form["text.0.0"] + form["text.1.0"] == f"{BEN}: {'x' * 4_000}"


@pytest.mark.parametrize(("text", "said"), [("fails", "could not be read"), ("lunch?", "makes no case of this")])
def test_where_the_workflows_function_gives_nothing_the_person_fills_it_in(stage: Stage, text: str, said: str) -> None:
    second(stage)
    chosen(stage, ANA, say(stage, text))
    assert typed(stage, ANA)["text.0.0"] == text
    assert said in words(stage.view(ANA).blocks)


def test_by_command_the_form_is_empty_and_the_outcome_comes_by_a_direct_message(stage: Stage) -> None:
    stage.sample()
    stage.person(ANA).command(SUPPORT, "/countersign", "submit sample")
    assert typed(stage, ANA) == {"id.0.0": "", "text.0.0": "", "language.0.0": "en"}
    assert stage.person(ANA).submit({"id.0.0": "5", "text.0.0": "by hand"}).outcome == "updated"
    assert "to you, by a direct message" in words(stage.view(ANA).blocks)
    stage.work()
    stage.press(BEN, "approve")
    stage.work()
    direct = stage.person(ANA).messages(stage.person(ANA).direct)
    assert [words(message.blocks).splitlines()[0] for message in direct] == [
        f"Delivered · sample, case {cases(stage)[0].id}"
    ]


def test_where_we_are_not_in_the_channel_the_outcome_comes_by_a_direct_message(stage: Stage) -> None:
    stage.sample()
    ts = say(stage, "in general", channel=GENERAL)
    chosen(stage, ANA, ts, channel=GENERAL)
    stage.view(ANA)
    stage.person(ANA).submit({"id.0.0": "6"})
    assert "to you, by a direct message" in words(stage.view(ANA).blocks)


@pytest.mark.parametrize("user", [EVE, "U0GUS"])
def test_nobody_else_may_and_is_told_why(stage: Stage, user: str) -> None:
    """Anybody in the channel, and a guest."""
    stage.sample()
    ts = say(stage, "hello", channel=SUPPORT)
    chosen(stage, user, ts, channel=SUPPORT)
    assert stage.told(user).startswith("Only reviewers, engineers and owners may hand in cases.")
    stage.person(user).command(SUPPORT, "/countersign", "submit sample")
    rows = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    stage.person(user).wait_until(lambda: [row.action for row in rows if row.action == "hand_in.refused"])
    assert cases(stage) == []


def test_a_workflow_that_one_may_not_know_is_answered_like_one_that_is_not_there(stage: Stage) -> None:
    stage.sample()
    secret = sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="secret")
    stage.placed(secret, reviewers="U0LEE")
    for name in ("secret", "missing"):
        stage.person(ANA).command(SUPPORT, "/countersign", f"submit {name}")
        assert f"there is no workflow '{name}' that you may hand in to; yours are sample" in stage.told(ANA).lower()


def test_a_form_of_lists_and_records_is_typed(stage: Stage) -> None:
    """Rows are typed, one on each line: there is no case yet that could keep them while somebody works on them."""

    class Line(BaseModel):
        article: str
        number: int

    class Order(BaseModel):
        id: int
        lines: list[Line] = []

    orders = Workflow(
        name="orders", decision="Right?", owner=KIM, input=Order, output=Triage, key=lambda order: f"order-{order.id}"
    )
    orders.deliver(lambda triage, run: "done")
    stage.placed(orders)
    stage.person(KIM).command(SUPPORT, "/countersign", "submit")
    stage.view(KIM)
    assert stage.person(KIM).submit({"id.0.0": "1", "lines.0.0": "Paper | 2\nInk | 1"}).outcome == "updated"
    (case,) = cases(stage)
    assert case.key == "order-1"


def test_what_the_page_shows_is_what_it_does(stage: Stage) -> None:
    """The command and the code of docs/hand-in.md, as they stand there."""
    page = (Path(__file__).parents[2] / "docs" / "hand-in.md").read_text("utf-8")
    section = page.partition("\n## From Slack\n")[2].partition("\n## ")[0]
    (code,) = re.findall("```python\n(.*?)```", section, re.DOTALL)
    (command,) = re.findall(r"^    (/countersign .*)$", section, re.MULTILINE)

    class Asked(BaseModel):
        id: str
        text: str

    triage = Workflow(
        name="support-triage", decision="Which?", owner=ANA, input=Asked, output=Triage, key=lambda ticket: ticket.id
    )
    triage.deliver(lambda triage, run: "done")
    exec(code.replace("C0INBOX", LEADING), {"triage": triage, "Ticket": Asked})  # the page's own code
    stage.placed(triage)
    say(stage, "Thanks!")
    ts = say(stage, "My parcel is late")
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    assert [case.key for case in cases(stage)] == [f"{LEADING}-{ts}"]
    slash, _, words_after = command.partition(" ")
    assert stage.person(ANA).command(SUPPORT, slash, words_after).acknowledged
    assert list(inputs(stage.view(ANA))) == ["id.0.0", "text.0.0"]
