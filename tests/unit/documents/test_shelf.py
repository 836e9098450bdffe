"""The shelf keeps each file whole or not at all, whoever writes beside it and whenever a writer dies."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tests.paper import pdf
from tests.waiting import wait_until
from workflows.documents.documents import Documents
from workflows.documents.refusals import DocumentAltered, DocumentMissing, DocumentRefused, Why
from workflows.documents.shelf import BEGINNINGS, FolderShelf, Shelf, Shelved

pytestmark = pytest.mark.slow
FORM = pdf("Claim 7\nAmount 12.00")


class StoreShelf:
    """A shelf in an object store: names with bytes, and nothing else that a folder has."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, sha256: str, data: bytes, *, reading: bytes) -> None:
        self.objects |= {f"{sha256}.reading": reading, sha256: data}

    def file(self, sha256: str) -> bytes:
        return self._get(sha256, sha256)

    def reading(self, sha256: str) -> bytes:
        return self._get(sha256, f"{sha256}.reading")

    def holds(self, sha256: str) -> bool:
        return {sha256, f"{sha256}.reading"} <= self.objects.keys()

    def remove(self, sha256: str) -> None:
        for name in (sha256, f"{sha256}.reading"):
            self.objects.pop(name, None)

    def listed(self, beginning: str) -> Iterator[Shelved]:
        for name, data in self.objects.items():
            if name.startswith(beginning) and not name.endswith(".reading"):
                has_reading = f"{name}.reading" in self.objects
                yield Shelved(sha256=name, size=len(data), at=datetime.now(UTC), has_reading=has_reading)

    def tidy(self, beginnings: Iterable[str], before: datetime) -> int:
        return 0

    def _get(self, sha256: str, name: str) -> bytes:
        if name not in self.objects:
            raise DocumentMissing(sha256)
        return self.objects[name]


@pytest.fixture(params=["folder", "store"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    """Each kind of shelf."""
    return FolderShelf(tmp_path / "shelf") if request.param == "folder" else StoreShelf()


def listed(shelf: Shelf) -> list[Shelved]:
    """Return all that is on a shelf."""
    return [one for beginning in BEGINNINGS for one in shelf.listed(beginning)]


def test_documents_need_no_more_of_a_shelf_than_an_object_store_has(shelf: Shelf) -> None:
    """Kept, read, found, listed and removed."""
    documents = Documents(shelf)
    kept = documents.keep(FORM, name="a.pdf")
    assert documents.keep(FORM, name="b.pdf").sha256 == kept.sha256
    assert (documents.file(kept.sha256), documents.reading(kept.sha256).pages[0].text) == (FORM, kept.pages[0].text)
    (one,) = listed(shelf)
    assert (one.sha256, one.size, one.has_reading) == (kept.sha256, len(FORM), True)
    assert documents.is_whole(kept.sha256)
    for _ in range(2):
        documents.remove(kept.sha256)
    assert listed(shelf) == []
    assert not documents.are_there(kept)
    with pytest.raises(DocumentMissing, match="is not on the shelf"):
        documents.file(kept.sha256)


def test_only_their_owner_reads_documents(tmp_path: Path) -> None:
    """A43: neither the folders nor the files are open to others on the machine."""
    Documents(FolderShelf(tmp_path / "made" / "1")).keep(FORM, name="a.pdf")
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "made").rglob("*")}
    assert modes == {True: 0o700, False: 0o600}
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o700


@pytest.mark.parametrize("ending", ["", ".reading"])
def test_what_was_altered_on_the_disk_is_not_used_and_mended_when_it_is_handed_in_again(
    tmp_path: Path, ending: str
) -> None:
    """One byte is enough, of the file or of its reading."""
    documents = Documents(FolderShelf(tmp_path))
    sha = documents.keep(FORM, name="a.pdf").sha256
    path = tmp_path / sha[:2] / f"{sha}{ending}"
    content = path.read_bytes()
    for altered in (content[:-1] + bytes([content[-1] ^ 1]), content[:-1], b""):
        path.write_bytes(altered)
        assert not documents.is_whole(sha)
        with pytest.raises(DocumentAltered, match="was changed since it was kept"):
            documents.file(sha) if not ending else documents.reading(sha)
    documents.keep(FORM, name="a.pdf")
    assert documents.is_whole(sha)


