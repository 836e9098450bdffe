"""Documents at the command line: taken in, backed up, put back, looked at by doctor, and removed."""

import json
import os
import shutil
from pathlib import Path

import pytest

import tests.paper
from tests.integration.bot.commandline import CommandLine
from tests.paper import pdf

pytestmark = pytest.mark.slow
FORM, PHOTO = pdf("Claim of Erika Mustermann\nAmount 12.00"), pdf("A photo")
WORKFLOW = ("--workflow", "claims")


@pytest.fixture
def countersign(migrated_sqlite: Path, empty: CommandLine) -> CommandLine:
    """The command line in a folder with documents, and an automation that takes them."""
    source = Path(tests.paper.__file__).read_text()
    (empty.folder / "claims.py").write_text(f"{source}\n\nworkflow = claims()\n")
    shutil.copy(migrated_sqlite, empty.folder / "countersign.sqlite")
    empty.settings["COUNTERSIGN_WORKFLOWS"] = "claims.py"
    (empty.folder / "scans").mkdir()
    (empty.folder / "scans" / "a.pdf").write_bytes(FORM)
    (empty.folder / "scans" / "b.pdf").write_bytes(PHOTO)
    (empty.folder / "scans" / "notes.txt").write_text("no document")
    (empty.folder / "secret.pdf").write_bytes(PHOTO)
    return empty


def shelf(countersign: CommandLine, database: str = "countersign.sqlite") -> list[Path]:
    """Return the files in a folder of documents."""
    return sorted(path for path in (countersign.folder / f"{database}.documents").rglob("*") if len(path.name) == 64)


def forms(countersign: CommandLine) -> dict[str, str]:
    """Return case -> the name of its form."""
    cases = countersign.done("cases", "--json").json()
    shown = [countersign.done("case", str(case["id"]), "--json").json() for case in cases]
    return {one["key"]: one["runs"][-1]["input"]["form"]["name"] for one in shown}


def test_documents_and_folders_of_them_are_cases(countersign: CommandLine) -> None:
    """The other field that the form requires gets the file's name; what is no document is left."""
    before = countersign.done("run", "scans", *WORKFLOW, "--dry-run", "--json").json()
    assert (before["rows"], before["refused"], shelf(countersign)) == (2, 0, [])
    countersign.done("run", "scans", *WORKFLOW)
    assert forms(countersign) == {"claim-a.pdf": "a.pdf", "claim-b.pdf": "b.pdf"}
    assert len(shelf(countersign)) == 2
    countersign.done("run", "scans/a.pdf", "scans/b.pdf", *WORKFLOW)
    assert len(forms(countersign)) == 2
    assert "there is no file" in countersign("run", "scans/c.pdf", *WORKFLOW).error()
    assert "is not a document by its ending" in countersign("run", "scans/a.pdf", "scans/notes.txt", *WORKFLOW).error()


def test_a_row_whose_document_is_refused_is_refused_alone(countersign: CommandLine) -> None:
    """A25: rows name documents below the folder of their file, and nothing else."""
    rows = [
        {"number": "1", "form": "a.pdf", "photos": ["b.pdf", "a.pdf"]},
        {"number": "2", "form": "../secret.pdf"},
        {"number": "3", "form": str(countersign.folder / "secret.pdf")},
        {"number": "4", "form": "notes.txt"},
        {"number": "5", "form": {"sha256": "0" * 64, "name": "x", "kind": "application/pdf", "size": 1, "pages": []}},
    ]
    file = countersign.folder / "scans" / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    said = countersign("run", "scans/rows.jsonl", *WORKFLOW, "--json")
    refused = {one["row"]: one["why"] for one in said.json()["refused"]}
    assert sorted(refused) == [2, 3, 4, 5]
    assert "without .. and links" in refused[2]
    assert "not a PDF" in refused[4]
    assert "by the reference" in refused[5]
    assert forms(countersign) == {"claim-1": "a.pdf"}


def test_of_several_fields_that_may_be_empty_the_first_takes_the_document(countersign: CommandLine) -> None:
    """An invoice may come with its delivery note, and mostly comes alone."""
    said = countersign.done("run", "scans", "--workflow", "invoice-intake", "--dry-run").out
    assert ["document", "a.pdf"] in [line.split() for line in said.splitlines()]


def test_a_case_is_handed_in_with_documents(countersign: CommandLine) -> None:
    """Under any path: whoever types the command may read it."""
    given = ("--document", "form=scans/a.pdf", "--document", f"photos={countersign.folder / 'secret.pdf'}")
    countersign.done("submit", '{"number": "7"}', *WORKFLOW, *given)
    (case,) = countersign.done("cases", "--json").json()
    shown = countersign.done("case", str(case["id"]), "--json").json()["runs"][-1]["input"]
    assert (shown["form"]["name"], [one["name"] for one in shown["photos"]]) == ("a.pdf", ["secret.pdf"])
    wrong = countersign("submit", '{"number": "8"}', *WORKFLOW, "--document", "form=gone.pdf").error()
    assert wrong == "--document form=gone.pdf: No such file or directory"
    assert "with a field of Claim" in countersign("submit", "{}", *WORKFLOW, "--document", "a.pdf").error()


