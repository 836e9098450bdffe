"""Earned autonomy, as its readers see it. Frozen, pure."""
