"""A document goes when no case holds it any more, and never while one does, whoever brings it at that moment."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from store import schema
from tests.integration.engine.documents.conftest import source, taken_in
from tests.integration.engine.scene import TABLES, Crash, rows
from tests.paper import Claim, Verdict, pdf
from tests.world import World
from workflows.documents.document import Document
from workflows.documents.shelf import BEGINNINGS, FolderShelf
from workflows.engine.declare.workflow import Workflow
from workflows.engine.documents.keeping import keep, keep_upload, reference_of, uploaded_by
from workflows.engine.documents.removing import UNHELD, Swept, remove_unheld, sweep, sweep_shelf
from workflows.engine.privacy import legal_holds, retention
from workflows.engine.privacy.forgetting import case_to_forget, forget, left_over
from workflows.engine.privacy.subjects import Words, search
from workflows.engine.privacy.views import Bar
from workflows.engine.review import reviews

pytestmark = pytest.mark.slow
FORM = pdf("Claim of Erika Mustermann\nAmount 12.00")
PHOTO = pdf("A photo")
Claims = Workflow[Claim, Verdict]


def is_there(world: World, document: Document) -> bool:
    """Tell whether a document has its row and its file."""
    has_row = document.sha256 in {one.sha256 for one in rows(world, schema.DocumentRow)}
    assert has_row == world.documents.is_whole(document.sha256)
    return has_row


def shelf_of(world: World) -> FolderShelf:
    """Return the folder in which documents are."""
    assert isinstance(world.documents.shelf, FolderShelf)
    return world.documents.shelf


def stands_in(world: World, words: str) -> list[str]:
    """Return the tables in which a text stands."""
    with world.database.read() as session:
        found = {table: str(session.execute(text(f'SELECT * FROM "{table}"')).all()) for table in TABLES}
    return [table for table, content in found.items() if words in content]


def test_what_no_case_holds_goes_a_day_after_it_was_handed_in_last(world: World, workflow: Claims) -> None:
    """The reference of its source ends with it."""
    mine = source(world, "mine")
    held, unheld = (keep_upload(world.context, data, name="a.pdf", source=mine) for data in (FORM, PHOTO))
    taken_in(world, workflow, "7", held)
    world.clock.move(UNHELD - timedelta(hours=1))
    assert keep_upload(world.context, PHOTO, name="again.pdf", source=mine) == unheld.model_copy(
        update={"name": "again.pdf"}
    )
    world.clock.move(UNHELD - timedelta(hours=1))
    assert sweep(world.context).documents == 0
    assert is_there(world, unheld)
    world.clock.move(timedelta(hours=2))
    assert sweep(world.context).documents == 1
    assert (is_there(world, held), is_there(world, unheld)) == (True, False)
    assert rows(world, schema.DocumentUpload) == []
    with pytest.raises(ValueError, match="hand it in again"):
        uploaded_by(world.context, mine)(reference_of(unheld))


def test_with_the_last_case_its_documents_go_and_nothing_of_them_is_left(world: World, workflow: Claims) -> None:
    """Neither its file, nor its reading, nor its hash or its name in any row; what another case holds stays."""
    form, photo = keep(world.context, FORM, name="Mustermann.pdf"), keep(world.context, PHOTO, name="p.pdf")
    case, other = taken_in(world, workflow, "7", form, photo), taken_in(world, workflow, "8", photo)
    world.work()
    planned = case_to_forget(world.context, case)
    assert (planned.documents, planned.shared_documents) == (1, 1)

    done = forget(world.context, case, by="cli:root")

    assert (done.documents, done.shared_documents, done.files_left) == (1, 1, 0)
    assert left_over(world.context, case).is_nothing
    assert (is_there(world, form), is_there(world, photo)) == (False, True)
    assert (stands_in(world, form.sha256), stands_in(world, "Mustermann")) == ([], [])
    assert [path.name for path in shelf_of(world).folder.rglob("*") if form.sha256 in path.name] == []
    assert forget(world.context, other, by="cli:root").documents == 1
    assert not is_there(world, photo)
    assert [path for path in shelf_of(world).folder.rglob("*") if path.is_file()] == []


def test_a_person_is_found_by_words_in_the_text_of_a_document(world: World, workflow: Claims) -> None:
    """It is part of the input, as its name is."""
    case = taken_in(world, workflow, "7", keep(world.context, FORM, name="a.pdf"))
    named = taken_in(world, workflow, "8", keep(world.context, PHOTO, name="claim of erika-mustermann.pdf"))
    taken_in(world, workflow, "9", keep(world.context, pdf("another"), name="a.pdf"))
    assert search(world.context, Words.of(["Erika Mustermann"])).cases == [case, named]


def test_a_legal_hold_keeps_documents_and_retention_removes_them(world: World, workflow: Claims) -> None:
    """With the class of content that the input belongs to."""
    form = keep(world.context, FORM, name="a.pdf")
    case = taken_in(world, workflow, "7", form)
    world.work()
    legal_holds.place(world.context, case=case, workflow=None, reason="a lawsuit", by="U1")
    assert forget(world.context, case, by="cli:root").bar is Bar.HELD
    assert is_there(world, form)
    legal_holds.lift(world.context, case=case, workflow=None, by="U1")
    review = world.review(case)
    reviews.approve(world.context, review.id, review.version, by="U1")
    world.work()
    world.clock.move(timedelta(days=4_000))
    assert retention.look(world.context).documents == 1
    assert not is_there(world, form)


def test_a_process_that_dies_before_it_removed_a_file_leaves_it_to_the_sweep(
    world: World, workflow: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both where the case let go of it, and where its row is gone already."""
    form, photo = keep(world.context, FORM, name="a.pdf"), keep(world.context, PHOTO, name="p.pdf")
    case = taken_in(world, workflow, "7", form, photo)

    def dies(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr("workflows.engine.privacy.forgetting.remove_unheld", dies)
        with pytest.raises(Crash):
            forget(world.context, case, by="cli:root")
    assert left_over(world.context, case).is_nothing
    with monkeypatch.context() as patch:
        patch.setattr("workflows.engine.documents.removing._remove_file", dies)
        with pytest.raises(Crash):
            remove_unheld(world.context)
    assert len(rows(world, schema.DocumentRow)) == 1
    assert remove_unheld(world.context).documents == 1
    (left,) = [one for beginning in BEGINNINGS for one in shelf_of(world).listed(beginning)]
    sweep_shelf(world.context, BEGINNINGS, fresh := Swept())
    assert fresh.stray == 0
    _age(shelf_of(world).folder, world.clock() - UNHELD - timedelta(hours=1))
    sweep_shelf(world.context, BEGINNINGS, swept := Swept())
    assert (swept.stray, swept.failed) == (1, 0)
    assert not shelf_of(world).holds(left.sha256)


def test_all_of_the_shelf_is_looked_through_in_a_day(world: World) -> None:
    """A part of it in each hour; what has a row stays."""
    kept = keep(world.context, FORM, name="a.pdf")
    strays = [f"{beginning}{'0' * 62}" for beginning in BEGINNINGS[::5]]
    for sha in strays:
        shelf_of(world).put(sha, b"x", reading=b"y")
    _age(shelf_of(world).folder, world.clock() - UNHELD - timedelta(hours=1))
    stray = 0
    with world.database.write() as session:
        session.query(schema.DocumentRow).update({"unheld_since": None})
    for _ in range(24):
        stray += sweep(world.context).stray
        world.clock.move(timedelta(hours=1))
    assert stray == len(strays)
    assert is_there(world, kept)


def test_a_file_that_cannot_be_removed_is_told_and_tried_again(
    world: World, workflow: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its case has let go of it all the same."""
    form = keep(world.context, FORM, name="a.pdf")
    case = taken_in(world, workflow, "7", form)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        assert forget(world.context, case, by="cli:root").files_left == 1
    assert rows(world, schema.DocumentRow) == []
    _age(shelf_of(world).folder, world.clock() - UNHELD - timedelta(hours=1))
    sweep_shelf(world.context, BEGINNINGS, swept := Swept())
    assert swept.stray == 1


def _age(folder: Path, to: datetime) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (to.timestamp(), to.timestamp()))


_RACER = """
import sys
import time
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from store.db.database import Database
from tests.integration.engine.documents.conftest import taken_in
from tests.paper import claims
from tests.world import World, sure
from workflows.documents.document import FileKind
from workflows.documents.documents import Documents
from workflows.documents.reading.whole import ReadDocument
from workflows.documents.readings import Reading
from workflows.documents.shelf import FolderShelf
from workflows.engine.documents.keeping import keep
from workflows.engine.documents.removing import remove_unheld
from workflows.engine.errors import InvalidInput
from workflows.engine.privacy.forgetting import forget
from workflows.model.scripted import ScriptedModel



class Reader:
    def read(self, data):
        reading = Reading(kind=FileKind.PDF, pages=())
        return (ReadDocument(sha256=sha256(data).hexdigest(), data=data, reading=reading),)


class Plain(Documents):  # how files are read is not what is tried here
    _reader = Reader()


_, url, folder, who = sys.argv
world = World(
    database=Database(url), model=ScriptedModel(sure(amount="1")), documents=Plain(FolderShelf(Path(folder)))
)
workflow = claims()
world.registry.add(workflow)
context = world.context
if who == "sweeper":
    world.clock.move(timedelta(hours=25))
    print("begun", flush=True)
    while True:
        remove_unheld(context)
        time.sleep(0.002)
print("begun", flush=True)
sys.stdin.readline()
taken = refused = 0
while taken < 8:
    data = b"form %d" % (taken % 3)
    try:
        case = taken_in(world, workflow, f"{who}-{taken}", keep(context, data, name="a.pdf"))
    except InvalidInput as error:
        assert "hand it in again" in str(error), error
        refused += 1
        continue
    sha = keep(context, data, name="a.pdf").sha256
    taken += 1
    assert world.documents.is_whole(sha), "a case's file is gone"
    if taken % 4:
        forget(context, case, by="cli:root")
print(taken, refused, flush=True)
"""


def test_no_case_ever_loses_its_file_to_a_sweep_beside_it(migrated_url: str, tmp_path: Path) -> None:
    """Two processes keep, take in and forget the same documents, while a third removes all that is let go at once."""
    shelf, environment = tmp_path / "shelf", {**os.environ, "PYTHONPATH": os.getcwd()}

    def begun(who: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _RACER, migrated_url, str(shelf), who],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    first = begun("one")
    processes = [first]
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "begun\n"  # it has added the team
        sweeper, other = begun("sweeper"), begun("other")
        processes += [sweeper, other]
        for process in (sweeper, other):
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
        for process in (first, other):
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        told = [process.communicate(timeout=120) for process in (first, other)]
    finally:
        for process in processes:
            process.kill()
    complained = sweeper.communicate()[1]
    assert [errors for _, errors in told] == ["", ""]
    assert complained == ""
    assert [out.split()[0] for out, _ in told] == ["8", "8"]
