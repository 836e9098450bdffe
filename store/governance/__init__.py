"""Queries about owners and acts: teams, workflows, the audit trail.

In: a session, then a team. Out: rows; audit rows are only ever added. Every room may call them.
"""
