"""Documents in an author's own files: tests, examples, and a pulled case, none of which needs a shelf."""

import json
from pathlib import Path
from threading import Event
from typing import cast

import pytest
from countersign.testing import Testbed, says

from tests.integration.engine.documents.conftest import taken_in
from tests.paper import Claim, Verdict, claims, pdf
from tests.world import World
from workflows import CountersignError, Document, NewDocument, Place, Run, TimeLimits, content_of, step
from workflows.documents.document import FileKind
from workflows.engine.declare.workflow import Workflow
from workflows.engine.documents.keeping import keep
from workflows.engine.read.history import case_view
from workflows.engine.read.pulled.masking import Masking
from workflows.engine.text.canonical_json import to_body
from workflows.quality.examples.labelled import read_file

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


@step
def archived(document: Document) -> int:
    return len(content_of(document))


def test_a_delivery_hands_on_the_files_of_its_own_case_and_no_other() -> None:
    """The journal holds none of their bytes."""
    workflow, other = claims(), Document(sha256="0" * 64, name="b.pdf", kind=FileKind.PDF, size=1, pages=())

    @workflow.deliver(idempotent=True)
    def deliver(verdict: Verdict, run: Run[Claim]) -> str:
        assert content_of(run.input.form) == FORM
        with pytest.raises(CountersignError, match="take one of the case's own"):
            content_of(other)
        return f"archived {archived(run.input.form)} bytes"

    with Testbed(workflow, says({"amount": "12"})) as bed:
        case = bed.submit({"number": "1", "form": NewDocument(name="a.pdf", data=FORM)})
        case.approve()
        assert case.receipt == f"archived {len(FORM)} bytes"
        assert "ReportLab" not in str(case.view.newest.steps)
        held = bed.document(NewDocument(name="a.pdf", data=FORM))
    with pytest.raises(CountersignError, match="in propose, a delivery and the steps"):
        content_of(held)


def test_a_place_rule_that_does_not_return_or_says_neither_yes_nor_no_sends_the_case_to_a_person() -> None:
    """It runs while the model is asked, and `propose` goes on."""
    released = Event()

    def never_ends(place: Place, amount: str) -> bool:
        return released.wait(10)

    def says_a_text(place: Place, amount: str) -> bool:
        return cast(bool, "yes")

    for rule in (never_ends, says_a_text):
        workflow = claims(limits=TimeLimits(rule=0.2))
        workflow.place("amount")(rule)
        answer = says({"amount": "12.00"}, confidence=0.9, evidence={"amount": "Amount 12.00"})
        with Testbed(workflow, answer) as bed:
            case = bed.submit({"number": "1", "form": NewDocument(name="a.pdf", data=FORM)})
            assert "the place of the quote for Amount could not be checked" in case.why
            assert case.problem is None
    released.set()
