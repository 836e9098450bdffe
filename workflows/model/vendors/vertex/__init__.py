"""Anthropic's models at Google's Vertex AI, through the SDK's own client.

In: a request of `workflows.model.asking.requests`. Out: a reply, or the outcome that an error means. The request, its
reply and most errors are those of `vendors.anthropic`. Different are the address, the names of older models, the token
that Google's library fetches, and the prices. `declaration` is what the rest of Countersign reads of it.
"""
