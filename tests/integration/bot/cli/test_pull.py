"""`pull` at the command line: the file that it writes, and where it writes none."""

import json
from pathlib import Path

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow


@pytest.fixture
def failed(countersign: CommandLine) -> CommandLine:
    """A folder in which the records were closed for a parcel."""
    (countersign.folder / "world" / "no-records").touch()
    countersign.submit(1)
    return countersign


def cause(countersign: CommandLine) -> str:
    (listed,) = countersign.done("causes", "--json").json()
    return str(listed["name"])


def test_it_writes_a_test_into_its_folder_and_says_what_to_do(failed: CommandLine) -> None:
    said = failed.done("pull", "parcel-1").out
    file = Path("tests/test_case_parcel_1.py")
    assert said.splitlines() == [
        f"wrote {file}: NotDone in look_up",
        "- no field is declared as Personal, so only mail addresses and secrets have stand-ins",
        "next:",
        f"    pytest {file}",
        f"    countersign rerun cause {cause(failed)}    # once it is mended",
    ]
    text = (failed.folder / file).read_text()
    assert 'Recorded(step="look_up", given={"parcel": 1}, raised=NotDone("the records are closed"))' in " ".join(
        text.split()
    ).replace("( ", "(").replace(", )", ")")
    assert "parcels = workflow_in(" in text
    assert f"countersign rerun cause {cause(failed)}" in text


def test_it_never_writes_over_a_file_unless_that_is_asked_for(failed: CommandLine) -> None:
    file = failed.folder / "tests" / "test_case_parcel_1.py"
    failed.done("pull", "1")
    file.write_text("mine")
    told = (
        "tests/test_case_parcel_1.py is there already; nothing was written. --force writes over it, --to names another"
    )
    assert failed("pull", "1").error().startswith(told)
    assert file.read_text() == "mine"
    failed.done("pull", "1", "--force")
    assert "Testbed" in file.read_text()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_it_does_not_write_where_a_link_leads(failed: CommandLine) -> None:
    file, elsewhere = failed.folder / "test_link.py", failed.folder / "elsewhere.py"
    file.symlink_to(elsewhere)
    assert "is there already" in failed("pull", "1", "--to", "test_link.py").error()
    failed.done("pull", "1", "--to", "test_link.py", "--force")
    assert not file.is_symlink()
    assert not elsewhere.exists()


def test_it_is_printed_where_that_is_asked_for(failed: CommandLine) -> None:
    text = failed.done("pull", "1", "--to", "-").out
    compile(text, "test.py", "exec")
    assert "def test_case_parcel_1() -> None:" in text
    assert not (failed.folder / "tests").exists()


def test_a_long_case_has_a_file_beside_its_test(countersign: CommandLine) -> None:
    (countersign.folder / "world" / "no-records").touch()
    countersign.submit(1, text="long " * 10_000)
    said = countersign.done("pull", "1", "--to", "more/test_long.py").out
    assert said.startswith("wrote more/test_long.py and more/test_long.json: NotDone in look_up")
    kept = json.loads((countersign.folder / "more" / "test_long.json").read_text())
    assert kept["input"]["text"] == "long " * 10_000
    assert kept["record"] == [{"step": "look_up", "given": {"parcel": 1}, "raised": "NotDone: the records are closed"}]
    (countersign.folder / "more" / "test_long.py").unlink()
    assert "test_long.json is there already" in countersign("pull", "1", "--to", "more/test_long.py").error()


@pytest.mark.parametrize("name", ["test\0.py", f"{'x' * 250}.py", "README.md/test.py"])
def test_a_file_that_cannot_be_written_is_said_in_a_line(failed: CommandLine, name: str) -> None:
    (failed.folder / "README.md").write_text("a file")
    assert "nothing was written" in failed("pull", "1", "--to", name).error()


def test_what_is_no_test_is_refused_before_anything_is_read(failed: CommandLine) -> None:
    said = failed("pull", "1", "--to", "case.txt")
    assert said.code == 2
    assert "a test is a Python file, such as test_refund.py" in said.err


def test_what_did_not_fail_is_refused_in_words(countersign: CommandLine) -> None:
    countersign.submit(1)
    assert countersign("pull", "1").error() == (
        "case 1 did not fail: it is delivered. A test is pulled of what failed; `countersign example 1` makes an "
        "example of what a person decided"
    )
    assert "there is no case 'x'" in countersign("pull", "x").error()
