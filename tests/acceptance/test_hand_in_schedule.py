"""The schedule and mailbox of docs/hand-in.md: their code runs and passes mypy, and each command does what it says."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.reading import ROOT, python_blocks
from tests.acceptance.test_typing import reported
from tests.integration.bot.commandline import LONGEST, CommandLine, wait_until
from tests.integration.tools.post_office import PASSWORD, USER, PostOffice, mail, post_office
from tests.paper import pdf

pytestmark = pytest.mark.slow

SECTION = (ROOT / "docs" / "hand-in.md").read_text().partition("## On a schedule, or from a mailbox")[2]
SECTION = SECTION.partition("\n## ")[0]
SCHEDULE, MAILBOX, WITH_FILES = python_blocks(SECTION)
COMMANDS = [
    line.partition("#")[0].split()[1:] for line in SECTION.splitlines() if line.startswith("    countersign fetch")
]


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    """Yield a server with a mail of today."""
    with post_office() as running:
        with running.opened() as box:
            box.append(mail(1), "INBOX")
        yield running


def test_the_code_has_its_types(tmp_path: Path) -> None:
    files = [tmp_path / "refunds.py", tmp_path / "mailbox.py", tmp_path / "invoices.py"]
    for file, code in zip(files, (SCHEDULE, MAILBOX, WITH_FILES), strict=True):
        file.write_text(code)
    assert reported(files) == set()


def test_each_command_does_what_it_says_and_serve_looks_by_itself(countersign: CommandLine) -> None:
    (countersign.folder / "refunds.py").write_text(SCHEDULE)
    feed = countersign.folder / "requests.jsonl"
    feed.write_text('{"id": 1, "text": "broken"}\n{"id": "none"}\n{"id": 2, "text": "late"}\n')
    countersign.settings.update(COUNTERSIGN_WORKFLOWS="refunds.py", COUNTERSIGN_MODEL="local")
    said = [countersign(*command) for command in COMMANDS]
    trial, look, listed, again, stopped, started = said
    # A row that does not fit is said, and shown by the exit code.
    assert [one.code for one in said] == [1, 1, 0, 1, 0, 0]
    assert "3 found, 2 would be taken in; nothing was" in trial.out
    assert "2 taken in" in look.out
    assert "row 2 was refused: id" in look.out
    assert "refunds/requests  1 minute" in listed.out
    assert "2 duplicate" in again.out
    assert "is not looked at any more" in stopped.out
    assert "is looked at again" in started.out
    with feed.open("a") as file:
        file.write(json.dumps({"id": 3, "text": "torn"}) + "\n")
    # A minute is long: what serve has begun is due at once for a cursor of its own.
    renamed = SCHEDULE.replace("def requests(", "def new_requests(")
    (countersign.folder / "refunds.py").write_text(renamed)
    process = countersign.started("serve", "--no-slack")
    try:
        wait_until(lambda: len(countersign.done("cases", "--json").json()) == 3)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LONGEST)
    assert process.returncode == 0


def test_the_mailbox_is_read(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = {"HOST": "127.0.0.1", "PORT": str(office.port), "USER": USER, "PASSWORD": PASSWORD, "SECURITY": "none"}
    for name, value in account.items():
        monkeypatch.setenv(f"HELP_{name}", value)
    exec(compile(MAILBOX, "mailbox.py", "exec"), {"__name__": "mailbox"})
    assert "Ann <ann@example.com> subject 1 [] False" in capsys.readouterr().out


def test_each_pdf_in_a_mailbox_is_a_case(office: PostOffice, countersign: CommandLine) -> None:
    """Other files are left alone, and a PDF that is none is said."""
    files = {
        "May.pdf": pdf("Invoice 7\nTotal 12.00"),
        "June.PDF": pdf("Invoice 8"),
        "logo.png": b"\x89PNG",
        "bad.pdf": b"no",
    }
    with office.opened() as box:
        box.folder.create("Bills")
        box.append(mail(2, files=files), "Bills")
    code = WITH_FILES.replace("files=True", 'folder="Bills", files=True')
    (countersign.folder / "invoices.py").write_text(code)
    account = {"HOST": "127.0.0.1", "PORT": str(office.port), "USER": USER, "PASSWORD": PASSWORD, "SECURITY": "none"}
    countersign.settings.update({f"INVOICES_{name}": value for name, value in account.items()})
    countersign.settings.update(COUNTERSIGN_WORKFLOWS="invoices.py", COUNTERSIGN_MODEL="local")
    said = countersign("fetch", "mailed-invoices")
    assert said.code == 1
    assert "2 taken in" in said.out
    assert "row 3 was refused: file: by its content it is not a PDF" in said.out
    (first, _) = sorted(countersign.done("cases", "--json").json(), key=lambda case: str(case["key"]))
    assert first["key"].endswith("-0")
