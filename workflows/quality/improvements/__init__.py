"""Improvements: what people decided, grouped, and drafted as a never, as examples or as a change to the prompt.

In: labels. Out: drafts, which are deployed like any version. Imports rollouts and below.
"""
