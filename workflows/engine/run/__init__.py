"""The way of a case: a claimed run is loaded, advanced as far as it goes, and taken back from a lost worker.

In: a lease on a run. Out: the run in its next state. Imports every room below; only the worker, quality and the
commands that work on a case import it.
"""
