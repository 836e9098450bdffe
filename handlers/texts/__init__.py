"""Texts for people, in words that any face can show.

In: read models and codes. Out: words and paragraphs; no Block Kit. Imports no face; every face, the command line and
`bot/intents.py` may import it.
"""
