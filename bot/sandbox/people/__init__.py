"""The acts of a person in Slack, and no others."""
