"""Read amounts of money as people write them."""

from workflows.tools.amounts import (
    LONGEST_AMOUNT,
    LONGEST_TEXT,
    Amount,
    AmountPlace,
    amount,
    amounts_at,
    amounts_in,
)

__all__ = ["LONGEST_AMOUNT", "LONGEST_TEXT", "Amount", "AmountPlace", "amount", "amounts_at", "amounts_in"]
