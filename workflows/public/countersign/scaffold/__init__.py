"""My automation: a message goes to a queue."""
