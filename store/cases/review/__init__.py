"""Queries about reviews: who decides them until when, what was shown, asked, kept and reported."""
