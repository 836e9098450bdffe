"""Pages of documents in Slack: in the thread of a card and in its form, and the original for whoever asks for it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import pytest
from pydantic import JsonValue

from bot.sandbox.client import ShownMessage
from bot.sandbox.http.running_sandbox import Running
from handlers.slack.ids import Action
from handlers.slack.manifest import manifest_file
from store import schema
from store.db import failpoints
from store.db.database import Database
from store.db.failpoints import Failpoint, Side
from tests.paper import Claim, Verdict, claims, pdf
from tests.slack.stage import ANA, EVE, FAILED, SUPPORT, Ears, Stage, words
from tests.world import World
from workflows import Personal, Workflow
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.case import intake, notices
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.documents.keeping import keep
from workflows.engine.privacy.forgetting import forget
from workflows.model.port import Answer, Question
from workflows.model.scripted import ScriptedModel, says

RowT = TypeVar("RowT", bound=schema.Base)
pytestmark = pytest.mark.slow

CLAIM = "Claim 7\nAmount due   120.50 EUR"
SCOPES = json.loads(manifest_file().read_text("utf-8"))["oauth_config"]["scopes"]["bot"]
OTHER = "A photo of the roof\nNothing is due"


def reads_the_amount(question: Question) -> Answer:
    """Propose the amount, with its quote."""
    return says({"amount": "120.50"}, confidence=0.6, evidence={"amount": "Amount due   120.50 EUR"})


class Desk(Stage):
    """A stage whose cases hold documents."""

    def take(self, workflow: AnyWorkflow, number: str = "7", *photos: bytes, form: bytes | None = None) -> int:
        """Take in a case with its documents, work on it, and show what there is to show; returns the case."""
        case = self.begin(workflow, number, *photos, form=form)
        self.send()
        return case

    def begin(self, workflow: AnyWorkflow, number: str = "7", *photos: bytes, form: bytes | None = None) -> int:
        """Do the same without showing anything."""
        context = self.world.context
        data = pdf(CLAIM, OTHER) if form is None else form
        kept = {"form": keep(context, data, name="claim.pdf")}
        kept |= {f"photo{place}": keep(context, one, name=f"photo {place}.pdf") for place, one in enumerate(photos)}
        values: dict[str, JsonValue] = {
            "number": number,
            "form": "form",
            "photos": [name for name in kept if name != "form"],
        }
        accepted = intake.accept(workflow, values, arrived=lambda name: kept[str(name)])
        case = intake.take_in(context, workflow, [accepted], source="test", actor="tester")[0].case
        self.world.work()
        return case

    def without_files(self, workflow: AnyWorkflow, *numbers: str) -> None:
        """Take in cases while Slack takes no files, and show their cards."""
        self.running.administrator.set_scopes([one for one in SCOPES if one != "files:write"])
        for number in numbers:
            self.begin(workflow, number)
        self.send_until(lambda: len(self.cards()) == len(numbers) and self.refused(notices.PAGES))

    def files(self) -> list[schema.ShownFile]:
        """Return all rows of files that Slack was given."""
        return self.rows(schema.ShownFile)

    def rows(self, table: type[RowT]) -> list[RowT]:
        """Return all rows of a table, by id."""
        with self.world.database.read() as session:
            return list(session.query(table).order_by(table.id))

    def left(self) -> list[str]:
        """Return the files that are still at Slack, by id."""
        files = self.running.sandbox.files
        return [one.file for one in self.files() if (file := files.any(one.file)) is not None and file.is_there]

    def pages(self) -> list[ShownMessage]:
        """Return the messages in threads that show pictures."""
        return [one for one in self.person(ANA).messages(SUPPORT) if any(b["type"] == "image" for b in one.blocks)]

    def direct(self, user: str) -> list[ShownMessage]:
        """Return the messages to a person in their conversation with us."""
        return self.person(user).messages(self.person(user).direct)

    def refused(self, kind: str) -> bool:
        """Tell whether Slack refused a message of this kind lately."""
        return any(one.kind == kind and one.error for one in self.rows(schema.OutboxRow))


class Killed(BaseException):
    """The process ends here."""


def dying(about: str, side: Side, desk: Desk) -> Callable[[Failpoint, Side, str], None]:
    """Return a watcher that ends the process at the first such call that gives or shows a page."""

    def watch(seam: Failpoint, at: Side, named: str) -> None:
        is_page = about != "chat.postMessage" or any(one.uploaded_at for one in desk.files() if not one.removed_at)
        if seam is Failpoint.MESSAGE and at is side and named == about and is_page:
            raise Killed

    return watch


@pytest.fixture
def desk(running: Running, ears: Ears, migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A Countersign in the sandbox with a shelf."""
    running.reset()
    database = Database(migrated_sqlite_url)
    documents = Documents(FolderShelf(tmp_path / "shelf"))
    world = World(database=database, model=ScriptedModel(reads_the_amount), documents=documents)
    yield Desk(running=running, ears=ears, world=world)
    database.close()


