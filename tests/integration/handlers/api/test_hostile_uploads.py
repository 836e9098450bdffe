"""A request without a file, or with one that never ends, is refused before it costs anything."""

import gzip
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest

from bot.web_server import Keeps
from handlers.web.api.documents import Reader
from handlers.web.api.uploads import Uploads
from store import schema
from store.db.database import Database
from tests.integration.handlers.api.served import BOUNDARY, Said, Served, served
from tests.paper import claims, pdf
from tests.waiting import LONGEST, wait_until
from workflows.documents.document import Document
from workflows.documents.documents import Documents
from workflows.documents.limits import Limits
from workflows.documents.shelf import FolderShelf
from workflows.engine.sources.programs import api_sources, keys

pytestmark = pytest.mark.slow

LARGEST = 400_000
TYPE = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
FORM = pdf("Claim 7")


class Patient(Documents):
    """Documents whose reading can be held up."""

    def __init__(self, folder: Path) -> None:
        super().__init__(FolderShelf(folder), limits=Limits(size=LARGEST))
        self.goes_on = Event()
        self.goes_on.set()
        self.begun: list[str] = []

    def keep(self, data: bytes, *, name: str) -> Document:
        """Read a file once it may go on."""
        self.begun.append(name)
        assert self.goes_on.wait(LONGEST)
        return super().keep(data, name=name)


@dataclass(kw_only=True)
class Guarded:
    """A server with small limits, and a source whose workflow takes documents."""

    server: Served
    documents: Patient
    key: str
    uploads: Uploads
    held: list[Thread] = field(default_factory=list)

    def send(self, body: bytes, headers: dict[str, str] | None = None) -> Said:
        """Send a body as it is."""
        return self.server.ask("POST", "/v1/documents", body, key=self.key, headers=headers or TYPE)

    def raw(self, *lines: str, then: Sequence[bytes] = (), hangs_up: bool = False) -> bytes:
        """Send a request in pieces, and return all that comes back. `hangs_up`: without reading it."""
        first = ["POST /v1/documents HTTP/1.1", "Host: x", f"Authorization: Bearer {self.key}", *lines, "", ""]
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=LONGEST) as connection:
            answer = b""
            try:
                connection.sendall("\r\n".join(first).encode())
                for piece in then:
                    connection.sendall(piece)
                while not hangs_up and (got := connection.recv(65_536)):
                    answer += got
            except ConnectionError:
                pass
            return answer

    def kept(self) -> int:
        """Return the number of documents that are kept."""
        return len(self.server.world.rows(schema.DocumentRow))


@contextmanager
def guarding(folder: Path, uploads: Uploads, *, patience: float) -> Iterator[Guarded]:
    """Serve for the block. `patience`: seconds for which a reading is waited for."""
    database = Database(f"sqlite:///{folder / 'api.sqlite'}", connections=24)
    documents = Patient(folder / "shelf")
    with served(
        database,
        documents=documents,
        reader=Reader(uploads=uploads, patience=patience),
        keeps=Keeps(head=LONGEST, idle=LONGEST),
    ) as server:
        server.world.registry.add(claims())
        api_sources.add(server.world.context, "bank", by="tester", workflows=["claims"], per_minute=100_000)
        key = keys.make(server.world.context, "bank", by="tester").key
        yield Guarded(server=server, documents=documents, key=key, uploads=uploads)
        documents.goes_on.set()
    database.close()


