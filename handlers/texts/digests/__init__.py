"""Texts of digests: what team leads read."""
