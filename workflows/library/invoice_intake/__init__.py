"""Invoice intake: what an invoice says, read for the ledger."""
