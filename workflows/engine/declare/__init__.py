"""What an author declares, and how an author's code is called: workflow, steps, limits, the registry.

In: declarations and functions of an author. Out: workflows that were checked before the first case, and calls that end
in time and concern their own case only. Imports `text`; every other room of the engine may import it.
"""
