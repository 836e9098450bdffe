"""Runs a case: intake, steps, checks, policy, review, delivery. Knows neither Slack nor HTTP."""
