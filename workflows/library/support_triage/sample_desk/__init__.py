"""A sample help desk: the system of record that the automation `support_triage` delivers to.

It knows nothing of the automation, imports nothing of it, keeps its own file, and speaks HTTP only. Swap it
for a real help desk by writing another client.
"""
