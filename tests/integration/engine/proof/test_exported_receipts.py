"""The receipts of an export and of the database, held against the audit rows that they name."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.proof.audits import KEY, seal_all
from tests.integration.engine.scene import DRAFT, Scene, sample
from workflows.engine.context import Context
from workflows.engine.proof.audit_export import export_audit
from workflows.engine.proof.audit_form import canonical
from workflows.engine.proof.export_file import verify_export
from workflows.engine.proof.kept_audit import verify_database
from workflows.engine.proof.kept_receipts import with_receipts
from workflows.engine.proof.receipts.checking import Check
from workflows.engine.proof.receipts.document import document
from workflows.engine.proof.receipts.receipt import receipt_view
from workflows.engine.proof.receipts.receipt_file import LONGEST_RECEIPT, check_file
from workflows.engine.proof.verification import Trust
from workflows.engine.proof.views import FindingKind, Verdict
from workflows.engine.review.decisions import Follows

pytestmark = pytest.mark.slow

TRUST = Trust(keys=[KEY.public], named=True)
Line = dict[str, Any]  # Any: JSON


@pytest.fixture
def scene(make_world: MakeWorld) -> Scene:
    """Four cases: approved, edited, rejected, and one that waits."""
    made = sample(make_world, autonomy=DRAFT)
    for id in (1, 2, 3, 4):
        made.worked(id=id)
    made.approve(1)
    made.edit(2, queue="delivery", reply="Hello")
    made.reject(3, Follows.CLOSE, reason="not ours")
    made.world.work()
    return made


def exported(scene: Scene, folder: Path) -> Path:
    """Seal all, and write an export of all."""
    context, file = scene.world.context, folder / "export.jsonl"
    seal_all(context)
    span = {"since": context.clock() - timedelta(days=400), "until": context.clock() + timedelta(days=1)}
    with file.open("wb") as out:
        export_audit(context, out.write, **span, key=KEY.public, by="tester")
    return file


def rewritten(file: Path, change: Callable[[list[Line]], object]) -> Verdict:
    """Verify an export whose receipts were changed by somebody who keeps its form."""
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    change(lines)
    receipts = sum(line["kind"] == "receipt" for line in lines)
    lines[-1] |= {"lines": len(lines) - 1, "receipts": receipts}
    changed = file.with_name("changed.jsonl")
    changed.write_bytes(b"".join(canonical(line) + b"\n" for line in lines))
    return verify_export(changed, TRUST)


def receipts_in(lines: list[Line]) -> Iterator[Line]:
    yield from (line["receipt"] for line in lines if line["kind"] == "receipt")


def test_all_fit(scene: Scene, tmp_path: Path) -> None:
    """Two deliveries, a rejection that the system of record was told, and nothing about the case that waits."""
    verdict = verify_export(exported(scene, tmp_path), TRUST)
    assert verdict.is_good
    tally = verdict.receipts
    assert tally is not None
    assert (tally.receipts, tally.decisions, tally.fit, tally.undelivered, tally.unknown) == (3, 3, 3, 0, 0)
    assert (tally.not_approved, tally.outside) == (0, 0)


def change(*where: str | int, **values: object) -> Callable[[list[Line]], object]:
    """Return what changes the receipt of case 2 there."""

    def does(lines: list[Line]) -> None:
        part: Any = next(one for one in receipts_in(lines) if one["case"] == 2)
        for step in where:
            part = part[step]
        part |= values

    return does


def without(*where: str | int) -> Callable[[list[Line]], object]:
    """Return what takes something out of the receipt of case 2."""

    def does(lines: list[Line]) -> None:
        part: Any = next(one for one in receipts_in(lines) if one["case"] == 2)
        for step in where[:-1]:
            part = part[step]
        del part[where[-1]]

    return does


def _all_hashes(lines: list[Line]) -> None:
    """Say everywhere that what was proposed is what was approved and delivered."""
    run = next(one for one in receipts_in(lines) if one["case"] == 2)["runs"][0]
    other = run["hashes"]["proposed"]["hash"]
    for part in (run["hashes"]["approved"], run["hashes"]["delivered"], run["decisions"][0]["approved"]):
        part["hash"] = other
    run["outcome"] = "as_proposed"


def _without_a_hash(lines: list[Line]) -> None:
    run = next(one for one in receipts_in(lines) if one["case"] == 2)["runs"][0]
    del run["hashes"]["delivered"]
    run["outcome"] = "unknown"


def _only_the_form(lines: list[Line]) -> None:
    next(receipts_in(lines))["v"] = 2


def _left_out(lines: list[Line]) -> None:
    lines[:] = [line for line in lines if line["kind"] != "receipt" or line["receipt"]["case"] != 2]


def _without_its_run(lines: list[Line]) -> None:
    next(one for one in receipts_in(lines) if one["case"] == 2)["runs"] = []


def _doubled(lines: list[Line]) -> None:
    place = next(place for place, line in enumerate(lines) if line["kind"] == "receipt")
    lines.insert(place, lines[place])


def _reordered(lines: list[Line]) -> None:
    place = next(place for place, line in enumerate(lines) if line["kind"] == "receipt")
    lines[place], lines[place + 1] = lines[place + 1], lines[place]


_RUN = ("runs", 0)
_OTHER = "ab" * 32


@pytest.mark.parametrize(
    ("does", "kind", "case", "said"),
    [
        (change(*_RUN, "hashes", "proposed", hash=_OTHER), FindingKind.RECEIPT_EDITED, 2, "proposed"),
        (change(*_RUN, "hashes", "shown", hash=_OTHER), FindingKind.RECEIPT_EDITED, 2, "shown"),
        (_all_hashes, FindingKind.RECEIPT_EDITED, 2, "approved"),
        (_without_a_hash, FindingKind.RECEIPT_EDITED, 2, "delivered"),
        (without(*_RUN, "hashes", "proposed", "row"), FindingKind.RECEIPT_EDITED, 2, "proposed without a row"),
        (change(*_RUN, "hashes", "input", row=1), FindingKind.RECEIPT_EDITED, 2, "no such row of this case"),
        (change(*_RUN, "decisions", 0, by="U0EVE"), FindingKind.RECEIPT_EDITED, 2, "decision"),
        (change(*_RUN, "decisions", 0, at="2026-01-01T00:00:00Z"), FindingKind.RECEIPT_EDITED, 2, "decision"),
        (change(*_RUN, handed_in_by="U0EVE"), FindingKind.RECEIPT_EDITED, 2, "what came in"),
        (change(*_RUN, "policy", terms="other"), FindingKind.RECEIPT_EDITED, 2, "policy"),
        (change(*_RUN, outcome="as_proposed"), FindingKind.RECEIPT_EDITED, 2, "as_proposed"),
        (change(case=1), FindingKind.RECEIPT_DOUBLED, 1, "it is not in its place"),
        (_only_the_form, FindingKind.RECEIPT_EDITED, None, "v: has to be 1"),
        (_left_out, FindingKind.RECEIPT_LEFT_OUT, 2, None),
        (_without_its_run, FindingKind.RECEIPT_LEFT_OUT, 2, None),
        (_doubled, FindingKind.RECEIPT_DOUBLED, 1, "it is not in its place"),
        (_reordered, FindingKind.RECEIPT_EDITED, 1, "it is not in its place"),
    ],
)
def test_an_altered_receipt_is_named(
    scene: Scene,
    tmp_path: Path,
    does: Callable[[list[Line]], object],
    kind: FindingKind,
    case: int | None,
    said: str | None,
) -> None:
    verdict = rewritten(exported(scene, tmp_path), does)
    (found,) = verdict.findings
    assert (found.kind, found.case, found.said) == (kind, case, said)
    assert (found.line is None) == (kind is FindingKind.RECEIPT_LEFT_OUT)


def test_a_receipt_that_says_the_same_in_other_bytes_is_not_as_it_was_written(scene: Scene, tmp_path: Path) -> None:
    file = exported(scene, tmp_path)
    file.write_bytes(file.read_bytes().replace(b'{"kind":"receipt","receipt":', b'{"kind":"receipt", "receipt":', 1))
    (found,) = verify_export(file, TRUST).findings
    assert (found.kind, found.said) == (FindingKind.RECEIPT_EDITED, "it is not written as it was")


def test_a_row_under_a_receipt_is_named_as_a_row(scene: Scene, tmp_path: Path) -> None:
    def does(lines: list[Line]) -> None:
        row = next(line["row"] for line in lines if line.get("row", {}).get("action") == "delivery.applied")
        row["details"]["delivered"] = _OTHER

    verdict = rewritten(exported(scene, tmp_path), does)
    assert [one.kind for one in verdict.findings] == [FindingKind.EDITED]
    assert verdict.receipts is None


def unapproved(scene: Scene) -> int:
    """Leave the first delivery as one that delivered something else than was decided; return its case."""
    with scene.world.database.write() as session:
        row = session.query(schema.AuditRow).where(schema.AuditRow.action == "delivery.applied").first()
        assert row is not None
        assert row.case_id is not None
        row.details = row.details | {"delivered": _OTHER}
        return row.case_id


def test_what_nobody_approved_is_an_alarm_and_no_tampering(scene: Scene, tmp_path: Path) -> None:
    case = unapproved(scene)
    verdict = verify_export(exported(scene, tmp_path), TRUST)
    assert verdict.is_right
    assert not verdict.is_good
    assert verdict.receipts is not None
    assert (verdict.receipts.not_approved, list(verdict.receipts.alarms)) == (1, [case])


def kept(context: Context) -> Verdict:
    return with_receipts(context, verify_database(context, TRUST))


def test_the_decisions_in_the_database(scene: Scene) -> None:
    """Each hash is made again from the content that is there."""
    seal_all(scene.world.context)
    verdict = kept(scene.world.context)
    assert verdict.is_good
    assert verdict.receipts is not None
    assert (verdict.receipts.receipts, verdict.receipts.fit) == (3, 3)
    assert verdict.receipts.remade >= 3 * 4


def test_a_content_that_was_changed_in_the_database_is_named(scene: Scene) -> None:
    seal_all(scene.world.context)
    with scene.world.database.write() as session:
        made = session.query(schema.Delivery).where(schema.Delivery.case_id == 2).one()
        changing = update(schema.Content).where(schema.Content.id == made.output_id)
        session.execute(changing.values(body='{"queue":"billing","reply":"Hi"}'))
    (found,) = kept(scene.world.context).findings
    assert (found.kind, found.case) == (FindingKind.CONTENT_CHANGED, 2)


def test_what_nobody_approved_is_an_alarm_in_the_database(scene: Scene) -> None:
    """Its content has another hash than the row that somebody wrote before it was sealed."""
    case = unapproved(scene)
    seal_all(scene.world.context)
    verdict = kept(scene.world.context)
    assert not verdict.is_good
    assert verdict.receipts is not None
    assert list(verdict.receipts.alarms) == [case]


def written(scene: Scene, case: int, file: Path, *, with_content: bool = True) -> Line:
    made: Line = document(receipt_view(scene.world.context, case), with_content=with_content)
    file.write_text(json.dumps(made, indent=2))
    return made


def test_a_receipt_from_elsewhere_is_proven_by_an_export(scene: Scene, tmp_path: Path) -> None:
    one = tmp_path / "receipt.json"
    made = written(scene, 2, one)
    file = exported(scene, tmp_path)
    verdict = verify_export(file, TRUST, receipts=[one])
    assert (verdict.is_good, verdict.held) == (True, 1)
    made["runs"][0]["decisions"][0]["by"] = "U0EVE"
    one.write_text(json.dumps(made))
    (found,) = verify_export(file, TRUST, receipts=[one]).findings
    assert (found.kind, found.case, found.said) == (FindingKind.RECEIPT_EDITED, 2, "decision")
    made = written(scene, 2, one)
    made["runs"][0]["rows"].append(10_000)
    one.write_text(json.dumps(made))
    (found,) = verify_export(file, TRUST, receipts=[one]).findings
    assert (found.kind, found.row) == (FindingKind.RECEIPT_OUTSIDE, 10_000)


def test_one_receipt_in_a_file(scene: Scene, tmp_path: Path) -> None:
    """With content each hash is made again; without, they are compared alone. An export is none."""
    one = tmp_path / "receipt.json"
    made = written(scene, 2, one)
    found = check_file(one)
    assert found is not None
    assert (found.good, found.case, found.without_text) == (True, 2, 0)
    (run,) = found.remade
    assert {"input", "proposed", "shown", "approved", "delivered"} <= set(found.remade[run])
    assert list(found.rows) == made["runs"][0]["rows"]
    written(scene, 2, one, with_content=False)
    found = check_file(one)
    assert found is not None
    assert (found.good, found.fits, found.remade[run]) == (True, 0, [])
    assert check_file(exported(scene, tmp_path)) is None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"countersign": "receipt"', "it is not JSON"),
        (b'{"countersign":"receipt","v":1,"v":1}', "a name is there twice"),
        (b'{"countersign":"receipt","v":NaN}', "it holds a number that is none"),
        (b'{"countersign":' + b"[" * 100_000, "it is not JSON"),
        (b'{"countersign":"' + b"x" * LONGEST_RECEIPT, "it is longer than 16,000,000 bytes"),
        (b'{"countersign":"\xff"}', "it is not JSON"),
        (b'{"v":' + b"9" * 10_000 + b',"countersign":1}', None),
    ],
)
def test_what_is_no_receipt_is_said(tmp_path: Path, raw: bytes, said: str | None) -> None:
    file = tmp_path / "receipt.json"
    file.write_bytes(raw)
    found = check_file(file)
    assert (found.found[0].check if found else None) == (Check.UNREADABLE if said else None)
    assert (found.found[0].what if found else None) == said
