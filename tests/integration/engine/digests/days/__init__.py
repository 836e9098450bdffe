"""Thirty days, each with the first line that is right, written from decision 0048 before the code that says it."""
