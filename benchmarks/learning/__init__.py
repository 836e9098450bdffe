"""Measures of what is learned from people, and of the local model."""
