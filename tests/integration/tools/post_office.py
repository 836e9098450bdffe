"""A real IMAP server for tests, in a process of its own, with a mailbox that is emptied before each test."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from imap_tools import MailBoxUnencrypted

from tests.ports import free_port
from tests.waiting import wait_until
from workflows.tools.mail import Account

USER, PASSWORD = "triage", "hunter22-of-the-mailbox"
FOLDER = "Work"


@dataclass(frozen=True, kw_only=True)
class PostOffice:
    """A server with one mailbox."""

    port: int

    @property
    def account(self) -> Account:
        """The account that a workflow uses."""
        return Account(host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, security="none")

    @contextmanager
    def opened(self) -> Iterator[MailBoxUnencrypted]:
        """Open the mailbox as its owner does."""
        box = MailBoxUnencrypted("127.0.0.1", self.port)
        box.login(USER, PASSWORD, initial_folder=None)
        try:
            yield box
        finally:
            box.logout()

    def empty(self) -> None:
        """Make the folder anew: its mails are gone, and it numbers new ones from the beginning."""
        with self.opened() as box:
            with suppress(Exception):  # there is none at first
                box.folder.delete(FOLDER)
            box.folder.create(FOLDER)

    def put(self, *mails: bytes) -> None:
        """Put mails into the folder."""
        with self.opened() as box:
            for mail in mails:
                box.append(mail, FOLDER)


def mail(
    number: int,
    text: str = "hello",
    sender: str = "Ann <ann@example.com>",
    files: Mapping[str, bytes] | None = None,
    **fields: str,
) -> bytes:
    """Return a mail. `files`: name -> content of what is attached."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "help@example.com", f"subject {number}"
    made["Message-ID"] = f"<{number}@example.com>"
    for name, value in fields.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    for name, content in (files or {}).items():
        made.add_attachment(content, maintype="application", subtype=name.rpartition(".")[2], filename=name)
    return made.as_bytes()


@contextmanager
def post_office(*also: str) -> Iterator[PostOffice]:
    """Run a server for the block. `also`: options of the server."""
    office = PostOffice(port=free_port())
    command = (
        *(str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(office.port)),
        *(*(also or ("--no-tls",)), "dict", "--demo-user", USER, "--demo-password", PASSWORD),
    )
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(office))
        yield office
    finally:
        process.terminate()
        process.wait()


def _answers(office: PostOffice) -> bool:
    try:
        with office.opened():
            return True
    except OSError:
        return False
