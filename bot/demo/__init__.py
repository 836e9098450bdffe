"""Shows Countersign in one minute, on this machine alone: a local Slack, a help desk, tickets, a local model."""
