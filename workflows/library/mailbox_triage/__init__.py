"""Mailbox triage: see README.md."""
