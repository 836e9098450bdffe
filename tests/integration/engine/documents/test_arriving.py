"""Documents that an author's code brings: by looks for cases, and from one case to the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from store import schema
from store.db.database import Database
from tests.integration.engine.scene import rows
from tests.paper import Claim, Verdict, claims, pdf
from tests.world import World, sure
from workflows import Document, Fetched, NewDocument, Run, Workflow
from workflows.documents.documents import Documents
from workflows.documents.refusals import Why, refusal
from workflows.documents.shelf import FolderShelf
from workflows.engine.case import intake
from workflows.engine.documents.keeping import keep
from workflows.engine.errors import AuthorFailed
from workflows.engine.review import reviews
from workflows.engine.sources import follow_ups
from workflows.engine.sources.looks import fetching
from workflows.model.scripted import ScriptedModel

pytestmark = pytest.mark.slow
FORM, PHOTO = pdf("Claim 7\nAmount 12.00"), pdf("A photo")


class Busy(Documents):
    """Documents whose reader may be busy."""

    is_busy = False
    before: Callable[[], object] = staticmethod(lambda: None)

    def keep(self, data: bytes, *, name: str) -> Document:
        """Refuse it while it is busy."""
        if self.is_busy:
            raise refusal(Why.BUSY)
        self.before()
        return super().keep(data, name=name)


@dataclass(kw_only=True)
class Post:
    """A world whose workflow looks for claims."""

    world: World
    documents: Busy
    folder: Path
    workflow: Workflow[Claim, Verdict]
    found: list[dict[str, object]] = field(default_factory=list)

    def turn(self) -> list[fetching.LookView]:
        """Take the turn that is due."""
        self.world.clock.move(timedelta(hours=2))
        (one,) = fetching.due(self.world.context)
        return fetching.take_turn(self.world.context, one)

    @property
    def keys(self) -> list[str]:
        """Keys of the cases."""
        return [case.key for case in rows(self.world, schema.Case)]


@pytest.fixture
def post(migrated_url: str, tmp_path: Path) -> Post:
    """A world in which claims arrive by post."""
    documents = Busy(FolderShelf(tmp_path / "shelf"))
    world = World(database=Database(migrated_url), model=ScriptedModel(sure(amount="12")), documents=documents)
    made = Post(world=world, documents=documents, folder=tmp_path / "shelf", workflow=claims())

    @made.workflow.fetch(every=timedelta(minutes=1))
    def letters(cursor: str | None) -> Fetched[Claim]:
        return Fetched(inputs=made.found[int(cursor or 0) :], cursor=str(len(made.found)))

    world.registry.add(made.workflow)
    fetching.begin(world.context)
    return made


def test_the_files_of_a_look_are_kept_and_a_refused_one_stops_no_other(post: Post) -> None:
    """Its item alone is left out, visibly, and the next look begins after it."""
    form, photo = NewDocument(name="form.pdf", data=FORM), NewDocument(name="photo.pdf", data=PHOTO)
    post.found += [
        {"number": "1", "form": form, "photos": [photo, photo]},
        {"number": "2", "form": NewDocument(name="a.exe", data=b"MZ secret")},
        {"number": "3", "form": "sha256:" + "0" * 64},
        {"number": "4", "form": form},
    ]
    (look,) = post.turn()
    assert post.keys == ["claim-1", "claim-4"]
    assert [one.row for one in look.refused] == [2, 3]
    assert "PDF, PNG, JPEG, TIFF or mail" in look.refused[0].why
    assert "NewDocument(" in look.refused[1].why
    assert len(rows(post.world, schema.DocumentUse)) == 3
    assert [row.unheld_since for row in rows(post.world, schema.DocumentRow)] == [None, None]
    assert look.cursor == "4"


def test_a_busy_reader_is_tried_again_and_nothing_is_lost(post: Post) -> None:
    post.found.append({"number": "1", "form": NewDocument(name="form.pdf", data=FORM)})
    post.documents.is_busy = True
    assert post.turn() == []
    (cursor,) = rows(post.world, schema.SourceCursor)
    assert (cursor.failures, cursor.error, cursor.cursor) == (1, "DocumentRefused", None)
    post.documents.is_busy = False
    assert len(post.turn()) == 1
    assert post.keys == ["claim-1"]


def test_files_are_read_outside_of_a_transaction_and_put_off_the_end_of_the_turn(post: Post) -> None:
    """Each reading may take minutes: meanwhile others write, and nobody else has the turn."""
    post.found += [
        {"number": str(number), "form": NewDocument(name="form.pdf", data=pdf(f"Claim {number}"))}
        for number in range(3)
    ]
    dues: list[int] = []

    def read() -> None:
        with post.world.database.write() as session:
            session.query(schema.Team).update({"name": "written"})
        post.world.clock.move(timedelta(minutes=4))
        dues.append(len(fetching.due(post.world.context)))

    post.documents.before = read
    assert [look.keys for look in post.turn()] == [["claim-0", "claim-1", "claim-2"]]
    assert dues == [0, 0, 0]


def test_a_turn_that_another_process_has_since_takes_nothing_in(post: Post) -> None:
    """The machine slept while it read."""
    post.found += [
        {"number": str(number), "form": NewDocument(name="form.pdf", data=pdf(f"Claim {number}"))}
        for number in range(2)
    ]
    overtaken: list[fetching.LookView] = []

    def sleep() -> None:
        post.documents.before = lambda: None
        post.world.clock.move(timedelta(hours=1))
        (one,) = fetching.due(post.world.context)
        overtaken.extend(fetching.take_turn(post.world.context, one))

    post.documents.before = sleep
    assert post.turn() == []
    assert [look.keys for look in overtaken] == [["claim-0", "claim-1"]]
    assert post.keys == ["claim-0", "claim-1"]


def test_a_trial_keeps_no_file(post: Post) -> None:
    post.found.append({"number": "1", "form": NewDocument(name="form.pdf", data=FORM)})
    look = fetching.look_now(post.world.context, post.workflow, actor="tester", is_trial=True)
    assert look.keys == ["claim-1"]
    assert rows(post.world, schema.DocumentRow) == []
    assert not list(post.folder.rglob("*"))


def test_what_is_no_new_document_fails_the_look(post: Post) -> None:
    """It is told where it is made."""

    @post.workflow.fetch(every=timedelta(minutes=1), name="wrong")
    def wrong(cursor: str | None) -> Fetched[Claim]:
        return Fetched(inputs=[{"form": NewDocument(name="a.pdf", data="text")}], cursor="1")  # type: ignore[arg-type]  # as an author without mypy

    with pytest.raises(AuthorFailed, match="data as bytes, not str and str"):
        fetching.look_now(post.world.context, post.workflow, "wrong", actor="tester")


class Archive(BaseModel):
    """The input of the workflow that follows."""

    number: str
    form: Document


def test_a_follow_up_takes_the_documents_of_its_case_along(world: World) -> None:
    """In its own form or in another one; both cases hold the file from then on."""
    first = claims()
    seconds = []
    for name, form in (("archive", Archive), ("paper", Claim)):
        second: Workflow[BaseModel, Verdict] = Workflow(
            name=name,
            decision="Which shelf?",
            owner="U0MARIA",
            input=form,
            output=Verdict,
            key=lambda one: f"{type(one).__name__}-{one.number}",  # type: ignore[attr-defined]  # both have a number
        )

        @second.deliver
        def deliver(verdict: Verdict, run: Run[BaseModel]) -> str:
            return "there"

        seconds.append(second)
        world.registry.add(second)

    @first.then("archive")
    def archived(verdict: Verdict, run: Run[Claim]) -> Archive:
        return Archive(number=run.input.number, form=run.input.form)

    @first.then("paper")
    def on_paper(verdict: Verdict, run: Run[Claim]) -> Archive:
        return Archive(number=run.input.number, form=run.input.form)

    world.registry.add(first)
    kept = keep(world.context, FORM, name="form.pdf")
    accepted = intake.accept(first, {"number": "7", "form": "it"}, arrived=lambda _: kept)
    (receipt,) = intake.take_in(world.context, first, [accepted], source="test", actor="tester")
    world.work()
    review = world.review(receipt.case)
    reviews.approve(world.context, review.id, review.version, by="U1")
    while world.work() or follow_ups.look(world.context):
        pass
    cases = {row.key: row.id for row in rows(world, schema.Case)}
    assert set(cases) == {"claim-7", "Archive-7", "Claim-7"}
    assert {row.case_id for row in rows(world, schema.DocumentUse)} == set(cases.values())
