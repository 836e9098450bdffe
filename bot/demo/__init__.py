"""The demo: Countersign in one minute on this machine, with a local Slack, a help desk, a ledger, a local model."""
