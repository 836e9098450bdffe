"""Whatever a mail holds, it is read as plain values, in bounded time."""

import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.html_text import text_of
from workflows.tools.mail.mails import Address, Attachment, Mail
from workflows.tools.mail.reading import MOST_BYTES, MOST_TEXT, read_mail


def read(raw: bytes | str, *, size: int | None = None) -> Mail:
    """Read a mail."""
    given = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
    return read_mail(given, size=len(given) if size is None else size)


def fields(*lines: str) -> Mail:
    """Read a mail with these fields."""
    return read("\r\n".join([*lines, "", "hello", ""]))


def test_a_usual_mail() -> None:
    made = EmailMessage()
    made["From"], made["To"] = "Jörg Müller <joerg@example.com>", "help@example.com, Second <b@example.com>"
    made["Subject"], made["Message-ID"], made["In-Reply-To"] = "Größe fällt aus", "<1@example.com>", "<0@example.com>"
    made["Date"] = "Fri, 20 Nov 2026 10:00:00 +0100"
    made.set_content("Guten Tag,\n\nzu klein.\n")
    made.add_alternative("<p>Guten Tag</p>", subtype="html")
    made.add_attachment(b"%PDF" * 100, maintype="application", subtype="pdf", filename="../../etc/Rechnung ü.pdf")
    mail = read(made.as_bytes())
    assert mail == Mail(
        message_id="<1@example.com>",
        sender=Address(name="Jörg Müller", address="joerg@example.com"),
        to=[Address(name="", address="help@example.com"), Address(name="Second", address="b@example.com")],
        subject="Größe fällt aus",
        text="Guten Tag,\n\nzu klein.",
        sent_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        attachments=[Attachment(name="Rechnung ü.pdf", size=400, type="application/pdf")],
        is_automatic=False,
        in_reply_to="<0@example.com>",
        is_whole=True,
    )
    assert mail.key == read(made.as_bytes()).key


def test_another_mail_under_the_same_message_id_has_another_key() -> None:
    ours, theirs = (fields("Message-ID: <1@x>", f"From: {who}@example.com") for who in ("ours", "theirs"))
    assert ours.message_id == theirs.message_id
    assert ours.key != theirs.key


def test_a_mail_without_a_message_id_gets_one_from_its_content() -> None:
    assert fields("Subject: a").message_id == fields("Subject: a").message_id != fields("Subject: b").message_id


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("=?utf-8?q?h=C3=A4?= =?utf-8?b?w7Y=?=", "häö"),
        ("=?no-such-charset?q?h=C3=A4?=", "hä"),
        ("=?utf-8?b?!!!?=", ""),
        ("=?punycode?q?abc?=", "abc"),
        ("=?utf-16?b?AAAA?=", ""),
        ("a\r\n b", "a b"),
        ("h\u00e4 as bytes", "hä as bytes"),
        ("\udcff\udcfe", "\ufffd\ufffd"),
        ("=?utf-8?q?a=0D=0ABcc:_x=00?=", "a Bcc: x"),
    ],
)
def test_a_field_in_any_encoding_is_one_line_that_can_be_kept(field: str, shown: str) -> None:
    subject = fields(f"Subject: {field}").subject
    assert subject in (shown, shown or subject)
    assert subject.isprintable()
    subject.encode()


@pytest.mark.parametrize(
    ("field", "name", "address"),
    [
        ('"Boss <boss@example.com>" <evil@example.net>', "Boss <boss@example.com>", "evil@example.net"),
        ("=?utf-8?q?boss=40example=2Ecom=3E?= <evil@example.net>", "boss@example.com>", "evil@example.net"),
        ("nobody", "", ""),
        ("(((((((" * 300, "", ""),
        ("", "", ""),
    ],
)
def test_the_address_of_a_sender_is_never_taken_from_the_name(field: str, name: str, address: str) -> None:
    assert fields(f"From: {field}").sender == Address(name=name, address=address)


