"""Declarations of what comes in: messages that are cases, functions that look for cases, follow-ups of other cases."""
