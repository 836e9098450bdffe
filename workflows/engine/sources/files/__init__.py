"""Files as sources: what is kept of one, and what would be taken in from it."""
