"""Documents of a question: how a model is given each within its limits, and what they may cost."""

from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.model.attached import PNG, attached
from workflows.documents.document import FileKind
from workflows.documents.refusals import DocumentMissing, Why, refusal
from workflows.model.asking.attachments import (
    NotGiven,
    PageLimits,
    TooLarge,
    files_of,
    given_within,
    memory_of,
    most_tokens,
    unread_doubts,
)
from workflows.model.concurrency import Busy

MB = 1024 * 1024
LIMITS = PageLimits(pages=100, size=32 * MB, picture_size=5 * MB, edge=8_000, many=20, edge_of_many=2_000, tokens=4_784)
JPEG = b"\xff\xd8\xff"


def test_documents_within_the_limits_are_shown_as_they_are() -> None:
    given = given_within([attached(1, pages=60), attached(2, pages=40), attached(3, given="text")], LIMITS)
    assert ([one.number for one in given.shown], given.doubts, given.in_text) == ([1, 2], (), frozenset())


def test_the_document_with_most_pages_is_given_as_text_first_and_the_reason_is_told() -> None:
    given = given_within([attached(1, pages=30), attached(2, pages=90, name="contract.pdf")], LIMITS)
    assert [one.given for one in given.documents] == ["pages", "text"]
    assert given.doubts == ("contract.pdf has too many pages to be shown to the model: it was given their text",)
    assert given.in_text == {2}


def test_a_file_that_base64_makes_too_large_is_given_as_text() -> None:
    """25 MB of a file are 33 MB in a request."""
    (doubt,) = given_within([attached(size=25 * MB)], LIMITS).doubts
    assert doubt == "1.pdf has pages that are too large to be shown to the model: it was given their text"
    assert not given_within([attached(size=22 * MB)], LIMITS).doubts


def test_a_photo_keeps_its_place_beside_a_text_that_is_too_long() -> None:
    photo = attached(2, kind=FileKind.JPEG, unread=(1,), text_size=0)
    given = given_within([attached(1, pages=100), photo], LIMITS)
    assert [one.given for one in given.documents] == ["text", "pages"]


def test_without_pages_and_without_text_nobody_is_asked() -> None:
    scan = attached(name="scan.pdf", pages=101, unread=tuple(range(1, 102)), text_size=0)
    with pytest.raises(NotGiven, match=r"^scan\.pdf has too many pages .* no text in it to be given in their place"):
        given_within([scan], LIMITS)
    with pytest.raises(NotGiven, match="cannot be shown to this model"):
        given_within([attached(unread=(1,), text_size=0)], None)


def test_where_no_pdf_is_taken_its_pages_are_drawn_and_its_size_is_that_of_pictures() -> None:
    """As servers that speak OpenAI's API do."""
    pictures_alone = replace(LIMITS, takes_pdf=False)
    contract = attached(pages=2, size=25 * MB)
    assert not given_within([contract], pictures_alone).doubts
    files = files_of([contract], pictures_alone)
    assert [(file.page, file.kind, b64decode(file.data)) for file in files] == [
        (page, FileKind.PNG, PNG + bytes([page])) for page in (1, 2)
    ]
    assert memory_of([contract], pictures_alone) < memory_of([contract], LIMITS)


def test_a_model_that_takes_no_pages_is_given_text_and_that_is_told() -> None:
    given = given_within([attached(given="both"), attached(2, given="text")], None)
    assert [one.given for one in given.documents] == ["text", "text"]
    assert given.doubts == ("1.pdf has pages, which cannot be shown to this model: it was given their text",)


def test_another_file_or_another_way_has_another_key() -> None:
    keys = {given_within([one], LIMITS).key for one in (attached(), attached(2), attached(given="both"))}
    assert len(keys) == 3


def test_a_pdf_and_a_picture_go_as_they_are_and_other_pages_are_drawn() -> None:
    asked: list[tuple[int, int]] = []

    def picture(page: int, width: int) -> bytes:
        asked.append((page, width))
        return (JPEG if page == 2 else PNG) + bytes([page])

    documents = [
        attached(1),
        attached(2, kind=FileKind.JPEG, load=lambda: JPEG),
        attached(3, kind=FileKind.TIFF, pages=2, picture=picture),
    ]
    files = files_of(documents, LIMITS)
    assert [(file.document, file.page, file.kind, b64decode(file.data)) for file in files] == [
        (1, None, FileKind.PDF, b"%PDF"),
        (2, None, FileKind.JPEG, JPEG),
        (3, 1, FileKind.PNG, PNG + b"\x01"),
        (3, 2, FileKind.JPEG, JPEG + b"\x02"),
    ]
    assert asked == [(1, 1_100), (2, 1_100)]


