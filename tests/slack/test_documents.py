"""Documents come from Slack: with a message, in a form, with an answer. Each is taken once, and none from elsewhere."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue

from handlers.slack import in_time
from store import schema
from store.documents import documents as kept_documents
from tests.paper import Claim, Verdict, Watched, claims, pdf
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, BEN, KIM, LEADING, SUPPORT, Stage, inputs, words
from tests.slack.test_corrected_inputs import page
from tests.world import sure
from workflows import Message, Workflow
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.sources.heard import waiting

pytestmark = pytest.mark.slow

INBOX = LEADING
FORM, PHOTO = pdf("Claim 7\nAmount 90.00"), pdf("A photo of the bumper")
NO_PDF = b"MZ this is a program"


@pytest.fixture
def stage(make_stage: MakeStage, tmp_path: Path) -> Stage:
    made = make_stage(sure(0.6, amount="90.00"))
    object.__setattr__(made.world.context, "documents", Documents(FolderShelf(tmp_path)))
    return made


def automation(stage: Stage) -> Workflow[Claim, Verdict]:
    workflow = claims()
    stage.placed(workflow)
    return workflow


def watching(stage: Stage) -> Workflow[Claim, Verdict]:
    """Claims, which are made of messages with a file."""
    workflow = automation(stage)

    @workflow.from_message(watch=[INBOX])
    def claim(message: Message) -> Claim | None:
        first, *photos = message.documents
        return Claim(number=message.text or message.name[-6:], form=first, photos=tuple(photos))

    return workflow


def settled(stage: Stage) -> None:
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()


def sent(stage: Stage, text: str, *files: tuple[str, bytes], user: str = BEN, thread: str | None = None) -> str:
    """Post a message with files; returns Slack's name for it once it was heard and taken in."""
    person = stage.person(user)
    ids = [person.upload(name, data) for name, data in files]
    outcome = person.say(INBOX, text, files=ids, thread_ts=thread)
    assert outcome.acknowledged
    settled(stage)
    assert outcome.message is not None
    return str(outcome.message["ts"])


def thread(stage: Stage, ts: str) -> list[str]:
    said = stage.person(ANA).messages(INBOX)
    return [words(one.blocks) for one in said if one.thread_ts == ts and one.ts != ts and one.bot_id is not None]


def rows(stage: Stage, kind: type[schema.Case | schema.HeardMessage | schema.Question]) -> list[object]:
    return list(stage.world.rows(kind))


def bodies(stage: Stage, kind: str) -> list[str]:
    found = [row for row in stage.world.rows(schema.Content) if isinstance(row, schema.Content)]
    return [row.body for row in found if row.kind == kind]


def claim_of(stage: Stage) -> Claim:
    return Claim.model_validate_json(bodies(stage, "input")[-1])


def fetched(stage: Stage) -> int:
    return len(stage.running.administrator.calls("files-pri"))


def test_a_message_with_files_is_a_case_that_holds_them(stage: Stage) -> None:
    """The thread is told of the file that was refused, in a sentence with what to do; the others go on."""
    watching(stage)
    ts = sent(stage, "7", ("claim.pdf", FORM), ("virus.pdf", NO_PDF), ("bumper.pdf", PHOTO))
    claim = claim_of(stage)
    assert (claim.number, claim.form.name, [one.name for one in claim.photos]) == ("7", "claim.pdf", ["bumper.pdf"])
    assert "Amount 90.00" in claim.form.text
    stage.work()
    assert thread(stage, ts)[1:] == [
        "File 2 of 3 in this message was not taken by claims: it is not a PDF, picture or mail. Send it as a PDF."
    ]
    assert rows(stage, schema.HeardMessage) == []
    with stage.world.database.read() as session:
        found = kept_documents.found(session, [claim.form.sha256], team=stage.world.context.team)
        assert found[claim.form.sha256].unheld_since is None


