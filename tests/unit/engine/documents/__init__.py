"""Quotes on the pages of documents."""
