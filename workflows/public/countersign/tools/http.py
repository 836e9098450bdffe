"""Speak with another system by HTTP: what can happen becomes an error that the engine knows."""

from workflows.tools.http import Answer, Client, Token, client

__all__ = ["Answer", "Client", "Token", "client"]
