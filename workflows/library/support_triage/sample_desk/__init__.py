"""A sample help desk: the system of record that the automation `support_triage` delivers to.

It stands in for the product that a company already has. So it knows nothing of the automation, imports nothing of
it, keeps its own file, and speaks HTTP only. Swap it for a real help desk by writing another client.
"""
