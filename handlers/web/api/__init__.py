"""The HTTP API of sources: cases are handed in, looked at and answered for with a bearer key.

In: requests, of whoever sends them. Out: one call into `workflows` in a thread, and one answer in JSON. Nothing here is
HTML, sets a cookie or allows another origin. `bot/serve/api.py` listens.
"""
