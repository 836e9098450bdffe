"""Slack as people use it: commands, interactions, access, payloads, ids, limits, and the blocks of messages and modals.

In: what Bolt hears. Out: one call into the engine and one answer to the person. Imports the engine's use cases and read
models; `bot` wires it to a connection.
"""
