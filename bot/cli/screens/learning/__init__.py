"""Screens about what is learned from people."""
