"""Texts for people, in words that any face can show."""
