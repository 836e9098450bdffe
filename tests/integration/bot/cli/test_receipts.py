"""`receipt`: for people, for a program, and as a file for somebody who has no database of ours."""

import json
import stat

import pytest

from tests.integration.bot.cli.test_lists import three, worked_on
from tests.integration.bot.commandline import CommandLine
from workflows.engine.proof.receipts.checking import check

pytestmark = pytest.mark.slow
__all__ = ["three", "worked_on"]


def test_people_read_who_decided_and_whether_the_hashes_fit(three: CommandLine) -> None:
    told = three.done("receipt", "1").out
    assert "Receipt of case 1, parcel-1" in told
    assert "Nobody decided it: the workflow went alone. What was delivered is what was proposed." in told
    assert "- delivered: " in told
    assert "DOES NOT FIT" not in told
    assert three("receipt", "2").error().startswith("nothing of case 2 is decided for good yet")


def test_a_file_is_checked_without_the_database(three: CommandLine) -> None:
    """Only its owner may read it, and it replaces no other."""
    file = three.folder / "receipt.json"
    three.done("receipt", "1", "--out", str(file), "--with-content")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = check(json.loads(file.read_text()))
    assert (found.case, found.good, found.without_text) == (1, True, 0)
    assert "is there already; name a new file" in three("receipt", "1", "--out", str(file)).error()


def test_without_content_it_has_hashes_alone(three: CommandLine) -> None:
    bare = three.done("receipt", "1", "--json").json()
    assert not {"key", "salt", "source"} & bare.keys()
    found = check(bare)
    assert found.good
    assert found.without_text == len(bare["runs"][0]["hashes"])
    whole = three.done("receipt", "parcel-1", "--json", "--with-content").json()
    assert (whole["key"], len(whole["salt"])) == ("parcel-1", 32)
