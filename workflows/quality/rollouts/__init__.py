"""Rollouts: a signed version is watched beside the live one, takes its place, and is taken back where it is worse.

In: shadow proposals and labels. Out: moves of deployments. Imports deployments.
"""
