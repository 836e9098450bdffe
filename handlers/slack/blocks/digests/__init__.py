"""Digests in Slack, a file for each."""
