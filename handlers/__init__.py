"""Hears and draws: Slack's listeners, the blocks, the HTTP routes."""
