"""Messages that are cases, and what is said in their threads."""
