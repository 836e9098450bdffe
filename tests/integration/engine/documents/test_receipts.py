"""A receipt names the documents of its case, so that whoever has a file can tell whether it is one of them."""

from hashlib import sha256
from typing import Any

import pytest

from store import schema
from tests.integration.engine.documents.conftest import taken_in
from tests.integration.engine.scene import rows
from tests.paper import Claim, Verdict, pdf
from tests.world import World
from workflows.engine.declare.workflow import Workflow
from workflows.engine.documents.keeping import keep
from workflows.engine.privacy.forgetting import forget
from workflows.engine.proof.receipts.checking import check
from workflows.engine.proof.receipts.document import document
from workflows.engine.proof.receipts.receipt import receipt_view
from workflows.engine.review import reviews

pytestmark = pytest.mark.slow
FORM, PHOTO = pdf("Claim 7", "Page two"), pdf("A photo")


def test_a_receipt_names_documents_by_kind_pages_and_salted_hash(
    world: World, workflow: Workflow[Claim, Verdict]
) -> None:
    """With content, by the hash of the file, which anybody makes; after its removal, by what nobody can guess."""
    kept = [keep(world.context, data, name="Mustermann.pdf") for data in (FORM, PHOTO)]
    case = taken_in(world, workflow, "7", *kept)
    world.work()
    review = world.review(case)
    reviews.approve(world.context, review.id, review.version, by="U1")
    world.work()

    told: Any = document(receipt_view(world.context, case), with_content=True)
    (run,) = told["runs"]
    assert sorted((one["kind"], one["pages"]) for one in run["documents"]) == [
        ("application/pdf", 1),
        ("application/pdf", 2),
    ]
    named = {run["hashes"][f"document_{number}"]["text"] for number in (1, 2)}
    assert named == {sha256(FORM).hexdigest(), sha256(PHOTO).hexdigest()}
    found = check(told)
    assert found.good
    assert {"document_1", "document_2"} <= set(found.remade[run["run"]])
    run["hashes"]["document_1"]["text"] = sha256(b"another file").hexdigest()
    assert [one.what for one in check(told).found] == ["document_1"]

    without = str(document(receipt_view(world.context, case), with_content=False))
    assert not any(one.sha256 in without or "Mustermann" in without for one in kept)
    assert not any(one.sha256 in str(row.details) for row in rows(world, schema.AuditRow) for one in kept)
    forget(world.context, case, by="cli:root")
    assert "document_2" in str(document(receipt_view(world.context, case), with_content=True))
