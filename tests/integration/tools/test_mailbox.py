"""A mailbox at a real IMAP server: each mail is found once, and the mailbox is as it was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.integration.tools.post_office import FOLDER, PASSWORD, PostOffice, mail, post_office
from workflows.errors import BadDeclaration, NotAllowed, NotDone, TryAgain
from workflows.tools import calls
from workflows.tools.calls import CallOutcome
from workflows.tools.mail import Account, Mailbox, account_in_environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running() -> Iterator[PostOffice]:
    """Yield one server for all tests."""
    with post_office() as office:
        yield office


@pytest.fixture
def office(running: PostOffice) -> PostOffice:
    """The server with an empty folder."""
    running.empty()
    return running


def box(office: PostOffice, *, most: int = 50, since: date | None = None) -> Mailbox:
    """The mailbox as a workflow has it."""
    return Mailbox(account=office.account, folder=FOLDER, most=most, since=since)


def subjects(office: PostOffice, cursor: str | None, *, most: int = 50) -> tuple[list[str], str, bool]:
    """Look, and return the subjects, the cursor, and whether there is more."""
    found = box(office, most=most).look(cursor)
    return [one.subject for one in found.mails], found.cursor, found.more


def test_each_mail_is_found_once_by_pages_oldest_first(office: PostOffice) -> None:
    office.put(*(mail(number) for number in range(1, 6)))
    first, cursor, more = subjects(office, None, most=3)
    assert (first, more) == (["subject 1", "subject 2", "subject 3"], True)
    second, cursor, more = subjects(office, cursor, most=3)
    assert (second, more) == (["subject 4", "subject 5"], False)
    # `6:*` is answered with the last mail, which is known.
    assert subjects(office, cursor)[0] == []
    office.put(mail(6))
    assert subjects(office, cursor)[0] == ["subject 6"]


def test_the_mailbox_is_as_it_was(office: PostOffice) -> None:
    office.put(mail(1))
    box(office).look(None)
    with office.opened() as opened:
        opened.folder.set(FOLDER)
        (one,) = opened.fetch(mark_seen=False)
        assert "\\Seen" not in one.flags


def test_a_mailbox_that_numbers_its_mails_anew_is_read_from_the_beginning(office: PostOffice) -> None:
    office.put(mail(1), mail(2))
    before = box(office).look(None)
    office.empty()
    office.put(mail(1), mail(3))
    after = box(office).look(before.cursor)
    assert before.cursor.split(":")[0] != after.cursor.split(":")[0]
    assert [one.subject for one in after.mails] == ["subject 1", "subject 3"]
    # What came in before is known by its key.
    assert after.mails[0].key == before.mails[0].key


def test_mail_from_before_the_first_look_makes_no_case_unless_it_is_wanted(office: PostOffice) -> None:
    with office.opened() as opened:
        opened.append(mail(1), FOLDER, dt=datetime.now(UTC) - timedelta(days=40))
    office.put(mail(2))
    assert subjects(office, None)[0] == ["subject 2"]
    found = box(office, since=datetime.now(UTC).date() - timedelta(days=60)).look(None)
    assert [one.subject for one in found.mails] == ["subject 1", "subject 2"]
    assert found.mails[0].sent_at is not None


def test_a_server_whose_day_is_behind_loses_no_mail(office: PostOffice) -> None:
    """It is still yesterday there for a mail of today; that of yesterday is left alone all the same."""
    today = datetime.combine(datetime.now(UTC), datetime.min.time(), UTC)
    west = timezone(timedelta(hours=-8))
    with office.opened() as opened:
        opened.append(mail(1), FOLDER, dt=(today - timedelta(minutes=1)).astimezone(west))
        opened.append(mail(2), FOLDER, dt=today.astimezone(west))
    assert subjects(office, None)[0] == ["subject 2"]


def test_of_a_huge_mail_the_beginning_is_read(office: PostOffice) -> None:
    large = mail(1, "the text").replace(b"the text", b"the text" + b"\r\nx" * 300_000)
    office.put(large, mail(2))
    one, two = box(office).look(None).mails
    assert (one.is_whole, two.is_whole, one.text[:8]) == (False, True, "the text")


def test_files_are_loaded_where_they_are_wanted(office: PostOffice) -> None:
    """With the mail itself; else only their names and sizes are told."""
    office.put(mail(1, files={"a.pdf": b"%PDF-" + b"\0" * 400_000, "../../b.pdf": b"%PDF-2"}), mail(2))
    with_files = Mailbox(account=office.account, folder=FOLDER, files=True)
    one, two = with_files.look(None).mails
    assert [(file.name, file.size, file.type) for file in one.attachments] == [
        ("a.pdf", 400_005, "application/pdf"),
        ("b.pdf", 6, "application/pdf"),
    ]
    assert [file.data for file in one.attachments] == [b"%PDF-" + b"\0" * 400_000, b"%PDF-2"]
    assert one.is_whole
    assert (one.raw or b"").startswith(b"From: Ann")
    assert (two.attachments, two.text) == ([], "hello")
    (first, _) = box(office).look(None).mails
    assert [file.data for file in first.attachments] == [None]
    assert (first.raw, first.is_whole) == (None, False)
    assert "PDF" not in repr(one)


def test_mails_with_other_files_are_other_mails(office: PostOffice) -> None:
    """A mail that was changed does not replace the case of the first one."""
    office.put(mail(1, files={"a.pdf": b"1"}), mail(1, files={"a.pdf": b"2"}), mail(1, files={"b.pdf": b"1"}))
    keys = [one.key for one in Mailbox(account=office.account, folder=FOLDER, files=True).look(None).mails]
    assert keys[0] == keys[2] != keys[1]


def test_what_is_loaded_in_one_look_has_a_limit(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail that is too large is read as others are; a look ends with the mail that goes beyond what it may load."""
    monkeypatch.setattr("workflows.tools.mail.mailbox.MOST_WHOLE", 600_000)
    monkeypatch.setattr("workflows.tools.mail.mailbox._MOST_LOADED", 300_000)
    large = {"a.pdf": b"\0" * 250_000}
    office.put(mail(1, files={"a.pdf": b"\0" * 600_000}), mail(2, files=large), mail(3, files=large), mail(4))
    reader = Mailbox(account=office.account, folder=FOLDER, files=True)
    found = reader.look(None)
    assert [[file.data is None for file in one.attachments] for one in found.mails] == [[True], [False]]
    assert found.more
    later = reader.look(found.cursor)
    assert [one.subject for one in later.mails] == ["subject 3"]
    last = reader.look(later.cursor)
    assert ([one.subject for one in last.mails], last.more) == (["subject 4"], False)


