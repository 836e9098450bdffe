"""The Anthropic API, and servers that speak like it.

In: a request of `workflows.model.asking.requests`. Out: a reply, or the outcome that an error means. Nothing else
imports the SDK. `declaration` is what the rest of Countersign reads of it.
"""
