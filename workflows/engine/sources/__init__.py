"""Sources of cases: programs with keys, messages, schedules, and the outcomes of other workflows.

In: requests, messages, what was fetched, what was delivered. Out: cases that are taken in once, and what their source
is told. Imported by the faces that hear them and by the loops of `bot/serve`.
"""
