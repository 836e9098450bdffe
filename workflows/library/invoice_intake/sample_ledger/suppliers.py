"""The ledger's list of suppliers: sample data that it reads once and that no request changes."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).with_name("suppliers.json")


@dataclass(frozen=True, kw_only=True)
class Supplier:
    """A supplier as the ledger knows it."""

    name: str
    accounts: Sequence[str]
    """The accounts to which it is paid: IBANs, or account numbers in the notation of its country."""
    booked: Sequence[str]
    """Numbers of its invoices that were booked before the ledger had this file."""


def read_suppliers(path: Path) -> dict[str, Supplier]:
    """Return the suppliers by the key of their name. Raise `OSError` or `ValueError` if they cannot be read."""
    rows: list[Mapping[str, object]] = json.loads(path.read_text(encoding="utf-8"))
    known = [
        Supplier(name=str(row["name"]), accounts=_texts(row, "accounts"), booked=_texts(row, "booked")) for row in rows
    ]
    return {key_of(supplier.name): supplier for supplier in known}


def key_of(text: str) -> str:
    """Return a key that is the same for two spellings of a name or a number: letters and digits, in any case and
    width.
    """
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def _texts(row: Mapping[str, object], field: str) -> list[str]:
    values = row.get(field, [])
    if not isinstance(values, list):
        raise ValueError(f"{field} of {row['name']} is not a list")
    return [str(value) for value in values]
