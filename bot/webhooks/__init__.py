"""Webhooks: what sources are told, signed and sent over HTTP. The loop runs in `serve`, in one process at a time.

In: messages that the engine takes from the outbox. Out: requests to the addresses of sources, and what became of each.
Imported by `serve`.
"""
