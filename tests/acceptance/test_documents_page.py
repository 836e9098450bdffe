"""docs/documents.md: its code runs as it is copied, and passes mypy strict."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.acceptance.reading import ROOT, python_blocks
from tests.acceptance.test_typing import reported
from tests.paper import pdf
from tests.unit.engine.documents.pages import paper
from workflows import Proposal
from workflows.engine.documents.places import Standing, places_in

pytestmark = pytest.mark.slow

BLOCKS = python_blocks((ROOT / "docs" / "documents.md").read_text())
ROW = "Net 473.00  VAT 56.87  Total 529.87\n"


def made(code: str, file: Path) -> dict[str, Any]:
    file.write_text(code)
    names: dict[str, Any] = {"__name__": "automation", "__file__": str(file)}
    exec(compile(code, file, "exec"), names)
    return names


@pytest.mark.parametrize("code", BLOCKS)
def test_the_code_of_the_page_runs_and_has_its_types(code: str, tmp_path: Path) -> None:
    file = tmp_path / "automation.py"
    made(code, file)
    assert reported([file]) == set()


def test_the_rule_of_the_page_tells_a_total_from_a_net_amount(tmp_path: Path) -> None:
    names = made(next(code for code in BLOCKS if "@bills.place" in code), tmp_path / "automation.py")
    for total, standing in (("529.87", Standing.FOUND), ("473.00", Standing.REFUSED)):
        output = names["Bill"](issued="2026-03-03", net="473.00", total=Decimal(total))
        proposal = Proposal(output=output, confidence={}, evidence={"total": ROW})
        assert places_in(names["bills"], (paper(ROW),), proposal)["total"].standing is standing


def test_the_case_of_the_page_lacks_its_note_until_the_answer_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("claim.pdf").write_bytes(pdf("Claim 7\nOf the pallets two were crushed."))
    Path("note.pdf").write_bytes(pdf("Delivery note L-4\nPallets delivered: 4"))
    Image.new("RGB", (60, 40), "white").save("photo.png")
    names = made(next(code for code in BLOCKS if "@claims.missing" in code), tmp_path / "automation.py")
    names["test_the_delivery_note_is_asked_for_and_read"]()
