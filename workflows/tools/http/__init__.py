"""The HTTP client for steps: `client(...)` makes one, and its calls raise the errors that the engine knows.

In: what an author's step asks of another system. Out: the answer, checked against a contract. Anybody may import the
two names below; the modules beside them are this folder's own.
"""

from workflows.tools.http.clients import Client, client

__all__ = ["Client", "client"]
