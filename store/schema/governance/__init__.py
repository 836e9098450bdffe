"""Tables of what is kept for proof and for privacy."""
