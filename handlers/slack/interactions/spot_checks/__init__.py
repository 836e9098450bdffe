"""Spot checks in Slack: the next one, a blind answer, a grade."""
