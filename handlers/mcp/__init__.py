"""The Model Context Protocol as a face: tools by which another agent gets a person's decision.

In: calls of tools, and polls of tasks. Out: one call into the engine, and the one JSON form of a case. Nothing is kept
here between two requests. Its library comes with the extra "mcp", and is loaded only where it is served.
"""
