"""Faults on purpose: what can go wrong in Slack, and in the network between.

A test says what, where and how often. Without an order nothing here goes wrong.
"""