def test_an_answer_brings_documents(countersign: CommandLine) -> None:
    """A file that is not there is told, and nothing is recorded."""
    with (countersign.folder / "claims.py").open("a") as file:
        file.write('workflow.ask_source(idempotent=True)(lambda question, run: "sent")\n')
    countersign.done("submit", '{"number": "7"}', *WORKFLOW, "--document", "form=scans/a.pdf")
    countersign.done("ask", "claim-7", "Have you a photo?")
    wrong = countersign("reply", "claim-7", "Here", "--document", "gone.pdf").error()
    assert wrong == "--document gone.pdf: No such file or directory"
    assert len(shelf(countersign)) == 1
    told = countersign.done("reply", "claim-7", "Here", "--document", "scans/b.pdf").out
    assert "question 1 is answered" in told
    assert len(shelf(countersign)) == 2
    again = countersign.done("reply", "claim-7", "Here", "--document", "scans/b.pdf").out
    assert "has this answer already" in again


def test_a_backup_takes_its_documents_along_and_brings_them_back(countersign: CommandLine) -> None:
    """Those that rows name, each once, checked; what was changed or is gone is told."""
    countersign.done("run", "scans", *WORKFLOW)
    first = countersign.done("backup", "copy.sqlite").out
    assert "2 copied, 0 there already" in first
    assert "0 copied, 2 there already" in countersign.done("backup", "copy.sqlite", "--replace").out
    mine, theirs = shelf(countersign), shelf(countersign, "copy.sqlite")
    assert [path.name for path in mine] == [path.name for path in theirs]
    assert {path.stat().st_mode & 0o777 for path in theirs} == {0o600}

    mine[0].write_bytes(b"altered")
    mine[1].unlink()
    found = countersign("doctor").out
    assert "1 is not there: " in found
    assert "1 was changed since kept: " in found
    assert mine[0].name[:12] in found
    said = countersign("backup", "other.sqlite")
    assert (said.code, "1 is not there; 1 was changed since kept" in said.out) == (1, True)

    restored = countersign.done("restore", "copy.sqlite").out
    assert "2 copied, 0 there already" in restored
    assert "are not there" not in countersign("doctor").out
    assert [path.read_bytes() for path in shelf(countersign)] == [path.read_bytes() for path in theirs]
    assert "documents" not in countersign("verify").out


def test_a_database_without_its_folder_is_told_and_its_cases_are_read_from_their_text(
    countersign: CommandLine,
) -> None:
    """The backup was put away without its folder."""
    countersign.done("run", "scans", *WORKFLOW)
    countersign.done("backup", "copy.sqlite")
    shutil.rmtree(countersign.folder / "copy.sqlite.documents")
    shutil.rmtree(countersign.folder / "countersign.sqlite.documents")
    said = countersign("restore", "copy.sqlite")
    assert (said.code, "2 are not there" in said.out) == (1, True)
    assert "put the folder that belongs to copy.sqlite at copy.sqlite.documents" in said.out
    assert forms(countersign) == {"claim-a.pdf": "a.pdf", "claim-b.pdf": "b.pdf"}
    countersign.done("run", "scans", *WORKFLOW)
    assert len(shelf(countersign)) == 2


def test_a_backup_holds_nothing_of_what_was_forgotten(countersign: CommandLine) -> None:
    """The next one to the same file lets it go, too."""
    countersign.done("run", "scans", *WORKFLOW)
    countersign.done("backup", "copy.sqlite")
    planned = countersign.done("forget", "--subject", "Erika Mustermann").out
    assert "1 document" in planned
    done = countersign.done("forget", "--subject", "Erika Mustermann", "--yes").out
    assert "1 document" in done
    assert len(shelf(countersign)) == 1
    assert "1 removed that no case holds any more" in countersign.done("backup", "copy.sqlite", "--replace").out
    assert len(shelf(countersign, "copy.sqlite")) == 1


def test_doctor_says_where_documents_are_and_what_is_wrong_with_the_folder(countersign: CommandLine) -> None:
    """Nobody else may read it, and every serving process has to be able to write it."""
    said = countersign.done("doctor").out
    assert f"documents are kept in {countersign.folder / 'countersign.sqlite.documents'}" in said
    countersign.done("run", "scans", *WORKFLOW)
    assert "documents: 2, " in countersign.done("doctor").out
    folder = countersign.folder / "countersign.sqlite.documents" / "1"
    os.chmod(folder, 0o755)
    assert f"chmod 700 {folder}" in countersign("doctor").out
    (countersign.folder / "file").write_text("")
    assert "cannot be written" in countersign("doctor", COUNTERSIGN_DOCUMENTS=str(countersign.folder / "file")).out


