"""The data that an e-invoice carries beside its pages, as values of the output: a second reading of them."""

from collections.abc import Mapping

from countersign import EInvoice

from workflows.library.invoice_intake.invoice import Arrival

_CREDIT = frozenset({"381", "261", "262", "296", "308", "396", "420", "458", "532"})
"""Types of EN 16931 (UNTDID 1001) whose amounts are positive and reduce what is owed.."""
_CORRECTION = frozenset({"384"})
_SELF_BILLED = frozenset({"389"})
"""Made by the customer. In German it is called by the word for a credit note, and is none."""
_AMOUNTS = ("allowances", "charges", "net", "tax", "total", "prepaid", "due")


def values(arrival: Arrival) -> Mapping[str, object] | None:
    """Return field -> value of what the data says; None where there is no data, or more than one set of it."""
    found = [one.e_invoice for one in (arrival.document.all if arrival.document else ()) if one.e_invoice is not None]
    return _values(found[0]) if len(found) == 1 else None


def is_no_plain_invoice(arrival: Arrival) -> bool:
    """Tell whether the data calls it a credit note, a correction, or an invoice that the customer made."""
    types = {one.e_invoice.type_code for one in (arrival.document.all if arrival.document else ()) if one.e_invoice}
    return bool(types & (_CREDIT | _CORRECTION | _SELF_BILLED))


def _values(data: EInvoice) -> Mapping[str, object]:
    is_credit = data.type_code in _CREDIT
    read: dict[str, object] = {
        "supplier": data.seller,
        "number": data.number,
        "date": data.date,
        "currency": data.currency,
    }
    for name in _AMOUNTS:
        amount = getattr(data, name)
        if amount is not None:
            # What is less to pay is negative here, and positive there. Discounts and charges are of the other sums.
            read[name] = -amount if is_credit and name not in ("allowances", "charges") else amount
    if data.type_code is not None:
        read["kind"] = "credit note" if is_credit else "correction" if data.type_code in _CORRECTION else "invoice"
    return {name: value for name, value in read.items() if value is not None}
