"""Specimens of messages and forms about what is learned from people."""
