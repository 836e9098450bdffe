"""Renderers: frozen read models in, blocks out. No Bolt, no SDK, no database."""
