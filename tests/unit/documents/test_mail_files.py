"""Mails: their own text, and the files that they bring."""

import base64
from email.message import EmailMessage

import pytest

from tests.documents.hostile import mail, mail_with
from workflows.documents.limits import Limits
from workflows.documents.reading.mail import read_mail
from workflows.documents.refusals import DocumentRefused, Why

LIMITS = Limits()


def test_a_mail_is_its_heads_and_its_text() -> None:
    made = mail(
        extra=b"Subject: =?utf-8?b?UmVjaG51bmcgw7xiZXI=?=\r\nX-Other: x\r\n", body="Bitte zahlen: 5 €\r\n".encode()
    )
    page, files = read_mail(made.replace(b"Subject: Invoice\r\n", b""), LIMITS)
    assert page.text == "From: Ann <ann@example.com>\nTo: us@example.com\nSubject: Rechnung über\n\nBitte zahlen: 5 €\n"
    assert files == ()


def test_of_html_alone_a_mail_is_its_text_without_what_hides() -> None:
    html = "<style>p{}</style><p>Total: <b>12,50</b>\u200b</p><script>alert(1)</script><p>Thanks</p>"
    page, _ = read_mail(mail(kind=b"text/html; charset=utf-8", body=html.encode()), LIMITS)
    assert page.text.endswith("\n\nTotal: 12,50\n\nThanks\n")


def test_files_come_with_their_names_and_pictures_in_the_text_that_are_small_do_not() -> None:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@example.com", "b@example.com", "x"
    made.set_content("see below")
    made.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf", filename="Rechnung ü.pdf")
    made.add_attachment(b"logo", maintype="image", subtype="png", cid="<logo>", disposition="inline")
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "c@example.com", "a@example.com", "inner"
    inner.set_content("forwarded")
    made.add_attachment(inner)
    page, files = read_mail(made.as_bytes(), LIMITS)
    assert page.text.endswith("\n\nsee below\n")
    assert [file.name for file in files] == ["Rechnung ü.pdf", "message.rfc822"]
    assert files[0].data == b"%PDF-1.7 x"
    assert b"forwarded" in files[1].data


@pytest.mark.parametrize("charset", ["no-such", "utf-7", "punycode", "idna", "unicode_escape"])
def test_a_character_set_of_nobody_is_read_somehow(charset: str) -> None:
    page, _ = read_mail(mail(kind=f"text/plain; charset={charset}".encode(), body=b"Total\xff 12,50\r\n"), LIMITS)
    assert "From: Ann" in page.text


def test_too_many_files_and_too_much_text_are_refused() -> None:
    for made, why in (
        (mail_with(*((f"{number}.txt", b"x") for number in range(30))), Why.TOO_MANY_FILES),
        (mail(body=b"Total 12,50 " * 60_000), Why.TOO_MUCH_TEXT),
        (mail(body=base64.b64encode(b"x" * 3_000_000)), Why.TOO_MUCH_TEXT),
    ):
        with pytest.raises(DocumentRefused) as refused:
            read_mail(made, LIMITS)
        assert refused.value.why is why
