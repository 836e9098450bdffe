"""Spot checks: blind looks at a random share of what went alone.

In: a run that is resolved alone, and what a person answers without seeing it. Out: a graded difference, and a
correction where something is wrong. Imported by `run`, `read` and the faces.
"""
