"""Receipts: the proof of one decision, from what the audit keeps for good and from the content that is still there.

In: a case. Out: who decided what on which evidence, and three hashes (proposed, approved, delivered) that fit or do
not. `checking.py` says so without the database, from a receipt alone.
"""
