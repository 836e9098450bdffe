"""Declarations of authors, and calls of an author's code: workflow, steps, limits, the registry.

In: declarations and functions of an author. Out: workflows that were checked before the first case, and calls that end
in time and whose errors stay with their own case. Imports `text`; every other room of the engine may import it.
"""