def placed(desk: Desk, **how: object) -> Workflow[Claim, Verdict]:
    workflow = claims()
    desk.placed(workflow)
    return workflow


def test_the_page_from_which_a_value_was_read_stands_in_the_thread_once(desk: Desk) -> None:
    desk.take(placed(desk))
    (note,) = desk.pages()
    (card,) = desk.cards()
    assert note.thread_ts == card.ts
    (picture,) = note.blocks
    assert picture["title"] == {
        "type": "plain_text",
        "text": "claim.pdf, page 1 of 2: Amount is marked",
        "emoji": False,
    }
    assert picture["alt_text"] == "Picture of claim.pdf, page 1 of 2. Marked: Amount."
    assert note.text == "claim.pdf, page 1 of 2: Amount is marked"
    desk.new_sender().drain(seconds=10)
    assert len(desk.pages()) == 1
    assert len(desk.files()) == 1


def test_the_form_shows_the_page_above_its_fields_and_the_original_below(desk: Desk) -> None:
    desk.take(placed(desk))
    blocks = desk.opened(ANA, Action.EDIT).blocks
    kinds = [one["type"] for one in blocks]
    assert kinds.index("image") < kinds.index("input")
    picture = blocks[kinds.index("image")]
    assert picture["slack_file"] == {"id": desk.files()[0].file}
    assert "Open claim.pdf" in words(blocks)


def test_a_form_opens_without_pages_where_there_are_none_yet(desk: Desk) -> None:
    desk.without_files(placed(desk), "7")
    assert "image" not in [one["type"] for one in desk.opened(ANA, Action.EDIT).blocks]


def test_a_form_opens_without_a_page_that_somebody_deleted_at_slack(desk: Desk) -> None:
    desk.take(placed(desk))
    files = desk.running.sandbox.files
    gone = files.any(desk.files()[0].file)
    assert gone is not None
    files.delete(gone)
    assert "image" not in [one["type"] for one in desk.opened(ANA, Action.EDIT).blocks]


def test_whoever_fills_in_an_empty_form_is_shown_the_first_page_without_marks(desk: Desk) -> None:
    desk.world.model.enqueue(Answer(model="scripted", problem="no idea"))
    desk.take(placed(desk))
    (picture,) = desk.pages()[0].blocks
    assert picture["alt_text"] == "Picture of claim.pdf, page 1 of 2. Nothing is marked on it."


def test_no_page_stands_in_a_channel_that_is_not_shown_the_case(desk: Desk) -> None:
    workflow = placed(desk)
    workflow.review = replace(workflow.review, text_in_channel=False)
    desk.take(workflow)
    assert desk.pages() == []
    assert "Open the form to see its pages" in words(desk.cards()[-1].blocks)
    assert "claim.pdf" not in str([one.blocks for one in desk.person(ANA).messages(SUPPORT)])
    assert "image" in [one["type"] for one in desk.opened(ANA, Action.EDIT).blocks]


def test_no_page_stands_in_a_channel_where_the_case_may_hold_personal_values(desk: Desk) -> None:
    class Insured(Claim):
        insured: Annotated[str, Personal] = "Ana Example"

    workflow = claims()
    workflow.input = Insured
    desk.placed(workflow)
    desk.take(workflow)
    assert desk.pages() == []
    assert len(desk.left()) == 1


def test_a_new_revision_takes_the_pages_of_the_old_one_away(desk: Desk) -> None:
    workflow = placed(desk)
    desk.take(workflow)
    (first,) = desk.left()
    desk.take(workflow, form=pdf(CLAIM, "another second page"))
    desk.sender.take_back()
    assert first not in desk.left()
    assert len(desk.pages()) == len(desk.left()) == 1


