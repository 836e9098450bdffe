"""Hears and draws: what comes in from people, and what they are shown.

`texts` has the words, `slack` is a face, `web` answers programs over HTTP.
Imports workflows and the store's session; only `bot` imports it.
"""
