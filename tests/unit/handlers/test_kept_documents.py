"""A case's documents in its explanation, and what is said of all that are kept."""

from dataclasses import replace

import pytest

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.blocks.parts.transcript import transcript
from handlers.slack.specimens.forms import DATA_MAP
from handlers.texts.governance.data_map import data_map, data_map_in_brief
from handlers.texts.operations.kept_documents import kept, of_case, size
from handlers.texts.pieces import Room, Told
from tests.paper import claims
from workflows.documents.document import Document, FileKind, LeftOut, Page, ReadBy
from workflows.documents.refusals import Why
from workflows.engine.read.declared.data_map import data_map_of
from workflows.engine.read.declared.data_map_views import DocumentMap
from workflows.engine.read.explained.document_lines import document_lines
from workflows.engine.read.status_views import KeptDocuments
from workflows.engine.text.canonical_json import canonical

ROOM = Room(text=1_000, line=300, items=3)
KEPT = KeptDocuments(number=2_100, size=3_500_000_000, unheld=4, has_shelf=True, folder="/srv/documents")
SCAN = Document(
    sha256="a" * 64,
    name="scan.pdf",
    kind=FileKind.PDF,
    size=310_000,
    pages=(Page(text="Total 12", read_by=ReadBy.OCR), Page(text="", read_by=ReadBy.NOTHING)),
)
MAIL = Document(
    sha256="b" * 64,
    name="claim.eml",
    kind=FileKind.MAIL,
    size=900,
    pages=(Page(text="See the scan", read_by=ReadBy.TEXT),),
    attached=(SCAN,),
    left_out=(LeftOut(name="logo.exe", why=Why.OTHER_KIND),),
)


def listed(*documents: Document) -> str:
    """Return what an explanation says of the documents of a claim."""
    form, *photos = [one.model_dump(mode="json") for one in documents]
    lines = document_lines(claims(), canonical({"number": "7", "form": form, "photos": photos}), answers=None)
    return transcript(told(Told(brief="", parts=[of_case(lines, ROOM)])).blocks)


def test_each_document_is_listed_with_its_kind_its_pages_and_how_they_were_read() -> None:
    said = listed(MAIL, SCAN)
    assert (
        "1. claim.eml: mail, 900 bytes, 1 page read as text. Left out: logo.exe, it is not a PDF, picture or mail."
        in said
    )
    assert "2. scan.pdf, in document 1: PDF, 302.7 KB, 2 pages (1 recognised in a picture, 1 without text)." in said
    assert "3." not in said


def test_more_documents_than_there_is_room_for_are_counted() -> None:
    photos = [SCAN.model_copy(update={"sha256": f"{number:064}"}) for number in range(5)]
    assert "and 2 more" in listed(*photos)


def test_the_name_of_a_file_is_a_word_and_nothing_else() -> None:
    """A22, A14: on one line, without a mark, a ping, or an address that says that it is another one."""
    name = "<!channel> <https://evil.example|bank>\n*bold* <img src=x onerror=alert(1)>\u202e.pdf"
    hostile = MAIL.model_copy(update={"name": name, "left_out": (LeftOut(name=name, why=Why.BROKEN),)})
    form = hostile.model_dump(mode="json")
    lines = document_lines(claims(), canonical({"number": "7", "form": form, "photos": []}), answers=None)
    (block,) = told(Told(brief="", parts=[of_case(lines, ROOM)])).blocks
    assert block["type"] == "rich_text"  # its text is plain: Slack makes nothing of what stands in it
    said = transcript([block])
    assert "<!channel> <https://evil.example|bank>" in said
    assert "\u202e" not in said


def test_a_case_that_no_longer_fits_its_workflow_lists_none() -> None:
    assert document_lines(claims(), canonical({"number": 7}), answers=None) == []


def test_what_is_kept_is_said_with_its_size_its_place_and_for_how_long() -> None:
    said = kept(KEPT)
    assert said is not None
    words = transcript(told(Told(brief="", parts=[[said]])).blocks)
    assert "2,100 documents, 3.3 GB, in /srv/documents." in words
    assert "as long as the input of the last case that holds it. 4 of them belong to no case" in words
    assert kept(replace(KEPT, number=0)) is None


def test_without_a_folder_it_says_what_to_set() -> None:
    said = kept(replace(KEPT, has_shelf=False, folder=None))
    assert said is not None
    assert "set COUNTERSIGN_DOCUMENTS" in transcript(told(Told(brief="", parts=[[said]])).blocks)


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 bytes"), (1_024, "1 KB"), (25 * 1024 * 1024, "25 MB"), (1_600_000_000, "1.5 GB")]
)
def test_a_size_is_rounded(number: int, said: str) -> None:
    assert size(number) == said


def test_a_data_map_says_who_gets_documents_and_for_how_long_they_are_kept() -> None:
    found = data_map_of(claims()).documents
    assert found == DocumentMap(to_model="text", in_channel=False, largest=25 * 1024 * 1024, most_pages=100)
    view = replace(DATA_MAP, documents=replace(found, to_model="both", in_channel=True))
    said = transcript(told(data_map(view)).blocks)
    assert "Documents, to the model: their pages as they look, with all that stands on them, and their text." in said
    assert "pictures of their pages stand in the thread of a card; the original goes to whoever may read" in said
    assert "Documents, each of at most 25 MB and 100 pages, as files in the folder for documents: as long as" in said
    brief = transcript(told(Told(brief="", parts=[data_map_in_brief(view)])).blocks)
    assert "One that no case names: a day." in brief


def test_of_a_workflow_without_documents_none_are_told() -> None:
    assert "ocuments" not in transcript(told(data_map(DATA_MAP)).blocks)
