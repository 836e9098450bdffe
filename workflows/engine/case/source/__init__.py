"""Dealings with the source of a case: what it answered, what follows, and what it is told."""
