"""Runs a case: intake, steps, checks, policy, review, delivery. Knows neither Slack nor HTTP.

Its rooms, each importing only those before it: `text`, `declare`, `case`, then `propose` and `deliver` beside each
other, `review`, `run`, `read`. `errors` is below all of them; `context` is what every use case is given.
"""
