"""The HTTP client for steps: `client(...)` makes one, and its calls raise the errors that the engine knows.

In: what an author's step asks of another system. Out: the answer, checked against a contract. Anybody may import the
names below; the modules beside them are this folder's own.
"""

from workflows.tools.http.clients import Client, client
from workflows.tools.http.responses import Answer
from workflows.tools.http.tokens import Token

__all__ = ["Answer", "Client", "Token", "client"]
