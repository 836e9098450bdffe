"""Texts about proof and privacy: charters, changes, receipts, seals, readings, removals, the data map."""
