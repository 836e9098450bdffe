"""Hostile files: known kinds, and mutations of real ones. None crashes us, hangs, or grows past its limits."""
