"""Personal values: a channel is shown none of them, whoever may read the case sees them in the form and the details."""

from typing import Annotated, Literal

from pydantic import BaseModel, JsonValue

from bot.sandbox.client import ShownMessage
from tests.slack.stage import ANA, FAILED, SUPPORT, Stage, inputs, words
from workflows import Ask, Autonomy, FindPersonal, OutcomeUnknown, Personal, Proposal, Review, Run, Workflow


class Letter(BaseModel):
    id: int
    name: Annotated[str, Personal]
    email: Annotated[str, Personal]
    text: str


class Answer(BaseModel):
    queue: Literal["claims", "billing"]
    account: Annotated[str, Personal]
    reply: str


SECRETS = ("Ana Silva", "silva@example.org", "IE29 AIBK 9311")
LETTER: dict[str, JsonValue] = {
    "id": 1,
    "name": "Ana Silva",
    "email": "silva@example.org",
    "text": "Where is my money?\nYours, ANA SILVA (silva@example.org)",
}


def letters(stage: Stage, *, text_in_channel: bool = True) -> Workflow[Letter, Answer]:
    """Letters whose account is personal, and whose reply repeats a name."""
    made = Workflow[Letter, Answer](
        name="letters",
        decision="Who answers?",
        owner="U0MARIA",
        input=Letter,
        output=Answer,
        key=lambda letter: f"letter-{letter.email}",
        autonomy=Autonomy.draft(),
        review=Review(text_in_channel=text_in_channel),
    )

    @made.propose
    def propose(letter: Letter, ask: Ask[Answer]) -> Proposal[Answer]:
        answer = Answer(queue="claims", account="IE29 AIBK 9311", reply=f"Dear {letter.name}, we look into it.")
        confidence = {"queue": 0.5, "account": 0.5, "reply": 0.5}
        return Proposal(output=answer, confidence=confidence, reasons=(f"{letter.name} asks for money",))

    @made.deliver(idempotent=False)
    def deliver(answer: Answer, run: Run[Letter]) -> str:
        stage.desk.attempts.append(run.key)
        raise OutcomeUnknown(f"no answer about {run.input.name}")

    stage.placed(made)
    return made


def in_channels(stage: Stage) -> str:
    """All that everybody sees in the channels."""
    seen = [message for channel in (SUPPORT, FAILED) for message in stage.person(ANA).messages(channel)]
    return "\n".join(f"{message.text}\n{message.blocks}" for message in seen if not ephemeral(message))


def ephemeral(message: ShownMessage) -> bool:
    """Tell whether one person alone sees a message."""
    return bool(message.ephemeral)


def test_no_message_in_a_channel_shows_a_personal_value_on_the_whole_way_of_a_case(stage: Stage) -> None:
    stage.submit(letters(stage), **LETTER)
    said = words(stage.cards()[0].blocks)
    assert "Where is my money?" in said
    assert "Yours, [personal] ([personal])" in said
    assert "Account: [personal]" in said
    assert "Dear [personal], we look into it." in said
    form = stage.opened(ANA, "edit")
    assert inputs(form)["account.0.0"]["initial_value"] == "IE29 AIBK 9311"
    assert "silva@example.org" in words(form.blocks)
    stage.person(ANA).submit({"account.0.0": "IE29 AIBK 0000", "reply.0.0": "Dear Ana Silva, soon."})
    stage.work()
    assert stage.thread(card=0) == [
        "Changed from what was proposed\nAccount: ~[personal]~ → [personal], changed\n"
        "Reply: ~Dear [personal], we look into it.~ → Dear [personal], soon."
    ]
    assert "Dear [personal], soon." in words(stage.cards()[-1].blocks)  # the question whether it was delivered
    shown = in_channels(stage)
    for secret in (*SECRETS, "IE29 AIBK 0000"):
        assert secret.lower() not in shown.lower()


def test_a_workflow_may_keep_its_free_text_out_of_channels(stage: Stage) -> None:
    stage.submit(letters(stage, text_in_channel=False), **LETTER)
    said = words(stage.cards()[0].blocks)
    assert said.startswith("letter-[personal]\n")
    assert "Where is my money?" not in in_channels(stage)
    assert "we look into it" not in in_channels(stage)
    assert "Queue: claims" in said
    assert "Where is my money?" in words(stage.opened(ANA, "details").blocks)


class Note(BaseModel):
    """Free text, from which nobody took the numbers of people."""

    id: int
    text: Annotated[str, FindPersonal("GB")]


class Answered(BaseModel):
    queue: Literal["claims", "billing"]
    reply: Annotated[str, FindPersonal("GB")]


PEOPLE = ("bo.berg@example.org", "234 5000", "AIBK", "2345 6789", "carla@example.net", "dora@example.com")


def test_what_is_found_in_free_text_is_shown_in_no_channel(stage: Stage) -> None:
    """Neither where the case says it, nor where the model, a person or the target does, and in whatever form."""
    made = Workflow[Note, Answered](
        name="notes",
        decision="Who answers?",
        owner="U0MARIA",
        input=Note,
        output=Answered,
        key=lambda note: f"note-{note.text.split()[0]}",
        autonomy=Autonomy.draft(),
    )

    @made.propose
    def propose(note: Note, ask: Ask[Answered]) -> Proposal[Answered]:
        answer = Answered(queue="claims", reply="We pay to ie29-aibk-9311-5212-3456-78, carla@example.net.")
        said = "bo.berg@example.org wrote from 0161-234-5000"
        return Proposal(output=answer, confidence={"queue": 0.5, "reply": 0.5}, reasons=(said,))

    @made.deliver(idempotent=True)
    def deliver(answer: Answered, run: Run[Note]) -> str:
        return "mail to BO.BERG@example.org, account IE29AIBK93115212345678"

    stage.placed(made)
    text = "bo.berg@example.org asks:\nis IE29 AIBK 9311 5212\n3456 78 right? Call 0161 234 5000"
    stage.submit(made, id=1, text=text)
    said = words(stage.cards()[0].blocks)
    assert "is [personal] right? Call [personal]" in said
    assert "Reply: We pay to [personal], [personal]." in said
    assert "We pay to [personal], [personal]." in said
    assert said.startswith("note-[personal]") or "note-[personal]" in in_channels(stage)
    stage.opened(ANA, "edit")
    stage.person(ANA).submit({"reply.0.0": "We pay to dora@example.com."})
    stage.work()
    shown = in_channels(stage)
    assert "mail to [personal], account [personal]" in shown
    for value in PEOPLE:
        assert value.casefold() not in shown.casefold()
