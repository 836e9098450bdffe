"""The sums of an invoice, as EN 16931 has them (BR-CO-10 to BR-CO-17). Pure, and without a look at the text."""

from collections.abc import Sized
from decimal import Decimal

from workflows.library.invoice_intake.invoice import Invoice, Tax

CENT = Decimal("0.01")
"""Rounding of each line and each rate."""


def lines_add_up(invoice: Invoice) -> bool:
    """Tell whether the lines, less the allowances, with the charges, are the net amount, or the total where prices have
    their tax in them. An invoice without lines passes.
    """
    added = sum((line.amount for line in invoice.lines), Decimal(0)) - invoice.allowances + invoice.charges
    return (
        not invoice.lines
        or _is_near(added, invoice.net, invoice.lines)
        or _is_near(added, invoice.total, invoice.lines)
    )


def taxes_add_up(invoice: Invoice) -> bool:
    """Tell whether each rate of the net gives its tax, and all of them the tax of the invoice. None listed passes."""
    listed = invoice.taxes
    if not listed:
        return True
    taxed = [one for one in listed if one.rate >= 0]
    is_whole = sum((one.tax for one in listed), Decimal(0)) == invoice.tax
    return (
        is_whole
        and _is_near(sum((one.net for one in taxed), Decimal(0)), invoice.net, taxed)
        and all(map(_fits, listed))
    )


def due_adds_up(invoice: Invoice) -> bool:
    """Tell whether the amount due is the total, less what was paid before, with its rounding."""
    return invoice.total - invoice.prepaid + invoice.rounding == invoice.due


def _fits(one: Tax) -> bool:
    # Half a thousandth: the tax of many lines, each rounded.
    return abs(one.net * one.rate / 100 - one.tax) <= 5 * CENT + abs(one.net) / 2000


def _is_near(found: Decimal, wanted: Decimal, parts: Sized) -> bool:
    return abs(found - wanted) <= CENT * len(parts)
