"""Runs a case: intake, steps, checks, policy, review, delivery. Knows neither Slack nor HTTP.

Its rooms, each importing only those before it: `text`, `declare`, `case`, then `propose`, `deliver` and `send` beside
each other, `review`, `run`, `read`. Below them all are the records `pauses`, `errors` and `reasons`; `context` is given
to every use case.
"""
