"""Queries about models: requests and what they cost, budgets, outages, overruns, prompt versions.

In: a session, then ids of a team. Out: rows and sums of money. The gateway and its ledger call them.
"""
