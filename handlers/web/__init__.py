"""HTTP as programs use it: the routes that this process answers.

In: requests. Out: one call and one answer in JSON. `bot/serve` listens and hands the requests over.
"""
