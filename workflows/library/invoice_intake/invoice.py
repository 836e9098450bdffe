"""The input and the output of invoice intake."""

import datetime
from decimal import Decimal
from typing import Annotated, Literal

from countersign import LookedUp
from pydantic import AfterValidator, BaseModel, Field


def plain_notation(number: Decimal) -> Decimal:
    """Return the same number without an exponent: `1E+3` is 1000 to a person, and to a ledger."""
    return Decimal(f"{number:f}")


Number = Annotated[Decimal, Field(max_digits=18, decimal_places=6), AfterValidator(plain_notation)]


class Document(BaseModel):
    """A document as it arrives: text from an e-mail, a PDF or a scan."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    """A file's name or a message's id."""
    text: str = Field(min_length=1, max_length=50_000)
    received_from: str = Field(max_length=320)
    """The sender: an e-mail address, or the name of the scanner."""


class Line(BaseModel):
    """A line of an invoice."""

    description: str = Field(min_length=1, max_length=500)
    quantity: Number
    unit_price: Number
    amount: Number


class Invoice(BaseModel):
    """The contents of an invoice, and the ledger's facts about it."""

    supplier: str = Field(min_length=1, max_length=100)
    number: str = Field(min_length=1, max_length=80, title="Invoice number")
    date: datetime.date = Field(title="Invoice date")
    currency: str = Field(pattern=r"^[A-Z]{3}$", max_length=3, description="ISO 4217, such as EUR")
    net: Number
    tax: Number = Field(description="All taxes together; a tax that is withheld counts as less")
    total: Number = Field(description="Before what was paid already")
    due: Number = Field(title="Amount due", description="What is left to pay: the total, less what was paid already")
    """BT-115 of EN 16931."""
    account: Annotated[
        Literal["as on file", "none named", "changed", "no such supplier"], LookedUp(until="no such supplier")
    ] = Field(title="Bank account")
    """Result of comparing the accounts in the text with the ledger's."""
    booked_before: Annotated[bool, LookedUp(until=False)]
    """True if the ledger has a booking with this supplier and number."""
    lines: list[Line] = Field(max_length=200)
