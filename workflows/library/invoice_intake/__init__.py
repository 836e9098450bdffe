"""Invoice intake: reads invoices for the ledger."""
