"""A receipt names the deployed version that proposed, and is held against the audit row that says so."""

import json
from pathlib import Path

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.proof.test_exported_receipts import TRUST, exported, receipts_in, rewritten
from tests.integration.engine.scene import DRAFT, rows, sample
from tests.integration.quality.deployments.test_deployments import Room
from workflows.engine.proof.export_file import verify_export
from workflows.engine.proof.receipts.receipt import receipt_view
from workflows.engine.proof.views import FindingKind
from workflows.engine.review.cards import card_view

pytestmark = pytest.mark.slow


def test_a_receipt_names_the_version_that_proposed_and_no_other_passes(make_world: MakeWorld, tmp_path: Path) -> None:
    room = Room(sample(make_world, autonomy=DRAFT))
    first = room.signed()
    case = room.scene.worked(id=1)
    assert card_view(room.context, room.scene.review(case).id).deployed == 1
    proposal = room.scene.run(case).proposal
    assert proposal is not None
    assert proposal.version == 1
    # Another one is live when it is decided.
    room.signed()
    room.scene.approve(case)
    room.scene.world.work()
    (run,) = receipt_view(room.context, case).runs
    assert run.proposal is not None
    assert run.proposal.deployed == f"1 {first.name}"
    opened = next(row for row in rows(room.scene.world, schema.AuditRow) if row.action == "review.opened")
    assert opened.details["deployed"] == f"1 {first.name}"

    file = exported(room.scene, tmp_path)
    assert verify_export(file, TRUST).is_good
    (kept,) = receipts_in([json.loads(line) for line in file.read_bytes().splitlines()])
    assert kept["runs"][0]["policy"]["deployed"] == f"1 {first.name}"
    for other in ("2 " + first.name, None):

        def change(lines: list[dict[str, object]], other: str | None = other) -> None:
            policy = next(receipts_in(lines))["runs"][0]["policy"]
            policy.pop("deployed")
            if other is not None:
                policy["deployed"] = other

        verdict = rewritten(file, change)
        assert [(one.kind, one.said) for one in verdict.findings] == [(FindingKind.RECEIPT_EDITED, "policy")]
