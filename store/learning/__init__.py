"""Queries about what is learned from people: labels, examples, deployments, rollouts, improvements, volume tests.

In: a session and a team. Out: rows and frozen lines. Imported by the engine and by quality.
"""
