"""Documents in an author's own files: tests, examples, and a pulled case, none of which needs a shelf."""

import json
from pathlib import Path

import pytest
from countersign.testing import Testbed, says

from tests.integration.engine.documents.conftest import taken_in
from tests.paper import Claim, Verdict, claims, pdf
from tests.world import World
from workflows import NewDocument
from workflows.engine.declare.workflow import Workflow
from workflows.engine.documents.keeping import keep
from workflows.engine.read.history import case_view
from workflows.engine.read.pulled.masking import Masking
from workflows.engine.text.canonical_json import to_body
from workflows.quality.examples import read_file

pytestmark = pytest.mark.slow
FORM = pdf("Claim of erika@example.org\nAmount 12.00")


def test_examples_name_documents_by_path_and_may_hold_them_as_they_were_kept(tmp_path: Path) -> None:
    """A file that is not there makes its own row unusable, and no other."""
    (tmp_path / "a.pdf").write_bytes(FORM)
    file, workflow = tmp_path / "examples.jsonl", claims()
    inputs = [{"number": "1", "form": "a.pdf"}, {"number": "2", "form": "../a.pdf"}, {"number": "3", "form": "b.pdf"}]
    file.write_text("".join(json.dumps({"input": one, "output": {"amount": "12"}}) + "\n" for one in inputs))
    found = read_file(workflow, file)
    (one,) = found.labelled
    assert isinstance(one.input, Claim)
    assert "Amount 12.00" in one.input.form.text
    assert [unusable.line for unusable in found.unusable] == [2, 3]
    kept = json.loads(to_body(one.input))
    with file.open("a") as more:
        more.write(json.dumps({"input": {**kept, "number": "4"}, "output": {"amount": "12"}}) + "\n")
    assert len(read_file(workflow, file).labelled) == 2


def test_an_authors_test_hands_in_documents_as_files_or_as_they_were_kept() -> None:
    """So the test of a pulled case runs where its file is not."""
    with Testbed(claims(), [says({"amount": "12"}), says({"amount": "12"})]) as bed:
        new = {"number": "1", "form": NewDocument(name="a.pdf", data=FORM)}
        bed.submit(new)
        taken = dict(case_view(bed.context, 1).newest.input)
        assert "Amount 12.00" in str(taken["form"])
        bed.submit({**taken, "number": "2"})
        assert case_view(bed.context, 2).newest.input["form"] == taken["form"]


def test_a_masked_case_has_no_hash_of_its_files(world: World, workflow: Workflow[Claim, Verdict]) -> None:
    """Nor a personal value in their text; the form takes it all the same."""
    form = keep(world.context, FORM, name="a.pdf")
    taken_in(world, workflow, "7", form)
    value, mask = Claim(number="7", form=form), Masking()
    plain = json.loads(to_body(value))
    mask.look(value, plain)
    masked, _ = mask.input(value, plain)
    assert isinstance(masked, Claim)
    assert masked.form.sha256 == f"{1:064x}"
    assert "erika@example.org" not in masked.form.text
    assert "Amount 12.00" in masked.form.text