def test_html_alone_becomes_text_without_script_style_or_address() -> None:
    html = (
        "<html><head><title>t</title><style>p{}</style></head><body><script>alert(1)</script><p>Hello&nbsp;you,</p>"
        '<div>a &lt; b <a href="https://evil.example/track?id=1">here</a><img src="https://evil.example/p.gif"></div>'
        "<!-- hidden --><p>2 < 3</p></body></html>"
    )
    mail = read(f"Content-Type: text/html; charset=utf-8\r\n\r\n{html}")
    assert mail.text == "Hello you,\n\na < b here\n\n2 < 3"


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "List-Id: <a.example.com>",
        "Return-Path: <>",
        "Content-Type: multipart/report; boundary=x",
        "From: MAILER-DAEMON@example.com",
    ],
)
def test_what_no_person_wrote_is_marked(line: str) -> None:
    assert fields(line).is_automatic
    assert not fields("Auto-Submitted: no").is_automatic


def test_a_large_attachment_is_listed_with_its_size_and_not_needed() -> None:
    made = EmailMessage()
    made["Subject"] = "large"
    made.set_content("see there")
    made.add_attachment(b"x" * 3_000_000, maintype="application", subtype="zip", filename="large.zip")
    raw = made.as_bytes()
    mail = read(raw[:MOST_BYTES], size=len(raw))
    assert (mail.text, mail.is_whole) == ("see there", False)
    (attached,) = mail.attachments
    assert (attached.name, attached.type) == ("large.zip", "application/zip")
    assert abs(attached.size - 3_000_000) < 50_000


NESTED = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(4_000))
HOSTILE = {
    "nested parts": NESTED,
    "nested mails": "Content-Type: message/rfc822\r\n\r\n" * 8_000,
    "a field of quotes": 'Content-Type: multipart/mixed; a="' + ";" * 250_000 + "\r\n\r\nx",
    "a folded field": "Content-Type: text/plain;\r\n" + ' a=";\r\n' * 40_000 + "\r\nx",
    "tags without an end": "Content-Type: text/html\r\n\r\n" + "<a " * 80_000,
    "comments without an end": "Content-Type: text/html\r\n\r\n" + "<!--" * 60_000,
    "scripts without an end": "Content-Type: text/html\r\n\r\n" + "<script>" * 30_000,
    "many fields": "A: b\r\n" * 40_000 + "\r\nx",
    "encoded words": "Subject: " + "=?utf-8?q?a?=" * 20_000 + "\r\n\r\nx",
    "addresses": "To: " + "a@b.c," * 40_000 + "\r\n\r\nx",
    "nothing": "",
    "no fields": "\r\n\r\n",
    "a broken part": "Content-Type: multipart/mixed\r\n\r\nx",
    "a wrong encoding": "Content-Type: text/plain; charset=hex\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_mail_that_is_made_to_do_harm_is_read_soon(what: str) -> None:
    before = time.thread_time()
    mail = read(HOSTILE[what][:MOST_BYTES])
    # Without the bounds it would be minutes.
    assert time.thread_time() - before < 5
    assert len(mail.text) <= MOST_TEXT
    assert "\0" not in mail.text
    assert len(mail.key) == 32


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_nothing_is_raised_for_any_bytes(head: bytes, body: bytes) -> None:
    for raw in (head, b"Content-Type: multipart/mixed; boundary=" + head + b"\r\n\r\n" + body, b"Subject: " + head):
        mail = read(raw)
        for text in (mail.subject, mail.text, mail.message_id, str(mail.sender)):
            assert "\0" not in text
            text.encode()


@given(st.text(alphabet="<>/!-a \"'&;scriptyle", max_size=300))
def test_html_of_any_form_is_text(html: str) -> None:
    assert "<script" not in text_of(f"<script>{html}</script>").lower()
    text_of(html)
