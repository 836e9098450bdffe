"""What a person can do in Slack, and nothing more."""
