"""A Slack to try things on: a local server that speaks what the real client speaks, and refuses what Slack refuses.

Somebody else's system, as far as the rest of this project goes: it imports Slack's limits, and nothing else of it.
Everything is in memory and on one asyncio loop, so no part of it needs a lock.
"""