def test_what_goes_wrong_is_an_error_that_the_engine_knows_without_the_password(office: PostOffice) -> None:
    wrong = replace(office.account, password=f"not-{PASSWORD}")
    gone = replace(office.account, port=1)
    for mailbox, kind, says in (
        (Mailbox(account=wrong), NotAllowed, "does not accept"),
        (Mailbox(account=gone), TryAgain, "cannot be read: ConnectionRefusedError"),
        (Mailbox(account=office.account, folder="No such"), NotDone, "no folder 'No such'"),
        (Mailbox(account=account_in_environment("NOWHERE")), NotAllowed, "NOWHERE_HOST, NOWHERE_USER"),
        (Mailbox(account=replace(office.account, security="tls")), TryAgain, "does not speak TLS"),
    ):
        with pytest.raises(kind, match=says) as raised:
            mailbox.look(None)
        assert PASSWORD not in str(raised.value)
        assert raised.value.__cause__ is None
    with calls.noted() as noted, pytest.raises(TryAgain):
        Mailbox(account=gone, name="the post").look(None)
    assert [(one.system, one.outcome) for one in noted.made] == [("the post", CallOutcome.FAILED)]
    assert PASSWORD not in repr(Mailbox(account=office.account))


def test_a_password_goes_nowhere_in_the_open() -> None:
    with pytest.raises(BadDeclaration, match="would be readable"):
        Account(host="imap.example.com", user="a", password="b", security="none")


def test_a_port_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HOST", "imap.example.com"), ("USER", "a"), ("PASSWORD", "b"), ("PORT", "imaps")):
        monkeypatch.setenv(f"DESK_{name}", value)
    with pytest.raises(BadDeclaration, match="DESK_PORT is a number, not 'imaps'"):
        Mailbox(account=account_in_environment("DESK")).look(None)
    with pytest.raises(BadDeclaration, match="a number up to 65535, not 99999"):
        Account(host="imap.example.com", user="a", password="b", port=99_999)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    pem = Path(__file__).with_name("desk.test.pem")
    with post_office("--cert", str(pem), "--key", str(pem)) as office:
        account = replace(office.account, security="starttls")
        with pytest.raises(NotDone, match="certificate"):
            Mailbox(account=account).look(None)
