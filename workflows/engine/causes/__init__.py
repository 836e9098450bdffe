"""Causes: failures that are alike, counted together, with a life of their own.

In: a run that stops, and what became of a run that takes such a one's place. Out: one row for all that are alike, moved
along its table and audited, and a wish to have its card drawn. Imports `text` and the store; `case` and all rooms above
it may import it.
"""
