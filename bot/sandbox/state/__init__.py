"""The state of the sandbox: workspace, messages, modals, sockets, triggers, rate limits, payloads.

Everything is in memory and on one asyncio loop. The Web API, the control API and the people act on it.
"""
