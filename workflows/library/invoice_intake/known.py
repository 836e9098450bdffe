"""Comparison of an invoice with the facts in the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from workflows.library.invoice_intake import paper
from workflows.library.invoice_intake.accounts import account_key, accounts_in, is_one_of
from workflows.library.invoice_intake.invoice import Arrival, Invoice
from workflows.library.invoice_intake.ledger import Known


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The result of comparing an invoice with the ledger."""

    account: Literal["as on file", "none named", "changed", "no such supplier"]
    reasons: tuple[str, ...]
    """Facts for the person who decides."""
    doubts: tuple[str, ...] = ()
    """Reasons why a person should look, although no rule forbids the booking."""


def compared(arrival: Arrival, invoice: Invoice, known: Known) -> Compared:
    """Compare the accounts in the text itself, and not those that a model found in it."""
    named = sorted(accounts_in(arrival.words))
    alike = known.alike is not None and known.booked is None
    doubts = (f"the ledger has an invoice of this supplier with this date and total: {known.alike}",) if alike else ()
    booked = (f"the ledger has {invoice.number} of this supplier already: {known.booked}",) if known.booked else ()
    if known.supplier is None:
        says = f"; the text names {_listed(named)}" if named else ""
        return Compared(
            account="no such supplier",
            reasons=(f"the ledger knows no supplier by the name of {invoice.supplier}{says}", *booked),
            doubts=doubts,
        )
    others = [account for account in named if not is_one_of(account, known.supplier.accounts)]
    if others or paper.says_account_changed(arrival.words):
        says = f"the text names {_listed(others)}" if others else "the text says that its account changed"
        pays = _listed(known.supplier.accounts) or "no account"
        return Compared(
            account="changed",
            reasons=(f"the ledger pays {known.supplier.name} to {pays}; {says}", *booked),
            doubts=doubts,
        )
    return Compared(account="as on file" if named else "none named", reasons=booked, doubts=doubts)


def _listed(accounts: Iterable[str]) -> str:
    """Return the accounts in groups of four characters, as people compare them."""
    keys = [account_key(account) for account in accounts]
    return ", ".join(" ".join(key[start : start + 4] for start in range(0, len(key), 4)) for key in keys)
