"""Queries about cases: their contents, runs, journal, reviews, deliveries, and pauses of their workflows.

In: a session, then ids of a team. Out: rows, or whether a conditional update took place. The engine calls them, and
opens the transaction.
"""
