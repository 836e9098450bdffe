"""Invoice texts of many layouts and languages with what is true of them, and how a reading of one is judged.

All of them are small, in euros, and from a supplier that the ledger knows with the account that they name. `known.txt`
are those that the rules were written with; `aside.txt` were kept aside until they were, so that they tell how well the
rules do on what nobody had looked at.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from workflows import Proposal
from workflows.engine.propose.checks import broken_nevers, held_against_checks
from workflows.engine.propose.evidence.quotes import with_evidence
from workflows.engine.text.stated_values import LONGEST, says
from workflows.library.invoice_intake.accounts import accounts_in
from workflows.library.invoice_intake.invoice import Arrival, Invoice
from workflows.library.invoice_intake.known import compared
from workflows.library.invoice_intake.ledger import Known, Supplier
from workflows.library.invoice_intake.workflow import intake

FOLDER = Path(__file__).with_name("papers")
CONFIDENCE = 0.97
"""Confidence of the model in everything, right or wrong."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """An invoice's text, and what is true of it."""

    id: str
    text: str
    truth: Invoice
    taxes: tuple[Decimal, ...]
    """The tax of each rate, where there are several."""
    accounts: tuple[str, ...]
    """The ledger's record of its supplier."""


def papers(file: str) -> list[Paper]:
    """Those of one file."""
    found = []
    for block in (FOLDER / file).read_text(encoding="utf-8").split("=== ")[1:]:
        id, truth, text = block.split("\n", 2)
        found.append(_paper(id, json.loads(truth), text))
    return found


def _paper(id: str, truth: Mapping[str, object], text: str) -> Paper:
    named = ("description", "quantity", "unit_price", "amount")
    lines = truth["lines"]
    taxes = truth.get("taxes", [])
    assert isinstance(lines, list)
    assert isinstance(taxes, list)
    values = {
        "currency": "EUR",
        "due": truth["total"],
        **truth,
        "lines": [dict(zip(named, line, strict=True)) for line in lines],
    }
    rates = values.pop("rates", [])
    assert isinstance(rates, list)
    values["taxes"] = [dict(zip(("rate", "net", "tax"), rate, strict=True)) for rate in rates]
    values["prepaid"] = Decimal(str(truth["total"])) - Decimal(str(values["due"]))
    invoice = Invoice.model_validate({**values, "account": "as on file", "booked_before": False})
    accounts = tuple(accounts_in(text))
    return Paper(id=id, text=text, truth=invoice, taxes=tuple(map(Decimal, taxes)), accounts=accounts)


def against(text: str, read: Invoice, *, accounts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the reasons against booking a reading alone; none, if it goes alone. The supplier is known."""
    arrival = Arrival(id="paper", text=text, received_from="post@supplier.example")
    supplier = Supplier(name=read.supplier, accounts=list(accounts))
    facts = compared(arrival, read, Known(supplier=supplier, booked=None))
    output = read.model_copy(update={"account": facts.account})
    evidence = {field: _quote(text, getattr(output, field)) for field in intake.evidence}
    proposal = Proposal(output=output, confidence=dict.fromkeys(Invoice.model_fields, CONFIDENCE), evidence=evidence)
    proposal = with_evidence(proposal, shown=[text], needed=intake.evidence)
    proposal = held_against_checks(intake, arrival, proposal)
    return (*broken_nevers(intake, arrival, output).sentences, *proposal.doubts)


def _quote(text: str, value: object) -> str:
    """The line that states a value, as a model quotes it; of a sum of several lines there is none."""
    return next(
        (line for line in map(str.strip, text.splitlines()) if 0 < len(line) <= LONGEST and _says(line, value)), ""
    )


_says = lru_cache(maxsize=100_000)(says)
