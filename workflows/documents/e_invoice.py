"""The data of an e-invoice, as EN 16931 names it: what a file carries as XML beside its pages.

It is a second reading of the same invoice, to be compared with the first. It is as untrusted as the page.
"""

import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class EInvoiceTax(_Frozen):
    """A tax rate of an invoice, with what it is for."""

    category: str
    """BT-118, such as S."""
    rate: Decimal | None
    """Percent (BT-119)."""
    net: Decimal | None
    """The taxed amount (BT-116)."""
    tax: Decimal | None
    """BT-117."""


class EInvoiceLine(_Frozen):
    """A line of an invoice."""

    description: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount: Decimal | None


class EInvoice(_Frozen):
    """The data of an invoice. What the file does not say is None."""

    type_code: str | None = None
    """BT-3: 380 an invoice, 381 a credit note, 384 a correction."""
    number: str | None = None
    date: datetime.date | None = None
    currency: str | None = None
    seller: str | None = None
    buyer: str | None = None
    accounts: tuple[str, ...] = ()
    """IBANs to pay to."""
    line_total: Decimal | None = None
    """BT-106."""
    allowances: Decimal | None = None
    """Of the whole invoice (BT-107)."""
    charges: Decimal | None = None
    """Of the whole invoice (BT-108)."""
    net: Decimal | None = None
    """BT-109."""
    tax: Decimal | None = None
    """BT-110."""
    total: Decimal | None = None
    """BT-112."""
    prepaid: Decimal | None = None
    """BT-113."""
    due: Decimal | None = None
    """BT-115."""
    taxes: tuple[EInvoiceTax, ...] = ()
    lines: tuple[EInvoiceLine, ...] = ()
    corrects: tuple[str, ...] = ()
    """Numbers of the invoices that it corrects (BT-25)."""
