"""Texts about reviewing: cards, forms, lists, reminders, and what became of a decision."""
