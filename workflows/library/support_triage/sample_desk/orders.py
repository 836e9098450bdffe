"""The customers' orders: sample data that the desk reads once and never changes."""

import json
from pathlib import Path
from typing import TypeAlias

Order: TypeAlias = dict[str, object]
"""number, item, placed_on (YYYY-MM-DD), status and total, returned as they are in the file."""

FIELDS = {"number", "item", "placed_on", "status", "total"}
SHIPPED = Path(__file__).with_name("orders.json")


def read_orders(path: Path = SHIPPED) -> dict[str, list[Order]]:
    """Return the orders of each customer id, newest first.

    Raise `OSError` if the file cannot be read, `ValueError` if it does not have the expected form.
    """
    customers = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(customers, dict):
        raise ValueError(f"{path} has to hold one JSON object, of customers by id")
    return {customer: _newest_first(customer, record) for customer, record in customers.items()}


def _newest_first(customer: str, record: object) -> list[Order]:
    orders = record.get("orders") if isinstance(record, dict) else None
    if not isinstance(orders, list) or not all(isinstance(order, dict) and order.keys() >= FIELDS for order in orders):
        raise ValueError(f"customer {customer} needs a list of orders, each with {', '.join(sorted(FIELDS))}")
    return sorted(orders, key=lambda order: (str(order["placed_on"]), str(order["number"])), reverse=True)
