"""Hostile files, and a bounded share of the mutations. `python -m tests.documents.fuzz` tries more."""

import resource
from collections.abc import Iterator

import pytest

from tests.documents.fuzz import mutations, tried
from tests.documents.hostile import HOSTILE, with_file
from tests.documents.scans import as_file, scan
from tests.paper import pdf
from workflows.documents.limits import Limits
from workflows.documents.reading.isolated import Isolated
from workflows.documents.refusals import Why

pytestmark = pytest.mark.slow
LIMITS = Limits(seconds=30.0)
USES_ALL_ITS_TIME = frozenset(
    {
        "a million lines",
        "a million letters",
        "bomb by one flate",
        "bomb by three flates",
        "deep states",
        "form in itself",
        "huge picture drawn many times",
        "a hundred thousand parts",
        "pattern in itself",
        "tiles without size",
    }
)
"""Those that are left to the command, which has more time."""


@pytest.fixture(scope="module")
def isolated() -> Iterator[Isolated]:
    made = Isolated(at_once=2)
    yield made
    made.close()


def test_each_known_kind_comes_to_what_it_has_to(isolated: Isolated) -> None:
    wrong = []
    for name in sorted(HOSTILE.keys() - USES_ALL_ITS_TIME):
        hostile = HOSTILE[name]
        came = tried(name, hostile.make(), isolated=isolated, limits=LIMITS)
        if came.came_of_it not in hostile.comes_of_it:
            wrong.append(came)
    assert wrong == []


def test_what_would_never_end_is_ended(isolated: Isolated) -> None:
    came = tried("", HOSTILE["tiles without size"].make(), isolated=isolated, limits=Limits(seconds=0.3))
    assert came.came_of_it is Why.TOO_SLOW


def test_mutations_are_read_or_refused(isolated: Isolated) -> None:
    files = {
        "text.pdf": pdf("Total 12,50\nDue later", "Second page"),
        "data.pdf": with_file("factur-x.xml", b"<CrossIndustryInvoice><ExchangedDocument/></CrossIndustryInvoice>"),
        "scan.pdf": as_file(scan(), form="PDF"),
        "fax.tif": as_file(scan(), scan(), form="TIFF"),
        "photo.jpg": as_file(scan(), form="JPEG"),
        "scan.png": as_file(scan()),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, data in mutations(files, seed=20, number=48):
        tried(name, data, isolated=isolated, limits=LIMITS)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100 * 1024, "this process holds nothing of what it hands over"
