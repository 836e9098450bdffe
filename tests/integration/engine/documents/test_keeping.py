"""Documents are kept once, named only by whoever handed them in, and held by the cases that need them."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from store import schema
from tests.integration.engine.documents.conftest import source, taken_in
from tests.integration.engine.scene import rows
from tests.paper import Claim, Verdict, Watched, pdf
from tests.world import World
from workflows.documents.document import Arrived
from workflows.documents.refusals import DocumentRefused
from workflows.engine.case.files.intake import take_in_file
from workflows.engine.case.files.rows import Reading
from workflows.engine.declare.workflow import Workflow
from workflows.engine.documents.arrivals import by_form
from workflows.engine.documents.keeping import in_folder, keep, keep_upload, reference_of, uploaded_by
from workflows.engine.errors import InvalidInput

pytestmark = pytest.mark.slow
FORM = pdf("Claim 7\nAmount 12.00")
PHOTO = pdf("A photo")
Claims = Workflow[Claim, Verdict]


def test_a_document_is_kept_once_and_unheld_until_a_case_holds_it(world: World, workflow: Claims) -> None:
    """The source and the name make no difference."""
    first, second = keep(world.context, FORM, name="a.pdf"), keep(world.context, FORM, name="b.pdf")
    (row,) = rows(world, schema.DocumentRow)
    assert (first.name, second.name, first.sha256) == ("a.pdf", "b.pdf", row.sha256)
    assert (row.unheld_since, row.pages, row.size) == (world.clock(), 1, len(FORM))
    case = taken_in(world, workflow, "7", first)
    other = taken_in(world, workflow, "8", second, keep(world.context, PHOTO, name="p.pdf"))
    assert [one.unheld_since for one in rows(world, schema.DocumentRow)] == [None, None]
    held = [(one.case_id, one.document_id) for one in rows(world, schema.DocumentUse)]
    assert sorted(held) == [(case, 1), (other, 1), (other, 2)]


def test_a_revision_holds_its_documents_beside_those_of_the_one_before(world: World, workflow: Claims) -> None:
    """The earlier input is read for as long as the case is."""
    form, photo = keep(world.context, FORM, name="a.pdf"), keep(world.context, PHOTO, name="p.pdf")
    case = taken_in(world, workflow, "7", form)
    assert taken_in(world, workflow, "7", form, photo) == case
    assert taken_in(world, workflow, "7", photo) == case
    assert len(rows(world, schema.DocumentUse)) == 2


def test_a_source_names_what_it_handed_in_itself_and_nothing_else(world: World) -> None:
    """Neither another source's document, nor one that a person brought, nor a made-up reference."""
    mine, theirs = source(world, "mine"), source(world, "theirs")
    kept = keep_upload(world.context, FORM, name="a.pdf", source=mine)
    brought = keep(world.context, PHOTO, name="p.pdf")
    arrived = uploaded_by(world.context, mine)
    assert arrived(reference_of(kept)) == kept
    for unknown in (reference_of(brought), "sha256:" + "0" * 64, kept.sha256, "../a.pdf", ""):
        with pytest.raises(ValueError, match="handed in"):
            arrived(unknown)
    with pytest.raises(ValueError, match="no document was handed in under this reference"):
        uploaded_by(world.context, theirs)(reference_of(kept))


def test_a_case_is_refused_where_its_document_was_removed_meanwhile(world: World, workflow: Claims) -> None:
    """Its source hands it in again."""
    kept = keep(world.context, FORM, name="a.pdf")
    with world.database.write() as session:
        session.query(schema.DocumentRow).delete()
    with pytest.raises(InvalidInput, match="hand it in again"):
        taken_in(world, workflow, "7", kept)
    assert rows(world, schema.Case) == []


def test_of_the_rows_of_a_file_only_that_one_is_refused_whose_document_was_removed_meanwhile(
    world: World, workflow: Claims, tmp_path: Path
) -> None:
    documents = Watched(tmp_path / "shelf")
    object.__setattr__(world.context, "documents", documents)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.pdf").write_bytes(pdf(f"Claim {name}"))
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(f'{{"number": "{name}", "form": "{name}.pdf"}}\n' for name in ("a", "b", "c")))

    def of_row(values: Mapping[str, object]) -> Arrived:
        if values["number"] == "b" and is_taken.pop():
            documents.once = remove
        return by_form(workflow.input, in_folder(world.context, tmp_path))(values)

    def remove() -> None:
        with world.database.write() as session:
            session.delete(session.query(schema.DocumentRow).order_by(schema.DocumentRow.id).all()[1])

    # The rows are read twice: first it is looked whether two of them contradict each other.
    is_taken = [True, False]
    taken = take_in_file(world.context, workflow, file, Reading(), actor="tester", options=None, arrived=of_row)
    assert [(one["row"], "hand it in again" in str(one["why"])) for one in taken.refused] == [(2, True)]
    assert len(taken.cases) == 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a document, and with what must never be read as one."""
    inside, outside = tmp_path / "rows", tmp_path / "outside"
    (inside / "scans").mkdir(parents=True)
    outside.mkdir()
    (inside / "scans" / "a.pdf").write_bytes(FORM)
    (outside / "secret.pdf").write_bytes(PHOTO)
    (inside / "link.pdf").symlink_to(outside / "secret.pdf")
    (inside / "linked").symlink_to(outside)
    os.mkfifo(inside / "pipe.pdf")
    return inside


def test_rows_of_a_file_name_documents_below_its_folder(world: World, folder: Path) -> None:
    """A25: by no absolute path, no `..`, no link, no device, and by nothing that is not there."""
    arrived: Arrived = in_folder(world.context, folder)
    assert arrived("scans/a.pdf").name == "a.pdf"
    refused = [
        str(folder / "scans" / "a.pdf"),
        "../outside/secret.pdf",
        "scans/../../outside/secret.pdf",
        "./scans/a.pdf",
        "scans//a.pdf",
        "scans\\a.pdf",
        "scans",
        "",
        "link.pdf",
        "linked/secret.pdf",
        "pipe.pdf",
        "/dev/zero",
        "scans/a.pdf\0.png",
        "not-there.pdf",
        "x" * 5_000,
        "\udcff.pdf",
        "\ud800.pdf",
    ]
    for reference in refused:
        with pytest.raises(DocumentRefused):
            arrived(reference)
    assert len(rows(world, schema.DocumentRow)) == 1


def test_what_is_only_read_is_not_kept(world: World, folder: Path) -> None:
    """An eval's examples are no cases' documents."""
    read = in_folder(world.context, folder, only_read=True)("scans/a.pdf")
    assert read == keep(world.context, FORM, name="a.pdf")
    assert len(rows(world, schema.DocumentRow)) == 1