def test_explain_lists_the_documents_of_a_case_and_status_says_what_is_kept(countersign: CommandLine) -> None:
    assert "Documents" not in countersign.done("status").out
    countersign.done("run", "scans/a.pdf", *WORKFLOW)
    (case,) = [str(one["id"]) for one in countersign.done("cases", "--json").json()]
    said = countersign.done("explain", case)
    assert "1. a.pdf: PDF, " in said.out
    assert "1 page read as text" in said.out
    (listed,) = countersign.done("explain", case, "--json").json()["documents"]
    assert (listed["name"], listed["kind"], listed["pages"]) == ("a.pdf", "application/pdf", 1)
    assert (listed["read"], listed["has_e_invoice"], listed["left_out"]) == ({"text": 1}, False, [])
    status = countersign.done("status").out
    assert "1 document, " in status
    kept = countersign.done("status", "--json").json()["documents"]
    assert (kept["number"], kept["unheld"]) == (1, 0)
    assert kept["folder"].startswith(str(countersign.folder / "countersign.sqlite.documents"))


def test_a_case_is_shown_with_the_names_of_its_documents(countersign: CommandLine) -> None:
    """The text of a hundred pages would be a wall of JSON; `--json` and `explain` have more."""
    photos = ("--document", "photos=scans/b.pdf", "--document", "photos=scans/a.pdf")
    submitted = countersign.done("submit", '{"number": "7"}', *WORKFLOW, "--document", "form=scans/a.pdf", *photos).out
    for shown in (submitted, countersign.done("case", "claim-7").out):
        lines = [line.split() for line in shown.splitlines()]
        assert ["input", "form", "a.pdf"] in lines
        assert ["input", "photos", "b.pdf,", "a.pdf"] in lines
        assert "Mustermann" not in shown
    preview = countersign.done("run", "scans", *WORKFLOW, "--dry-run").out
    assert ["form", "a.pdf"] in [line.split() for line in preview.splitlines()]
    assert "Mustermann" not in preview


def test_a_field_takes_one_document_of_a_size_that_is_told(countersign: CommandLine) -> None:
    twice = ("--document", "form=scans/a.pdf", "--document", "form=scans/b.pdf")
    said = countersign("submit", '{"number": "7"}', *WORKFLOW, *twice).error()
    assert said == "--document form=scans/b.pdf: form takes one document, and has one already"
    with (countersign.folder / "large.pdf").open("wb") as large:
        large.truncate(30_000_000)
    said = countersign("submit", '{"number": "7"}', *WORKFLOW, "--document", "form=large.pdf").error()
    assert "it has 30,000,000 bytes, and at most 26,214,400 are read" in said


def test_a_workflow_without_documents_says_that_it_takes_none(countersign: CommandLine) -> None:
    said = countersign("run", "scans", "--workflow", "support-triage").error()
    assert said == "support-triage takes no documents: its input has no field for one"


def test_a_link_in_a_row_is_told_as_one(countersign: CommandLine) -> None:
    (countersign.folder / "scans" / "link.pdf").symlink_to(countersign.folder / "secret.pdf")
    (countersign.folder / "linked").symlink_to(countersign.folder / "scans")
    rows = [{"number": "1", "form": "scans/link.pdf"}, {"number": "2", "form": "linked/a.pdf"}]
    (countersign.folder / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    said = countersign("run", "rows.jsonl", *WORKFLOW, "--dry-run").out
    assert "link.pdf cannot be read: it is a link, and none is followed: put the file itself there" in said
    assert "a.pdf cannot be read: its folder is a link or a file" in said


def test_a_field_that_only_a_later_row_has_is_not_told_as_missing(countersign: CommandLine) -> None:
    rows = [{"number": "1", "form": "scans/a.pdf"}, {"number": "2", "form": "scans/a.pdf", "photos": ["scans/b.pdf"]}]
    (countersign.folder / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert countersign.done("run", "rows.jsonl", *WORKFLOW, "--dry-run", "--json").json()["fields_without_column"] == []


def test_the_documents_of_an_answer_are_listed_with_those_of_the_case(countersign: CommandLine) -> None:
    with (countersign.folder / "claims.py").open("a") as source:
        source.write("\n\n@workflow.ask_source(idempotent=True)\ndef ask(question, run):\n    return question\n")
    countersign.done("submit", '{"number": "7"}', *WORKFLOW, "--document", "form=scans/a.pdf")
    countersign.done("ask", "claim-7", "Where is the photo?")
    countersign.done("reply", "claim-7", "Here", "--document", "scans/b.pdf")
    explained = countersign.done("explain", "claim-7").out
    assert "1. a.pdf: PDF" in explained
    assert "2. b.pdf: PDF" in explained
