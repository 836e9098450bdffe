"""The effect in the system of record: intended, attempted, applied; held, put off, or in doubt.

In: what was resolved. Out: one delivery under one idempotency key, and what is known of it. Imports `case` and below;
`propose` and `deliver` know nothing of each other.
"""
