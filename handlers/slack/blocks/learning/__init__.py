"""Messages and forms about what is learned from people."""