def test_a_message_whose_only_file_is_refused_makes_no_case_and_calls_no_engineer(stage: Stage) -> None:
    watching(stage)
    ts = sent(stage, "8", ("virus.pdf", NO_PDF))
    stage.work()
    assert rows(stage, schema.Case) == []
    assert thread(stage, ts) == [
        "The file of this message was not taken by claims: it is not a PDF, picture or mail. Send it as a PDF."
    ]
    assert stage.cards(channel="C0FAILURES") == []


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("external", "it is in another system, and only linked here. Upload the file itself."),
        ("hidden_by_limit", "the workspace's plan hides it. Send it again."),
    ],
)
def test_a_file_that_is_only_linked_is_refused_with_the_reason(mode: str, why: str, stage: Stage) -> None:
    """A27: no address that a file names elsewhere is ever asked."""
    watching(stage)
    ben = stage.person(BEN)
    said = ben.say(INBOX, "9", files=[ben.upload("drive.pdf", FORM, mode=mode)])
    settled(stage)
    stage.work()
    assert said.message is not None
    assert thread(stage, str(said.message["ts"])) == [f"The file of this message was not taken by claims: {why}"]
    assert fetched(stage) == 0


def test_a_file_beyond_the_limit_is_refused_before_it_is_fetched(stage: Stage) -> None:
    """A32"""
    watching(stage)
    ts = sent(stage, "9", ("large.pdf", FORM + bytes(stage.world.context.documents.limits.size)))
    stage.work()
    assert thread(stage, ts)[0].endswith("it is too large. Send a smaller file.")
    assert fetched(stage) == 0


def test_a_workflow_without_documents_fetches_nothing(stage: Stage) -> None:
    from tests.slack.test_watched_channels import watching as watching_tickets

    watching_tickets(stage)
    sent(stage, "Charged twice", ("claim.pdf", FORM))
    assert len(rows(stage, schema.Case)) == 1
    assert stage.running.administrator.calls("files.info") == []


def test_an_event_that_comes_again_takes_a_file_in_once(stage: Stage) -> None:
    watching(stage)
    ben = stage.person(BEN)
    outcome = ben.say(INBOX, "7", files=[ben.upload("claim.pdf", FORM)])
    for _ in range(2):
        assert stage.running.administrator.send_event_again(outcome.event_id).acknowledged
    settled(stage)
    assert len(rows(stage, schema.Case)) == 1
    assert fetched(stage) == 1


def test_a_file_that_cannot_be_fetched_now_is_fetched_later(stage: Stage) -> None:
    """The message waits; a crash in between changes nothing. After an hour engineers are told."""
    watching(stage)
    stage.running.administrator.fault("refused", error="internal_error", method="files.info", times=2)
    sent(stage, "7", ("claim.pdf", FORM))
    assert rows(stage, schema.Case) == []
    files, context = stage.ears.slack_context.files, stage.world.context
    assert waiting.take_in_all(context, files) == 0
    stage.world.clock.move(timedelta(seconds=31))
    assert waiting.take_in_all(context, files) == 0
    stage.world.clock.move(timedelta(seconds=31))
    assert waiting.take_in_all(context, files) == 1
    assert claim_of(stage).form.name == "claim.pdf"
    stage.running.administrator.fault("refused", error="internal_error", method="files.info", times=2)
    sent(stage, "8", ("claim.pdf", FORM))
    stage.world.clock.move(timedelta(hours=2))
    assert waiting.take_in_all(context, files) == 1
    stage.work()
    (told,) = [words(card.blocks) for card in stage.cards(channel="C0FAILURES")]
    assert "FileUnreachable" in told


def test_a_file_that_is_removed_before_its_case_is_there_is_read_again(stage: Stage, tmp_path: Path) -> None:
    """Of a message and of an answer, which nobody has to send again."""
    documents = Watched(tmp_path)
    object.__setattr__(stage.world.context, "documents", documents)
    watching(stage)
    files, context = stage.ears.slack_context.files, stage.world.context

    def remove() -> None:
        with stage.world.database.write() as session:
            session.query(schema.DocumentRow).filter(schema.DocumentRow.unheld_since.is_not(None)).delete()

    documents.once = remove
    ts = sent(stage, "7", ("claim.pdf", FORM))
    assert rows(stage, schema.Case) == []
    stage.world.clock.move(timedelta(seconds=31))
    assert waiting.take_in_all(context, files) == 1
    assert claim_of(stage).form.name == "claim.pdf"
    stage.work()
    stage.opened(ANA, "ask_source")
    assert stage.person(ANA).submit({"text": "Which bumper?"}).acknowledged
    stage.work()
    documents.once = remove
    sent(stage, "", ("bumper.pdf", PHOTO), thread=ts)
    assert bodies(stage, "answer") == []
    stage.world.clock.move(timedelta(seconds=31))
    assert waiting.take_in_all(context, files) == 1
    assert "A photo of the bumper" in bodies(stage, "answer")[-1]


