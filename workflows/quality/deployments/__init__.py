"""Deployments: versions of a workflow that are tried, signed and live.

In: the files of a process, and examples. Out: the version with which a run proposes. `moves.py` alone moves one;
`views.py` is what people are shown. Imports evals and examples.
"""
