"""The input and the output of invoice intake."""

import datetime
from decimal import Decimal
from typing import Annotated, Literal

from countersign import Document, LookedUp
from pydantic import AfterValidator, BaseModel, Field, model_validator

ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_OF_FILE = 32
"""Hex digits of a file's hash in an id that is made of it: enough that nobody makes two files with the same id."""


def plain_notation(number: Decimal) -> Decimal:
    """Return the same number without an exponent: `1E+3` is 1000 to a person, and to a ledger."""
    return Decimal(f"{number:f}")


Number = Annotated[Decimal, Field(max_digits=18, decimal_places=6), AfterValidator(plain_notation)]


def _id_of(document: Document) -> str:
    return f"file-{document.sha256[:_OF_FILE]}"


def _is_empty(value: object) -> bool:
    return value is None or value == ""


class Arrival(BaseModel):
    """An invoice as it arrives: a file, or the text of one."""

    id: str = Field(default="", pattern=f"^$|{ID}")
    """A file's name or a message's id. Left out for a document, it is made of the hash of its file."""
    document: Document | None = Field(default=None, exclude_if=_is_empty)
    """The invoice as a PDF, a picture, or a mail with the invoice attached."""
    text: str = Field(default="", max_length=50_000, exclude_if=_is_empty)
    """The text of an invoice that comes as text, or of the message that a document came with."""
    received_from: str = Field(default="", max_length=320)
    """The sender: an e-mail address, or the name of the scanner."""
    delivery_note: Document | None = Field(default=None, exclude_if=_is_empty)
    """The paper that came with the goods. It is for people: nothing is read from it."""

    @model_validator(mode="after")
    def _is_one(self) -> "Arrival":
        if self.document is None and not self.text:
            raise ValueError("an invoice is needed: a document, or its text")
        if not self.id:
            if self.document is None:
                raise ValueError("a text needs an id")
            # The name would not do: two suppliers call their files invoice.pdf.
            self.id = _id_of(self.document)
        return self

    @property
    def called(self) -> str:
        """Its name for people, in a line: its id, or the name of its file where the id is made of a hash."""
        document = self.document
        name = document.name if document is not None and self.id == _id_of(document) else self.id
        return f"{name}, from {self.received_from}" if self.received_from else name

    @property
    def words(self) -> str:
        """All that is read as the invoice: the pages of the document, with what is attached to it, and the text."""
        pages = self.document.text if self.document is not None else ""
        return "\f".join(part for part in (pages, self.text) if part)


class Line(BaseModel):
    """A line of an invoice."""

    description: str = Field(min_length=1, max_length=500)
    quantity: Number
    unit_price: Number
    amount: Number


class Tax(BaseModel):
    """A tax rate of an invoice."""

    rate: Number = Field(description="In percent. A tax that is withheld has a minus")
    net: Number
    tax: Number


class Invoice(BaseModel):
    """The contents of an invoice after EN 16931, and the ledger's facts about it.

    What is less to pay is negative: the amounts of a credit note have a minus. So the bookings of a supplier add up.
    """

    supplier: str = Field(min_length=1, max_length=100)
    kind: Literal["invoice", "credit note", "correction"] = "invoice"
    """BT-3: 380, 381, 384."""
    number: str = Field(min_length=1, max_length=80, title="Invoice number")
    date: datetime.date = Field(title="Invoice date")
    currency: str = Field(pattern=r"^[A-Z]{3}$", max_length=3, description="ISO 4217, such as EUR")
    allowances: Number = Field(
        default=Decimal(0), description="Discounts on the whole invoice, without a minus; 0 if none"
    )
    """BT-107."""
    charges: Number = Field(default=Decimal(0), description="Shipping and other charges below the lines; 0 if none")
    """BT-108."""
    net: Number
    """BT-109."""
    tax: Number = Field(description="All taxes together; a tax that is withheld counts as less")
    """BT-110."""
    taxes: list[Tax] = Field(default_factory=list, max_length=20, title="Tax rates")
    """BG-23."""
    total: Number = Field(description="Before what was paid already")
    """BT-112."""
    prepaid: Number = Field(default=Decimal(0), title="Paid already", description="0 if nothing was paid before")
    """BT-113."""
    rounding: Number = Field(default=Decimal(0), description="Rounding of the amount due; 0 if none")
    """BT-114."""
    due: Number = Field(
        title="Amount due", description="What is left to pay: the total, less what was paid already, rounded"
    )
    """BT-115."""
    account: Annotated[
        Literal["as on file", "none named", "changed", "no such supplier"], LookedUp(until="no such supplier")
    ] = Field(title="Bank account")
    """Result of comparing the accounts in the text with the ledger's."""
    booked_before: Annotated[bool, LookedUp(until=False)]
    """True if the ledger has a booking with this supplier and number."""
    lines: list[Line] = Field(max_length=200)