@pytest.fixture(scope="module")
def guarded(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A server that waits."""
    folder = tmp_path_factory.mktemp("guarded")
    shutil.copy(migrated_sqlite, folder / "api.sqlite")
    with guarding(folder, Uploads(seconds=LONGEST), patience=LONGEST) as made:
        yield made


@pytest.fixture(scope="module")
def hurried(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A server that is soon tired of waiting."""
    folder = tmp_path_factory.mktemp("hurried")
    shutil.copy(migrated_sqlite, folder / "api.sqlite")
    with guarding(folder, Uploads(seconds=1.0), patience=1.0) as made:
        yield made


@pytest.fixture
def small(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Guarded]:
    """A patient server with little room."""
    shutil.copy(migrated_sqlite, tmp_path / "api.sqlite")
    with guarding(tmp_path, Uploads(at_once=4, most=1_000_000, seconds=LONGEST), patience=LONGEST) as made:
        yield made


def part(*headers: str, data: bytes = b"x") -> bytes:
    """Return a part with its boundary before it."""
    return f"--{BOUNDARY}\r\n".encode() + "\r\n".join([*headers, "", ""]).encode() + data + b"\r\n"


FILE = 'Content-Disposition: form-data; name="file"; filename="a.pdf"'
END = f"--{BOUNDARY}--\r\n".encode()
BODIES = {
    "nothing": b"",
    "no part": END,
    "only the beginning": f"--{BOUNDARY}\r\n".encode(),
    "no end": part(FILE, data=FORM),
    "another boundary": part(FILE, data=FORM).replace(BOUNDARY.encode(), b"another") + b"--another--\r\n",
    "an end that is no end": part(FILE, data=FORM) + END[:-4],
    "two files": part(FILE, data=FORM) * 2 + END,
    "thousands of parts": part(FILE) * 3_000 + END,
    "a field beside the file": part('Content-Disposition: form-data; name="a"') + part(FILE, data=FORM) + END,
    "a field in place of the file": part('Content-Disposition: form-data; name="file"', data=FORM) + END,
    "another name": part('Content-Disposition: form-data; name="f"; filename="a"', data=FORM) + END,
    "no headers": part(data=FORM) + END,
    "thousands of headers": part(FILE, *[f"X-{number}: 1" for number in range(5_000)], data=FORM) + END,
    "an endless header": part(FILE, "X: " + "x" * 200_000, data=FORM) + END,
    "an endless header name": part(FILE, "x" * 200_000 + ": 1", data=FORM) + END,
    "a doubled header": part(FILE, FILE.replace("a.pdf", "b.pdf"), data=FORM) + END,
    "base64": part(FILE, "Content-Transfer-Encoding: base64", data=FORM) + END,
    "an attachment": part('Content-Disposition: attachment; name="file"; filename="a"', data=FORM) + END,
    "JSON": b'{"file": "a.pdf"}',
}


def test_what_is_not_exactly_one_file_is_refused(guarded: Guarded) -> None:
    """Parts, headers and boundaries of every odd kind: nothing is kept of any."""
    for said, body in BODIES.items():
        refused = guarded.send(body)
        assert (refused.status, refused.type) == (400, "malformed"), said
        assert b"python" not in refused.body, said
    assert guarded.kept() == 0


TYPES = [
    "application/json",
    "application/pdf",
    "multipart/mixed; boundary=x",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    f"multipart/form-data; boundary={'x' * 71}",
    "multipart/form-data; " + ";" * 20_000,
    'multipart/form-data; boundary="' + '\\"' * 5_000,
    "text/html",
    "",
]


def test_only_multipart_is_read(guarded: Guarded) -> None:
    """And nothing that is packed, so that a small body cannot become a large one."""
    for kind in TYPES:
        refused = guarded.send(part(FILE, data=FORM) + END, {"Content-Type": kind})
        assert (refused.status, refused.type) == (415, "not-multipart"), kind[:50]
    for encoding in ("gzip", "deflate", "br", "gzip, identity"):
        packed = guarded.send(gzip.compress(part(FILE, data=FORM) + END), TYPE | {"Content-Encoding": encoding})
        assert (packed.status, packed.type) == (415, "not-multipart")
    twice = guarded.raw(f"Content-Type: {TYPE['Content-Type']}", "Content-Type: text/html", "Connection: close")
    assert twice.startswith(b"HTTP/1.1 415 ")


def test_a_name_of_a_file_leads_nowhere(guarded: Guarded) -> None:
    """Folders, NULs, marks and 10,000 characters: what is kept of it is a name on one line."""
    names = {
        "../../../etc/cron.d/a.pdf": "a.pdf",
        "C:\\\\Windows\\\\a.pdf": "a.pdf",
        "a\u202efdp.exe": "afdp.exe",
        "<img src=x onerror=alert(1)>.pdf": "<img src=x onerror=alert(1)>.pdf",
        "<!channel> <@U1>.pdf": "<!channel> <@U1>.pdf",
        "Überweisung Mai.pdf": "Überweisung Mai.pdf",
        "": "unnamed",
        "x" * 3_000 + ".pdf": "x" * 195 + "….pdf",
    }
    for given, kept in names.items():
        told = guarded.server.upload(FORM, name=given, key=guarded.key)
        assert (told.status, told.json["name"]) in ((201, kept), (200, kept)), given[:50]
    refused = guarded.server.upload(FORM, name="x" * 10_000, key=guarded.key)
    assert (refused.status, refused.type) == (400, "malformed")
    for hidden in ("a\0b.pdf", "a\r\nX-Other: 1"):
        assert guarded.server.upload(FORM, name=hidden, key=guarded.key).status in (200, 400), repr(hidden)
    with guarded.server.world.database.read() as session:
        assert not [row for row in session.query(schema.DocumentUpload) if "\0" in row.name]


def test_a_file_that_is_too_large_is_refused_as_soon_as_that_is_known(guarded: Guarded) -> None:
    """Announced, nothing of it is read; without an announcement, no more than is allowed; a wrong one is of no use."""
    typed = f"Content-Type: {TYPE['Content-Type']}"
    assert guarded.raw(typed, f"Content-Length: {LARGEST * 2}").startswith(b"HTTP/1.1 413 ")
    begun = part(FILE, data=b"")[:-2]
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    chunked = [b"%x\r\n%s\r\n" % (len(begun), begun), *[piece] * 12]
    answer = guarded.raw(typed, "Transfer-Encoding: chunked", then=chunked)
    assert answer.startswith(b"HTTP/1.1 413 ")
    whole = part(FILE, data=FORM) + END
    longer = guarded.raw(typed, f"Content-Length: {len(whole) - 30}", "Connection: close", then=[whole])
    assert longer.startswith(b"HTTP/1.1 400 ")
    both = guarded.raw(typed, "Content-Length: 5", "Transfer-Encoding: chunked", then=[b"0\r\n\r\n"])
    assert both.startswith(b"HTTP/1.1 400 ")


def test_a_chunked_file_is_taken(guarded: Guarded) -> None:
    whole = part(FILE, data=pdf("In pieces")) + END
    chunks = [b"%x\r\n%s\r\n" % (1, whole[place : place + 1]) for place in range(200)]
    chunks += [b"%x\r\n%s\r\n" % (len(whole) - 200, whole[200:]), b"0\r\n\r\n"]
    lines = (f"Content-Type: {TYPE['Content-Type']}", "Transfer-Encoding: chunked", "Connection: close")
    assert guarded.raw(*lines, then=chunks).startswith(b"HTTP/1.1 201 ")


def test_a_file_that_does_not_come_is_given_up(hurried: Guarded) -> None:
    """Its room is free again, and nothing of it stays on disk."""
    begun = part(FILE, data=b"x" * 300_000)
    lines = (f"Content-Type: {TYPE['Content-Type']}", "Content-Length: 390000")
    assert hurried.raw(*lines, then=[begun]).startswith(b"HTTP/1.1 408 ")
    hurried.raw(*lines, then=[begun], hangs_up=True)
    wait_until(lambda: hurried.uploads.number == 0)
    assert hurried.uploads.held == 0
    wait_until(lambda: hurried.server.upload(FORM, key=hurried.key).status in (200, 201))


def test_many_at_once_have_limits_of_number_and_of_bytes(small: Guarded) -> None:
    """A further one is told to come again, and others are answered meanwhile."""
    lines = (f"Content-Type: {TYPE['Content-Type']}", "Content-Length: 390000")
    head = "\r\n".join(["POST /v1/documents HTTP/1.1", "Host: x", f"Authorization: Bearer {small.key}", *lines])
    with ExitStack() as held:
        for number in range(1, 5):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", small.server.port)))
            slow.sendall(f"{head}\r\n\r\n".encode() + part(FILE, data=b"x" * (300_000 if number < 4 else 1)))
            wait_until(lambda: small.uploads.number == number)  # noqa: B023  # it is called at once
            if number == 3:
                wait_until(lambda: small.uploads.held > 900_000)
                large = small.server.upload(b"%PDF-" + b"x" * 200_000, key=small.key)
                assert (large.status, large.type, large.headers["retry-after"]) == (503, "unavailable", "5")
        refused = small.server.upload(FORM, key=small.key)
        assert (refused.status, refused.type, refused.headers["retry-after"]) == (503, "unavailable", "5")
        assert small.server.hand_in(1).status == 202
    wait_until(lambda: small.uploads.number == 0)
    assert small.server.upload(FORM, key=small.key).status == 201


def test_a_slow_reading_keeps_nobody_waiting(hurried: Guarded) -> None:
    """It is answered that it is still being read; sent again, it is not read twice at once, and then it is there."""
    documents, form = hurried.documents, pdf("Slow")
    documents.goes_on.clear()
    first = hurried.server.upload(form, name="slow.pdf", key=hurried.key)
    assert (first.status, first.json["why"], first.headers["retry-after"]) == (503, "busy", "10")
    again = hurried.server.upload(form, name="slow.pdf", key=hurried.key)
    assert (again.status, again.json["why"]) == (503, "busy")
    assert documents.begun.count("slow.pdf") <= 1
    assert hurried.server.hand_in(2).status == 202
    documents.goes_on.set()
    wait_until(lambda: hurried.server.upload(form, name="slow.pdf", key=hurried.key).status == 200)


def test_who_hangs_up_before_it_is_read_has_nothing_read(hurried: Guarded) -> None:
    """Two are read at once; a third one that waits and is gone costs nothing afterwards."""
    documents = hurried.documents
    documents.goes_on.clear()
    readings = [
        Thread(target=hurried.server.upload, args=(pdf(f"Held {number}"),), kwargs={"key": hurried.key})
        for number in range(2)
    ]
    before = len(documents.begun)
    for one in readings:
        one.start()
    wait_until(lambda: len(documents.begun) == before + 2)
    whole = part(FILE.replace("a.pdf", "gone.pdf"), data=pdf("Gone")) + END
    hurried.raw(f"Content-Type: {TYPE['Content-Type']}", f"Content-Length: {len(whole)}", then=[whole], hangs_up=True)
    for one in readings:
        one.join()
    wait_until(lambda: hurried.uploads.number == 0)
    documents.goes_on.set()
    wait_until(lambda: hurried.server.upload(FORM, key=hurried.key).status in (200, 201))
    assert "gone.pdf" not in documents.begun


def test_no_file_has_a_name_in_the_folder_for_temporary_files(
    guarded: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So none is left there, whatever ends the process."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    lines = (f"Content-Type: {TYPE['Content-Type']}", "Content-Length: 390000")
    head = "\r\n".join(["POST /v1/documents HTTP/1.1", "Host: x", f"Authorization: Bearer {guarded.key}", *lines])
    with socket.create_connection(("127.0.0.1", guarded.server.port)) as slow:
        slow.sendall(f"{head}\r\n\r\n".encode() + part(FILE, data=b"x" * 380_000))
        wait_until(lambda: guarded.uploads.held > 380_000)
        assert list(tmp_path.iterdir()) == []
    wait_until(lambda: guarded.uploads.number == 0)