def test_a_reading_of_another_file_is_not_taken_for_its_own(tmp_path: Path) -> None:
    """Files that were copied by mistake within the folder give none the text of another."""
    documents = Documents(FolderShelf(tmp_path))
    one, other = (documents.keep(pdf(text), name="a.pdf").sha256 for text in ("12.00", "99.00"))
    paths = [tmp_path / sha[:2] / f"{sha}.reading" for sha in (one, other)]
    paths[0].write_bytes(paths[1].read_bytes())
    with pytest.raises(DocumentAltered):
        documents.reading(one)


def test_no_path_is_made_of_anything_but_a_hash(tmp_path: Path) -> None:
    """A25: what comes as a hash and is none names no file."""
    (tmp_path / "secret").write_bytes(b"x")
    shelf = FolderShelf(tmp_path / "shelf")
    for given in ("../secret", "/etc/passwd", "..", "", "A" * 64, "0" * 63 + "\n", "0" * 65):
        for call in (shelf.file, shelf.reading, shelf.holds, shelf.remove):
            with pytest.raises(DocumentMissing):
                call(given)
    assert (tmp_path / "secret").exists()


def test_a_full_disk_keeps_nothing_half_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither at the first byte nor at the last."""
    documents = Documents(FolderShelf(tmp_path))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for at in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, at, full)
            with pytest.raises(DocumentRefused, match="the disk is full") as refused:
                documents.keep(FORM, name="a.pdf")
        assert refused.value.why is Why.NOT_KEPT
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert documents.keep(FORM, name="a.pdf").pages


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """The folder is a file, as after a wrong setting."""
    (tmp_path / "shelf").write_text("no folder")
    with pytest.raises(DocumentRefused, match="its folder cannot be written"):
        Documents(FolderShelf(tmp_path / "shelf")).keep(FORM, name="a.pdf")


_WRITER = """
import sys
from hashlib import sha256
from pathlib import Path
from workflows.documents.shelf import FolderShelf
shelf = FolderShelf(Path(sys.argv[1]))
print("begun", flush=True)
for number in range(1_000_000):
    data = b"%d" % (number % 50) * 20_000
    shelf.put(sha256(data).hexdigest(), data, reading=data[:1_000])
"""


def test_a_writer_that_is_killed_leaves_no_half_file_under_a_hash(tmp_path: Path) -> None:
    """Two processes write the same files, and are killed in the middle of it, several times."""
    shelf = FolderShelf(tmp_path)
    for _ in range(3):
        writers = [
            subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        wait_until(lambda: listed(shelf))
        time.sleep(0.05)
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.communicate()
    found = listed(shelf)
    assert found
    assert [one for one in found if one.size and sha256(shelf.file(one.sha256)).hexdigest() != one.sha256] == []
    assert [one for one in found if one.size and not one.has_reading] == []
    assert shelf.tidy(BEGINNINGS, datetime.now(UTC) - timedelta(days=1)) == 0
    shelf.tidy(BEGINNINGS, datetime.now(UTC) + timedelta(days=1))
    assert list(tmp_path.rglob(".half-*")) == []


def test_threads_put_the_same_file_at_once(tmp_path: Path) -> None:
    """Each finds it whole afterwards."""
    documents = Documents(FolderShelf(tmp_path))
    found: list[bool] = []

    def put() -> None:
        kept = documents.keep(FORM, name="a.pdf")
        found.append(documents.is_whole(kept.sha256))

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8
