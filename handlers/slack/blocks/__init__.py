"""Renderers: frozen read models and texts in, blocks out. No Bolt, no SDK, no database.

Imports `handlers/texts` for every sentence. The listeners, the commands and `bot/slack/renderer.py` may import it.
"""
