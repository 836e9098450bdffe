"""The sandbox: a local server that speaks like Slack to a real client, and refuses what Slack refuses.

It imports only Slack's limits from the rest of this project, as if it were somebody else's system. Everything is in
memory and on one asyncio loop, so no part of it needs a lock.
"""
