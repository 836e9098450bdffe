"""Screens of the commands of `bot/cli/intake`, and of those about files."""
