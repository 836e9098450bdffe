"""Calls of an author's code: each within its time, and with its errors kept to its own case."""
