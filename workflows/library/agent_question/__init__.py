"""Agent question: an agent asks, and a person answers."""
