"""Intent triage: one label for each message of any CSV."""
