"""Folders as those of `workflows.model.vendors`, of vendors that only tests know."""
