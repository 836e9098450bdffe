"""The effect in the system of record: intended, attempted, applied; held, waiting, or in doubt.

In: resolved runs. Out: one delivery under one idempotency key, and its state. Imports `case` and below; `propose` and
`deliver` do not import each other.
"""
