"""Digests: what team leads read, each made once for its period.

In: spans of local dates. Out: figures, kept as they were when a digest was made, and a note that has it posted. Each
digest has a folder; `jobs.py` lists them. Imports every room below; handlers, bot and quality may import it.
"""