@pytest.mark.parametrize(
    "how",
    [{"size": 4 * MB}, {"shape": lambda page: (9_000.0, 10.0)}, {"size": 3_932_161}],
    ids=["size", "edge", "base64"],
)
def test_a_picture_beyond_a_limit_is_drawn(how: dict[str, Any]) -> None:
    (file,) = files_of([attached(kind=FileKind.JPEG, load=lambda: JPEG, **how)], LIMITS)
    assert file.kind is FileKind.PNG


def test_many_pictures_are_drawn_smaller_each() -> None:
    """The provider takes 8,000 pixels of a picture, and 2,000 of each where there are more than 20."""
    photo: dict[str, Any] = {"kind": FileKind.JPEG, "load": lambda: JPEG, "shape": lambda page: (3_000.0, 2_500.0)}
    kinds = [{file.kind for file in files_of([attached(n, **photo) for n in range(many)], LIMITS)} for many in (20, 21)]
    assert kinds == [{FileKind.JPEG}, {FileKind.PNG}]


def test_a_page_whose_picture_is_too_large_is_drawn_narrower_until_nobody_could_read_it() -> None:
    widths: list[int] = []

    def picture(page: int, width: int) -> bytes:
        widths.append(width)
        return PNG + bytes(4 * MB if width > small else 10)

    small = 600
    assert files_of([attached(kind=FileKind.TIFF, picture=picture)], LIMITS)
    small = 0
    with pytest.raises(TooLarge):
        files_of([attached(kind=FileKind.TIFF, picture=picture)], LIMITS)
    assert widths == [1_100, 550, 1_100, 550, 275]


def test_drawn_pages_that_are_more_than_a_request_holds_are_too_large() -> None:
    scans = [attached(n, kind=FileKind.TIFF, picture=lambda page, width: PNG + bytes(3 * MB)) for n in range(1, 9)]
    with pytest.raises(TooLarge) as found:
        files_of(scans, LIMITS)
    assert found.value.number == 8


def test_a_missing_file_or_one_that_cannot_be_drawn_is_told_and_a_queue_passes() -> None:
    def gone() -> bytes:
        raise DocumentMissing("a" * 64)

    def refuses(why: Why) -> Any:
        def picture(page: int, width: int) -> bytes:
            raise refusal(why)

        return picture

    with pytest.raises(NotGiven, match=r"1\.pdf is not kept any more"):
        files_of([attached(load=gone)], LIMITS)
    with pytest.raises(NotGiven, match=r"1\.pdf cannot be shown to the model: it is broken"):
        files_of([attached(kind=FileKind.TIFF, picture=refuses(Why.BROKEN))], LIMITS)
    with pytest.raises(Busy):
        files_of([attached(kind=FileKind.TIFF, picture=refuses(Why.BUSY))], LIMITS)


def test_tokens_are_reckoned_by_the_page_and_not_by_the_byte() -> None:
    assert most_tokens([attached(size=20 * MB)], LIMITS) == most_tokens([attached(size=1)], LIMITS)
    assert most_tokens([attached(pages=10)], LIMITS) == 10 * most_tokens([attached()], LIMITS)
    # A page of text is never less than what it may be read as; a picture has no text of its own.
    dense = most_tokens([attached(text_size=50_000)], LIMITS)
    assert dense - most_tokens([attached()], LIMITS) == 50_000 - 3_000
    assert most_tokens([attached(kind=FileKind.JPEG, text_size=50_000)], LIMITS) < most_tokens([attached()], LIMITS)


@pytest.mark.parametrize(
    ("pages", "unread", "said"),
    [
        (1, (1,), "a.pdf could not be read as text"),
        (3, (2,), "page 2 of a.pdf could not be read as text"),
        (9, (2, 3, 7), "pages 2, 3 and 7 of a.pdf could not be read as text"),
        (2, (1, 2), "no page of a.pdf could be read as text"),
    ],
)
def test_what_nobody_could_read_is_told(pages: int, unread: tuple[int, ...], said: str) -> None:
    one = attached(name="a.pdf", pages=pages, unread=unread, given="text")
    assert unread_doubts([one], shown=()) == (said,)
    assert unread_doubts([one], shown=(1,)) == ()


def test_a_file_within_a_mail_that_was_not_read_is_told() -> None:
    mail = attached(name="order.eml", kind=FileKind.MAIL, given="text", left_out=("terms.docx",))
    assert unread_doubts([mail], shown=()) == ("terms.docx in order.eml was not read",)
