"""Looks for cases on a schedule, each item taken in once."""