def test_pages_and_originals_go_with_the_content_of_their_case(desk: Desk) -> None:
    case = desk.take(placed(desk))
    desk.press(ANA, Action.ORIGINAL)
    desk.work()
    assert len(desk.left()) == 2
    forget(desk.world.context, case, by="U0MARIA")
    desk.send()
    desk.sender.take_back()
    assert desk.left() == []
    assert desk.pages() == []
    assert [one.sha256 for one in desk.files()] == ["", ""]
    assert [[file["mode"] for file in one.files] for one in desk.direct(ANA)] == [["tombstone"]]


def test_a_picture_that_slack_has_not_looked_through_yet_is_shown_a_moment_later(desk: Desk) -> None:
    desk.running.sandbox.files.processing_seconds = 1_000_000
    case = desk.world
    workflow = placed(desk)
    desk.begin(workflow)
    desk.send_until(lambda: desk.refused(notices.PAGES_NOTE))
    desk.running.sandbox.files.processing_seconds = 0
    case.clock.move(timedelta(minutes=5))
    desk.send()
    assert len(desk.pages()) == 1


def test_nothing_is_uploaded_for_what_was_decided_before(desk: Desk) -> None:
    desk.without_files(placed(desk), "7")
    desk.press(ANA, Action.APPROVE)
    desk.running.administrator.set_scopes(SCOPES)
    desk.world.clock.move(timedelta(minutes=5))
    desk.work()
    assert desk.files() == []
    assert desk.pages() == []


def test_a_file_that_is_not_on_the_shelf_is_one_line_and_no_picture(desk: Desk) -> None:
    workflow = placed(desk)
    desk.begin(workflow)
    for one in desk.rows(schema.DocumentRow):
        desk.world.documents.remove(one.sha256)
    desk.send()
    assert "claim.pdf: no picture, since its file is not here any more" in "\n".join(desk.thread())
    assert desk.files() == []


def test_a_missing_scope_holds_up_pages_alone_and_is_told_of_once(desk: Desk) -> None:
    desk.without_files(placed(desk), "7", "8")
    desk.send_until(lambda: desk.cards(channel=FAILED))
    failed = [words(one.blocks) for one in desk.cards(channel=FAILED)]
    assert len(failed) == 1
    assert "files:write" in failed[0]
    desk.running.administrator.set_scopes(SCOPES)
    desk.world.clock.move(timedelta(minutes=5))
    desk.send()
    assert len(desk.pages()) == 2


@pytest.mark.parametrize(
    "at", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal", "chat.postMessage"]
)
def test_a_page_stands_once_whatever_the_sender_dies_of(desk: Desk, at: str) -> None:
    workflow = placed(desk)
    for side in Side:
        desk.begin(workflow, number=f"{side}")
        with failpoints.watched(dying(at, side, desk)), pytest.raises(Killed):
            desk.sender.drain(seconds=10)
        desk.sender = desk.new_sender()
        desk.send()
        desk.world.clock.move(timedelta(hours=1))
        desk.sender.take_back()
    assert len(desk.pages()) == 2
    assert len(desk.left()) == 2
    # Nothing is at Slack that no row knows.
    known = {one.file for one in desk.files()}
    assert {one.id for one in desk.running.sandbox.files._kept.values() if one.is_there} <= known


def test_the_original_goes_to_whoever_asked_and_is_taken_back_after_a_day(desk: Desk) -> None:
    case = desk.take(placed(desk))
    assert desk.press(ANA, Action.ORIGINAL).acknowledged
    assert "claim.pdf comes in your messages" in desk.told(ANA)
    desk.work()
    said, file = desk.direct(ANA)
    assert "claim.pdf of claim-7 (claims)" in words(said.blocks)
    assert [one["name"] for one in file.files] == ["claim.pdf"]
    given = desk.person(ANA).file(str(file.files[0]["id"]))
    assert given.content == pdf(CLAIM, OTHER)
    desk.press(ANA, Action.ORIGINAL)
    assert "in your messages with this app already" in desk.told(ANA)
    desk.work()
    assert len(desk.direct(ANA)) == 2
    read = [one for one in desk.rows(schema.AuditRow) if one.details.get("way") == "original"]
    assert [(one.actor, one.case_id, one.details["document"]) for one in read] == [(ANA, case, 1)]
    desk.world.clock.move(timedelta(hours=24))
    desk.sender.take_back()
    assert [one.file for one in desk.files() if one.removed_at is None and one.by] == []
    assert desk.person(ANA).file(str(file.files[0]["id"])).status_code == 404


