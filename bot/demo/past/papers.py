"""Made-up invoices of a few suppliers of the story. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from pydantic import JsonValue

from bot.demo.past.arrivals import SURE, Arrival, Said
from bot.demo.past.days import Day
from bot.demo.past.moments import reading_time, times_of_day, waiting_time
from bot.demo.places import INVOICES


@dataclass(frozen=True, kw_only=True)
class _Supplier:
    """A supplier that the sample ledger knows."""

    name: str
    short: str
    """The name as the model writes it where it is mistaken."""
    account: str
    """As the paper states it, in groups of four."""
    sender: str
    items: Mapping[str, int]
    """Description -> price of one, in euros."""


_SUPPLIERS = (
    _Supplier(
        name="Meridian Freight B.V.",
        short="Meridian Freight",
        account="NL00 MERI 0000 0044 71",
        sender="billing@meridian-freight.example",
        items={"Groupage Shenzhen - Rotterdam, pallet": 310, "Customs clearance": 145, "Haulage to Berlin": 235},
    ),
    _Supplier(
        name="Greenfield Packaging Ltd",
        short="Greenfield",
        account="IE00 GRNF 0000 0022 9000 00",
        sender="sales@greenfield-pack.example",
        items={"Carton 40 x 30 x 20, bundle": 28, "Paper tape, box": 36, "Void fill, roll": 19},
    ),
    _Supplier(
        name="Ferrous Type Studio",
        short="Ferrous Type",
        account="AT00 0000 0000 0231 0000",
        sender="studio@ferrous-type.example",
        items={"Label design, hour": 85, "Print supervision, day": 420},
    ),
    _Supplier(
        name="Kesselguss AG",
        short="Kesselguss",
        account="DE00 1100 0000 0000 0773 10",
        sender="finance@kesselguss.example",
        items={"Kettle body KT-17": 14, "Lid KT-17, glass": 5, "Tooling, hour": 96},
    ),
)
ACCOUNTS = {supplier.name: supplier.account.replace(" ", "") for supplier in _SUPPLIERS}
"""Supplier -> the account to which the ledger pays it."""
_MISTAKEN = 0.3
"""Share of the unsure answers that are wrong."""
_REFUSED = 0.3
"""Share of the unsure ones that nobody books."""
_LONG_THOUGHT = 11_000
"""Tokens of thinking about an invoice on the dear day."""
_MOST = 3
"""Lines of an invoice at most."""


def papers_of(day: Day, random: Random, *, before: int) -> list[Arrival]:
    """Return the invoices of a day. `before`: number of the invoices of earlier days."""
    made = []
    for place, at in enumerate(times_of_day(day, day.papers, random)):
        number = 1 + before + place
        is_sure = random.random() < day.sure
        is_mistaken = not is_sure and random.random() < _MISTAKEN
        is_refused = not is_sure and not is_mistaken and random.random() < _REFUSED
        if is_cut_off := day.is_doubtful and place == 0:
            is_refused = False  # what is refused is never booked
        paper = _paper(number, day.date, random)
        thought = _LONG_THOUGHT if day.is_dear and place % 2 else 0
        values = {**paper.right, "supplier": paper.supplier.short} if is_mistaken else paper.right
        made.append(
            Arrival(
                at=at,
                place=INVOICES,
                key=paper.key,
                values={"id": paper.key, "text": paper.text, "received_from": paper.supplier.sender},
                said=Said(
                    values=values,
                    confidence=random.uniform(SURE, 0.99) if is_sure else random.uniform(0.55, 0.88),
                    evidence={**paper.evidence, "supplier": str(values["supplier"])},
                    reason="Each value stands beside its label.",
                    thought=thought,
                ),
                right=None if is_refused else {**paper.right, "account": "as on file", "booked_before": False},
                refusal=random.choice(("Not ordered", "A duplicate", "Not ours")) if is_refused else "",
                by=random.choice(INVOICES.reviewers),
                after=waiting_time(random),
                read_for=reading_time(random, always=is_mistaken or is_refused),
                is_cut_off=is_cut_off,
            )
        )
    return made


@dataclass(frozen=True, kw_only=True)
class _Paper:
    key: str
    text: str
    supplier: _Supplier
    right: Mapping[str, JsonValue]
    evidence: Mapping[str, str]


def _paper(number: int, day: date, random: Random) -> _Paper:
    supplier = random.choice(_SUPPLIERS)
    issued = day - timedelta(days=random.randint(1, 6))
    prefix = "".join(word[0] for word in supplier.short.split())
    name = f"{prefix}-{issued.year}-{4600 + number}"
    lines = [
        (description, random.randint(1, 4), Decimal(price))
        for description, price in random.sample(
            sorted(supplier.items.items()), random.randint(1, min(_MOST, len(supplier.items)))
        )
    ]
    net = sum((quantity * price for _, quantity, price in lines), Decimal(0))
    tax = (net * 21 / 100).quantize(Decimal("0.01"))
    total = net + tax
    dated = f"{issued.day} {issued:%B %Y}"
    rule = "-" * 78
    printed = [f"{one:<45}{quantity:>3}{price:>15,.2f}{quantity * price:>15,.2f}" for one, quantity, price in lines]
    text = "\n".join(
        [
            f"{supplier.name.upper():<69}INVOICE",
            f"{'':<40}Invoice no.   {name}",
            f"{'':<40}Invoice date  {dated}",
            f"Bill to: Hearth & Kettle GmbH, Berlin   Your ref.     PO {88_000 + number}",
            "",
            f"{'Description':<45}{'Qty':>3}{'Unit price':>15}{'Amount':>15}",
            rule,
            *printed,
            rule,
            f"{'':<45}{'Subtotal':<18}{f'EUR {net:,.2f}':>15}",
            f"{'':<45}{'VAT 21%':<18}{f'EUR {tax:,.2f}':>15}",
            f"{'':<45}{'TOTAL':<18}{f'EUR {total:,.2f}':>15}",
            "",
            f"{supplier.name}. Please pay to {supplier.account}, quoting the invoice number.",
        ]
    )
    right: dict[str, JsonValue] = {
        "supplier": supplier.name,
        "kind": "invoice",
        "number": name,
        "date": issued.isoformat(),
        "currency": "EUR",
        "allowances": "0.00",
        "charges": "0.00",
        "net": f"{net:.2f}",
        "tax": f"{tax:.2f}",
        "taxes": [{"rate": "21", "net": f"{net:.2f}", "tax": f"{tax:.2f}"}],
        "total": f"{total:.2f}",
        "prepaid": "0.00",
        "rounding": "0.00",
        "due": f"{total:.2f}",
        "lines": [
            {
                "description": one,
                "quantity": str(quantity),
                "unit_price": f"{price:.2f}",
                "amount": f"{quantity * price:.2f}",
            }
            for one, quantity, price in lines
        ],
    }
    evidence = {
        "number": f"Invoice no.   {name}",
        "date": f"Invoice date  {dated}",
        "currency": f"EUR {total:,.2f}",
        "net": f"EUR {net:,.2f}",
        "tax": f"EUR {tax:,.2f}",
        "total": f"EUR {total:,.2f}",
        "due": f"EUR {total:,.2f}",
    }
    return _Paper(
        key=f"{prefix.lower()}-{4600 + number}.pdf", text=text, supplier=supplier, right=right, evidence=evidence
    )
