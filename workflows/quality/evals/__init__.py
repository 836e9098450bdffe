"""Evals: versions of a workflow are tried on examples, and their results are kept, compared and read."""