def test_without_the_scope_the_thread_says_whom_to_ask(stage: Stage) -> None:
    watching(stage)
    scopes = [one for one in stage.running.sandbox.workspace.app.scopes if one != "files:read"]
    stage.running.administrator.set_scopes(scopes)
    ts = sent(stage, "7", ("claim.pdf", FORM))
    stage.work()
    assert thread(stage, ts)[0].endswith("Tell an engineer: its scope files:read may be missing.")


def submit_form(stage: Stage, user: str = ANA) -> None:
    assert stage.person(user).command(SUPPORT, "/countersign", "submit claims").acknowledged
    stage.view(user)


def done(stage: Stage, user: str = ANA) -> str:
    return words(stage.view(user).blocks)


def test_a_form_takes_files_and_says_at_the_field_what_is_wrong_with_one(stage: Stage) -> None:
    automation(stage)
    submit_form(stage)
    ana = stage.person(ANA)
    asked = inputs(stage.view(ANA))
    assert asked["form.0.0"]["max_files"] == 1
    assert (asked["photos.0.0"]["type"], asked["photos.0.0"]["max_files"]) == ("file_input", 10)
    wrong = ana.submit({"number.0.0": "7", "form.0.0": [ana.upload("a.pdf", NO_PDF)]})
    assert wrong.errors == {"form.0.0": "It is not a PDF, picture or mail. Send it as a PDF."}
    again = ana.submit({})
    assert again.errors == wrong.errors
    photos: list[JsonValue] = [ana.upload("bumper.pdf", PHOTO)]
    assert ana.submit({"form.0.0": [ana.upload("claim.pdf", FORM)], "photos.0.0": photos}).outcome == "updated"
    assert done(stage).startswith("Handed in to claims: case ")
    claim = claim_of(stage)
    assert (claim.form.name, [one.name for one in claim.photos]) == ("claim.pdf", ["bumper.pdf"])
    assert rows(stage, schema.HeardMessage) == []


