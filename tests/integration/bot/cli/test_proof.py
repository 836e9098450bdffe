"""`seal`, `verify` and `audit-export` at the command line, as an operator and as an auditor use them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.bot.cli.test_lists import three, worked_on
from tests.integration.bot.commandline import CommandLine
from workflows.engine.proof.keys import signing_key

pytestmark = pytest.mark.slow
__all__ = ["three", "worked_on"]

KEY = "11" * 32
PUBLIC = signing_key(KEY).public.text
SPAN = ("--from", "2020-01-01", "--to", "2999-01-01")


def test_what_is_sealed_is_verified_in_the_database_and_in_an_export(countersign: CommandLine, tmp_path: Path) -> None:
    countersign.submit(3)
    heads, file = tmp_path / "heads.jsonl", tmp_path / "export.jsonl"
    settings = {"COUNTERSIGN_SEAL_KEY": KEY, "COUNTERSIGN_SEAL_HEADS": str(heads)}
    nothing = countersign("verify")
    assert (nothing.code, nothing.out[:46]) == (1, "Nothing is sealed, so nothing can be verified.")
    sealed = countersign.done("seal", **settings).out
    assert sealed.startswith("1 seal was made; the newest head is 1:")
    assert "All rows are sealed." in sealed
    assert countersign.done("seal", **settings).out.startswith("there was nothing to seal")
    (published,) = [json.loads(line) for line in heads.read_text().splitlines()]
    assert f"1:{published['head']}" in sealed
    verified = countersign.done("verify", "--heads", str(heads), **settings).out
    assert verified.startswith("The audit is as it was sealed: ")
    assert "1 published head is in the chain." in verified
    countersign.done("audit-export", *SPAN, "--out", str(file), **settings)
    assert file.stat().st_mode & 0o077 == 0, "it names people (A43)"
    in_export = countersign.done("verify", str(file), "--key", PUBLIC, "--head", f"1:{published['head']}").out
    assert in_export.startswith("The audit is as it was sealed: ")
    assert "1 signed by the key" in in_export
    told = json.loads(countersign.done("verify", str(file), "--json").out)
    assert (told["right"], told["own_key"], told["unsealed"]) == (True, True, 1)
    assert "audit.exported" in file.read_text()
    assert json.loads(file.read_text().splitlines()[0])["made_by"].startswith("cli")


def test_an_export_is_verified_without_a_database_and_without_settings(
    countersign: CommandLine, tmp_path: Path
) -> None:
    countersign.submit(1)
    countersign.done("seal")
    file = tmp_path / "export.jsonl"
    countersign.done("audit-export", *SPAN, "--out", str(file))
    nowhere = {"COUNTERSIGN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "COUNTERSIGN_MODEL": "none"}
    assert countersign.done("verify", str(file), **nowhere).out.startswith("The audit is as it was sealed")


def test_a_changed_export_is_told_in_a_sentence_and_by_the_code(countersign: CommandLine, tmp_path: Path) -> None:
    countersign.submit(1)
    countersign.done("seal")
    file = tmp_path / "export.jsonl"
    countersign.done("audit-export", *SPAN, "--out", str(file))
    lines = file.read_bytes().splitlines(keepends=True)
    row = next(place for place, line in enumerate(lines) if line.startswith(b'{"kind":"row"'))
    for changed, says in {
        b"".join([*lines[:row], lines[row].replace(b'"v":1', b'"v": 1'), *lines[row + 1 :]]): " was edited, line ",
        b"".join([*lines[:row], *lines[row + 1 :]]): " was deleted.",
        b"".join([*lines[:row], lines[row + 1], lines[row], *lines[row + 2 :]]): " was reordered: ",
        b"".join([*lines[: row + 1], lines[row], *lines[row + 1 :]]): " was doubled: it is there twice, line ",
        b"".join(lines[:-1]): "The export is cut off.",
        b"".join(lines[: row + 2]): "The export is cut off.",
        b"".join(lines)[:-20]: "The export is cut off at line ",
        b"": "Line 1 of the export cannot be read: the file is empty.",
        b"\x00\xff garbage\n" * 3: "Line 1 of the export cannot be read: it is not JSON.",
        b"[" * 100_000 + b"\n": "Line 1 of the export cannot be read: it is not JSON.",
        b"x" * 3_000_000: "Line 1 of the export cannot be read: it is longer than 2,000,000 bytes.",
        b"".join([*lines[:row], b'{"kind":"row","row":{"id":"1"},"seal":1}\n', *lines[row:]]): "it is not a row",
        b"".join([*lines[:1], b'{"kind":"seal","seal":{"number":1}}\n', *lines[2:]]): "it is not a seal",
        b"".join([*lines, b'{"kind":"summary","text":"more"}\n']): "it stands after the end",
    }.items():
        file.write_bytes(changed)
        found = countersign("verify", str(file))
        assert found.code == 1, says
        assert says in found.out.splitlines()[0], found.out
    file.write_bytes(b"".join(lines).replace(b"\n", b"\r\n"))
    assert countersign.done("verify", str(file)).out.startswith("The audit is as it was sealed: ")


def test_seals_that_are_gone_are_missed_by_the_heads_that_were_published(
    countersign: CommandLine, tmp_path: Path
) -> None:
    settings = {"COUNTERSIGN_SEAL_HEADS": str(tmp_path / "heads.jsonl")}
    countersign.submit(1)
    countersign.done("seal", **settings)
    with closing(sqlite3.connect(countersign.folder / "countersign.sqlite")) as database, database:
        database.execute("DELETE FROM seals")
    found = countersign("verify", **settings)
    assert (found.code, "1:" in found.out.splitlines()[0]) == (1, True)


def test_a_row_with_a_time_that_is_none_was_edited(countersign: CommandLine) -> None:
    countersign.submit(1)
    countersign.done("seal")
    with closing(sqlite3.connect(countersign.folder / "countersign.sqlite")) as database, database:
        database.execute("UPDATE audit SET at = 'yesterday' WHERE id = 2")
    assert countersign("verify").out.startswith("Row 2 was edited.")


def test_what_is_called_wrongly_is_said(countersign: CommandLine, tmp_path: Path) -> None:
    assert countersign("verify", "--key", "abc").error().startswith("--key: a key is 32 bytes")
    assert countersign("verify", "--head", "abc").error().startswith("--head: A head is NUMBER:HASH")
    assert "nothing.jsonl" in countersign("verify", str(tmp_path / "nothing.jsonl")).error()
    assert countersign("audit-export", "--from", "2026-02-01", "--to", "2026-01-01").error().startswith("--to 2026")
    assert "seal_key: a key is 32 bytes" in countersign("seal", COUNTERSIGN_SEAL_KEY="abc").error()


def test_a_key_is_made_and_its_public_half_shown(countersign: CommandLine) -> None:
    made = countersign.done("seal", "key").out
    line, public = made.splitlines()[0], made.splitlines()[1].removeprefix("# public key: ")
    name, _, text = line.partition("=")
    countersign.submit(1)
    status = countersign.done("seal", "status", **{name: text}).out
    assert f"Public key: {public}" in status
    assert text not in status
    assert "not sealed yet" in status


def test_one_receipt_is_verified_without_a_database(three: CommandLine, tmp_path: Path) -> None:
    """It says what fits, what could be made again, and what a receipt alone does not show."""
    one, bare = tmp_path / "receipt.json", tmp_path / "bare.json"
    three.done("receipt", "1", "--with-content", "--out", str(one))
    bare.write_text(three.done("receipt", "1", "--json").out)
    nowhere = {"COUNTERSIGN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "COUNTERSIGN_MODEL": "none"}
    told = three.done("verify", str(one), **nowhere).out
    assert told.startswith("The receipt of case 1 fits: nothing in it contradicts its hashes.")
    assert (
        "what was delivered is what was proposed; the workflow went alone. Made again from their texts: input" in told
    )
    assert "It rests on these rows of the audit: " in told
    assert "A receipt alone does not show that the audit holds these hashes." in " ".join(told.split())
    assert "Without texts in it, no hash could be made again." in three.done("verify", str(bare), **nowhere).out
    found = json.loads(three.done("verify", str(one), "--json", **nowhere).out)
    assert (found["good"], found["case"], found["without_text"]) == (True, 1, 0)
    one.write_text(one.read_text().replace('hash": "', 'hash": "\\u001b[31m<!channel>', 1))
    changed = three("verify", str(one), **nowhere)
    assert changed.code == 1
    assert changed.out.startswith("The receipt of case 1 does not fit.")
    one.write_text('{"countersign": "receipt", "v": 1}')
    unreadable = three("verify", str(one), **nowhere)
    assert (unreadable.code, unreadable.out.splitlines()[0]) == (1, "The receipt cannot be read.")


def test_an_export_and_the_database_say_whether_the_hashes_fit(three: CommandLine, tmp_path: Path) -> None:
    file, one = tmp_path / "export.jsonl", tmp_path / "receipt.json"
    three.done("receipt", "1", "--with-content", "--out", str(one))
    three.done("seal")
    three.done("audit-export", *SPAN, "--out", str(file))
    fits = "decision, what was delivered is what was decided"
    assert fits in three.done("verify", str(file)).out
    assert "1 receipt from elsewhere: as the rows" in three.done("verify", str(file), "--receipt", str(one)).out
    of_database = three.done("verify", "--receipts").out
    assert fits in of_database
    assert "Hashes that were made again from the content that is there, and fit: " in of_database
    assert "decisions" not in three.done("verify").out
    assert three("verify", "--receipt", str(one)).error().startswith("--receipt: name the export that it is held")
    assert three("verify", str(file), "--receipts", "--receipt", str(one)).error().startswith("--receipts is about the")


def test_what_nobody_approved_is_told_first_and_ends_with_code_1(three: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    with closing(sqlite3.connect(three.folder / "countersign.sqlite")) as database, database:
        database.execute(
            "UPDATE audit SET details = json_set(details, '$.delivered', ?) WHERE action = 'delivery.applied'",
            ("ab" * 32,),
        )
    three.done("seal")
    three.done("audit-export", *SPAN, "--out", str(file))
    found = three("verify", str(file))
    assert found.code == 1
    assert found.out.startswith("Alarm: 1 of 1 receipt: delivered what nobody approved: case 1.")
    assert "The audit is as it was sealed: " in found.out
    told = json.loads(three("verify", str(file), "--json").out)
    assert (told["right"], told["good"], told["receipts"]["alarms"]) == (True, False, [1])


def test_doctor_names_a_file_of_heads_that_cannot_be_written(countersign: CommandLine, tmp_path: Path) -> None:
    for file in (tmp_path, tmp_path / "nowhere" / "heads"):
        found = countersign("doctor", COUNTERSIGN_SEAL_HEADS=str(file)).out
        assert f"its heads cannot be written to {file}" in " ".join(found.split())
    heads = tmp_path / "heads"
    assert "cannot be written to" not in countersign("doctor", COUNTERSIGN_SEAL_HEADS=str(heads)).out


def test_doctor_does_not_deny_earlier_signatures_where_the_key_is_gone(countersign: CommandLine) -> None:
    countersign.submit(1)
    countersign.done("seal", COUNTERSIGN_SEAL_KEY=KEY)
    assert "audit: 1 seal; new ones are not signed, as no key is set" in countersign("doctor").out
