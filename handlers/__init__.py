"""Hears and draws: Slack's listeners, and the blocks."""