def test_reading_that_takes_longer_than_slack_waits_goes_on_and_the_person_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The 3-second rule: the form is answered at once, and what became of it is told by a direct message."""
    monkeypatch.setattr(in_time, "SECONDS", 0.0)
    keep = stage.world.context.documents.keep

    def slowly(data: bytes, *, name: str) -> object:
        ana.wait_until(lambda: "being read" in str(ana.views()))
        return keep(data, name=name)

    monkeypatch.setattr(stage.world.context.documents, "keep", slowly)
    automation(stage)
    submit_form(stage)
    ana = stage.person(ANA)
    assert ana.submit({"number.0.0": "7", "form.0.0": [ana.upload("claim.pdf", FORM)]}).outcome == "updated"
    assert "You can close this: you are told by a direct message what became of it." in done(stage)
    settled(stage)
    ana.close(all=True)
    submit_form(stage)
    assert ana.submit({"number.0.0": "8", "form.0.0": [ana.upload("claim.pdf", NO_PDF)]}).outcome == "updated"
    settled(stage)
    stage.work()
    said = [words(one.blocks) for one in ana.messages(ana.direct)]
    case = stage.world.rows(schema.Case)[0].id
    assert f"Handed in to claims. Case {case}" in said
    assert (
        "Nothing was handed in to claims. Form: it is not a PDF, picture or mail. Send it as a PDF. Hand it in again: "
        "/countersign submit"
    ) in said


def test_a_form_that_a_crash_left_is_taken_in_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    automation(stage)
    submit_form(stage)
    ana = stage.person(ANA)
    stage.running.administrator.fault("refused", error="internal_error", method="files.info", times=1)
    assert ana.submit({"number.0.0": "7", "form.0.0": [ana.upload("claim.pdf", FORM)]}).outcome == "updated"
    assert "are being read" in done(stage)
    assert rows(stage, schema.Case) == []
    stage.world.clock.move(timedelta(minutes=1))
    files, context = stage.ears.slack_context.files, stage.world.context
    assert waiting.take_in_all(context, files) == 1
    assert waiting.take_in_all(context, files) == 0
    assert len(rows(stage, schema.Case)) == 1


def test_nobody_hands_in_the_file_of_another(stage: Stage) -> None:
    """Not even where the payload names it: the file has to be one that the person uploaded."""
    automation(stage)
    submit_form(stage)
    ana, ben = stage.person(ANA), stage.person(BEN)
    theirs = ben.upload("secret.pdf", FORM)
    ben.say("C0LEADS", "secret", files=[theirs])
    view = stage.running.sandbox.modals.top(ANA)
    assert view is not None
    view.values["form.0.0"]["value"] = {"type": "file_input", "files": [{"id": theirs, "name": "mine.pdf"}]}
    wrong = ana.submit({"number.0.0": "7"})
    assert wrong.errors == {"form.0.0": "Another person uploaded it. Choose a file of your own."}
    assert rows(stage, schema.Case) == []


def test_the_files_of_a_message_stand_in_its_form(stage: Stage) -> None:
    """They are taken unless others are chosen."""
    automation(stage)
    for chosen, name in (([], "claim.pdf"), (["other.pdf"], "other.pdf")):
        ts = sent(stage, "my claim", ("claim.pdf", FORM), ("bumper.pdf", PHOTO))
        assert stage.person(ANA).shortcut(INBOX, ts, "hand_in").acknowledged
        form = words(stage.view(ANA).blocks)
        assert "From the message: claim.pdf." in str(stage.view(ANA).blocks), form
        ana = stage.person(ANA)
        files: list[JsonValue] = [ana.upload(one, FORM) for one in chosen]
        values: dict[str, JsonValue] = {"number.0.0": name, **({"form.0.0": files} if files else {})}
        assert ana.submit(values).outcome == "updated"
        assert "The outcome is told in the thread" in done(stage)
        claim = claim_of(stage)
        assert (claim.form.name, [one.name for one in claim.photos]) == (name, ["bumper.pdf"])
        ana.close(all=True)


def test_an_engineer_puts_another_file_in_and_an_empty_input_keeps_the_present_one(stage: Stage) -> None:
    workflow = watching(stage)
    sent(stage, "7", ("claim.pdf", FORM))
    stage.work()
    case = rows(stage, schema.Case)[0]
    assert isinstance(case, schema.Case)
    kim = stage.person(KIM)

    def opened() -> None:
        assert kim.press(SUPPORT, page(stage, KIM, case.id), "correct_input").acknowledged
        stage.view(KIM)

    opened()
    assert "Present: claim.pdf. A file that you choose here takes its place." in str(stage.view(KIM).blocks)
    same = kim.submit({"why!.0.0": "wrong file"})
    assert "othing differs from its present input" in (str(same.errors) + done(stage, KIM))
    kim.close(all=True)
    opened()
    assert kim.submit({"why!.0.0": "wrong", "form.0.0": [kim.upload("x.pdf", NO_PDF)]}).errors == {
        "form.0.0": "It is not a PDF, picture or mail. Send it as a PDF."
    }
    photos: list[JsonValue] = [kim.upload("bumper.pdf", PHOTO)]
    kim.submit({"form.0.0": [], "photos.0.0": photos})
    claim = claim_of(stage)
    assert (claim.form.name, [one.name for one in claim.photos]) == ("claim.pdf", ["bumper.pdf"])
    assert workflow.name in done(stage, KIM) or "revision 2" in done(stage, KIM)


def test_an_answer_that_is_only_a_file_counts_and_the_case_holds_it(stage: Stage) -> None:
    watching(stage)
    ts = sent(stage, "7", ("claim.pdf", FORM))
    stage.work()
    stage.opened(ANA, "ask_source")
    assert stage.person(ANA).submit({"text": "Which bumper?"}).acknowledged
    stage.work()
    sent(stage, "", ("virus.pdf", NO_PDF), thread=ts)
    stage.work()
    assert thread(stage, ts)[-1].endswith("it is not a PDF, picture or mail. Send it as a PDF.")
    sent(stage, "", ("bumper.pdf", PHOTO), thread=ts)
    stage.work()
    (asked,) = rows(stage, schema.Question)
    assert isinstance(asked, schema.Question)
    assert (asked.state, asked.answered_by) == ("answered", BEN)
    assert thread(stage, ts)[-1].startswith("Thank you. Case ")
    assert "A photo of the bumper" in bodies(stage, "answer")[-1]
    assert "A photo of the bumper" in bodies(stage, "answers")[-1]
    assert "They answered:\nFiles: bumper.pdf" in words(stage.cards()[-1].blocks)
