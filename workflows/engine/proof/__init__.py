"""Proof: the seals of the audit, receipts of decisions, and what verifies both without us.

In: audit rows, once all of them are visible. Out: a chain of signed heads, receipts, exports, and the first row that is
not as it was. Imported by the digests alone.
"""
