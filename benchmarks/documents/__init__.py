"""Measures of documents: reading them, marking them, and taking them in."""