def test_nobody_without_the_right_to_read_gets_an_original(desk: Desk) -> None:
    desk.take(placed(desk))
    desk.press(EVE, Action.ORIGINAL)
    assert "Only reviewers, engineers and the owner may read cases" in desk.told(EVE)
    desk.work()
    assert [one for one in desk.files() if one.by] == []


def test_several_documents_are_each_their_own_choice(desk: Desk) -> None:
    desk.take(placed(desk), "7", pdf(OTHER))
    listed = desk.opened(ANA, Action.ORIGINAL)
    assert "claim.pdf, 2 pages" in words(listed.blocks)
    desk.person(ANA).press_in_view(f"{Action.ORIGINAL}.2")
    desk.work()
    assert [one["name"] for one in desk.direct(ANA)[-1].files] == ["photo 0.pdf"]


def test_documents_of_one_name_are_told_apart(desk: Desk) -> None:
    kept = [keep(desk.world.context, pdf(f"Claim {number}"), name="scan.pdf") for number in range(2)]
    values: dict[str, JsonValue] = {"number": "7", "form": "0", "photos": ["1"]}
    workflow = placed(desk)
    accepted = intake.accept(workflow, values, arrived=lambda name: kept[int(str(name))])
    intake.take_in(desk.world.context, workflow, [accepted], source="test", actor="tester")
    desk.world.work()
    desk.send()
    said = words(desk.opened(ANA, Action.ORIGINAL).blocks)
    assert "scan.pdf, 1 page" in said
    assert "scan.pdf (2), 1 page" in said
    desk.person(ANA).press_in_view(f"{Action.ORIGINAL}.2")
    desk.work()
    assert "scan.pdf (2) of claim-7" in words(desk.direct(ANA)[0].blocks)


def test_explain_offers_the_original(desk: Desk) -> None:
    case = desk.take(placed(desk))
    assert desk.person(ANA).command(SUPPORT, "/countersign", f"explain {case}").acknowledged
    assert "Open claim.pdf" in words(desk.view(ANA).blocks)
    desk.person(ANA).press_in_view(f"{Action.ORIGINAL}.1")
    desk.work()
    assert desk.direct(ANA)[-1].files


def test_names_and_texts_of_documents_are_words_and_nothing_else(desk: Desk) -> None:
    """A22, A14, A15: in the thread, the form, the explanation and the conversation of whoever asks for the original."""
    workflow, hostile = placed(desk), "<!channel> <@U0EVE> <mailto:eve@evil.example|bank> *bold*.pdf"
    document = keep(desk.world.context, pdf(f"{CLAIM}\n{hostile}"), name=hostile)
    accepted = intake.accept(workflow, {"number": "7", "form": "it"}, arrived=lambda _: document)
    (receipt,) = intake.take_in(desk.world.context, workflow, [accepted], source="test", actor="tester")
    desk.world.work()
    desk.send()
    drawn = [desk.opened(ANA, Action.EDIT).blocks]
    assert desk.person(ANA).command(SUPPORT, "/countersign", f"explain {receipt.case}").acknowledged
    drawn.append(desk.view(ANA).blocks)
    desk.person(ANA).press_in_view(f"{Action.ORIGINAL}.1")
    desk.work()
    messages = [*desk.person(ANA).messages(SUPPORT), *desk.direct(ANA)]
    assert len(desk.pages()) == 1
    assert all("<!channel>" not in one.text and "<@U0EVE>" not in one.text for one in messages)
    marked = [text for blocks in (*drawn, *(one.blocks for one in messages)) for text in texts_in(blocks, "mrkdwn")]
    assert not [text for text in marked if "<!channel>" in text or "<@U0EVE>" in text or "<mailto" in text]
    assert "<!channel>" in words(drawn[1])  # as words: nothing of it is left out


def texts_in(value: object, kind: str) -> list[str]:
    """Return all texts of a kind in blocks."""
    if isinstance(value, dict):
        own = [str(value["text"])] if value.get("type") == kind else []
        return own + [text for inner in value.values() for text in texts_in(inner, kind)]
    return [text for inner in value for text in texts_in(inner, kind)] if isinstance(value, list | tuple) else []


def test_a_session_shows_the_page_beside_its_case(desk: Desk) -> None:
    workflow = placed(desk)
    desk.take(workflow)
    desk.take(workflow, "8")
    desk.person(ANA).command(SUPPORT, "/countersign", "review")
    shown = desk.view(ANA)
    assert [one["type"] for one in shown.blocks].count("image") == 1
