"""Shows Countersign in one minute, on this machine alone: a local Slack, a help desk, a ledger, a local model."""
