"""Queries about Slack: the outbox, messages, cards and their room, events heard, rate limits.

In: a session, then ids of a team. Out: intents and rows, never blocks. The engine writes intents; the sender works them
off.
"""
