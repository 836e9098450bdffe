"""What goes wrong on purpose: as Slack, and the network between, do go wrong.

A test says what, where and how often. Without one, nothing here goes wrong.
"""
