"""Announced cases as people see them: what goes out by itself, and the stop that makes a review of it.

In: an announcement of `workflows.engine.deliver.announcements`. Out: read models, and an open review. Imported by
`run`, `read` and the faces.
"""
