"""Listeners for what is learned from people: versions, examples, improvements, and review packs of volume tests."""
