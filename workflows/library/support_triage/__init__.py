"""Support triage: the queue and the urgency of a ticket, and a first reply to it."""
