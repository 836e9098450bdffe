"""Presses on digests, and on the cards that come with them."""
