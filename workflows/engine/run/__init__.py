"""The way of a case: a leased run is loaded, advanced as far as possible, and taken back from a lost worker.

In: a lease on a run. Out: the run in its next state. Imports every room below; only the worker, quality and the
commands that work on a case import it.
"""
