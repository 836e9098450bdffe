"""The reading of requests to the ledger; the general part is in `sample_server.reading`."""

import re
from collections.abc import Collection, Mapping
from datetime import date

from workflows.library.sample_server.reading import Refused, only, read_reason, text

from .bookings import Booking, Line, Rejection, Tax

_FIELDS = ("supplier", "number", "date", "currency", "net", "tax", "total", "due")
_MAY_HAVE = ("kind", "allowances", "charges", "taxes", "prepaid", "rounding")
"""Left out by callers from before the ledger took them."""
_KINDS = "invoice|credit note|correction"
_PARTS = ("description", "quantity", "unit_price", "amount")
_OF_TAX = ("rate", "net", "tax")
MOST_LINES = 500


def read_booking(body: Mapping[str, object]) -> Booking:
    """Return the booking in a body. Raise `Refused` (400)."""
    only(body, {*_FIELDS, *_MAY_HAVE, "lines"})
    body = {
        "kind": "invoice",
        "taxes": [],
        **dict.fromkeys(("allowances", "charges", "prepaid", "rounding"), "0"),
        **body,
    }
    return Booking(
        supplier=_named(body, "supplier"),
        number=_named(body, "number"),
        date=read_day(body, "date"),
        currency=_like(body, "currency", r"[A-Z]{3}", "an ISO 4217 code such as EUR"),
        net=read_amount(body, "net"),
        tax=read_amount(body, "tax"),
        total=read_amount(body, "total"),
        due=read_amount(body, "due"),
        lines=_lines(body),
        kind=_like(body, "kind", _KINDS, "invoice, credit note or correction"),
        allowances=read_amount(body, "allowances"),
        charges=read_amount(body, "charges"),
        taxes=tuple(
            Tax(rate=read_amount(tax, "rate"), net=read_amount(tax, "net"), tax=read_amount(tax, "tax"))
            for tax in _rows(body, "taxes", _OF_TAX)
        ),
        prepaid=read_amount(body, "prepaid"),
        rounding=read_amount(body, "rounding"),
    )


def read_rejection(body: Mapping[str, object]) -> Rejection:
    """Return the booking in a body. Raise `Refused` (400)."""
    return Rejection(reason=read_reason(body))


def read_invoice_id(text: str) -> str:
    """Return the booking in a body. Raise `Refused` (400)."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", text):
        raise Refused(400, "invalid_invoice", "An invoice's id is up to 100 letters, digits, dots, - and _.")
    return text


def read_query(query: Mapping[str, str], field: str) -> str:
    """Return a part of a query. Raise `Refused` (400)."""
    return text(query, field)


def _named(body: Mapping[str, object], field: str) -> str:
    value = text(body, field)
    if not value.strip():
        raise Refused(400, f"invalid_{field}", f"{field} must not be empty.")
    return value


def _like(body: Mapping[str, object], field: str, pattern: str, what: str) -> str:
    value = text(body, field)
    if not re.fullmatch(pattern, value):
        raise Refused(400, f"invalid_{field}", f"{field} must be {what}.")
    return value


def read_amount(body: Mapping[str, object], field: str) -> str:
    """Return an amount in plain notation. Raise `Refused` (400)."""
    return _like(body, field, r"-?[0-9]{1,15}(\.[0-9]{1,6})?", "an amount as text, such as 1234.50")


def read_day(body: Mapping[str, object], field: str) -> str:
    """Return a date as YYYY-MM-DD. Raise `Refused` (400)."""
    value = text(body, field)
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise Refused(400, f"invalid_{field}", f"{field} must be a date as YYYY-MM-DD.") from None


def _rows(body: Mapping[str, object], field: str, parts: Collection[str]) -> list[Mapping[str, object]]:
    rows = body.get(field)
    if not isinstance(rows, list) or len(rows) > MOST_LINES or not all(isinstance(row, dict) for row in rows):
        raise Refused(400, f"invalid_{field}", f"{field} must be a list of at most {MOST_LINES} objects.")
    for row in rows:
        only(row, parts)
    return rows


def _lines(body: Mapping[str, object]) -> tuple[Line, ...]:
    return tuple(
        Line(
            description=text(line, "description"),
            quantity=read_amount(line, "quantity"),
            unit_price=read_amount(line, "unit_price"),
            amount=read_amount(line, "amount"),
        )
        for line in _rows(body, "lines", _PARTS)
    )
