"""Queries about evidence: evals, and the figures of digests.

In: a session, a team, a span of time. Out: rows and counts. Quality and the digests call them.
"""
