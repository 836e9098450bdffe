"""Support triage: which queue a ticket goes to, how urgent it is, and a first reply."""
