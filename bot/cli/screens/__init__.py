"""Screens: what a command prints, as text or as JSON.

In: an application, or read models of the engine. Out: lines at the terminal; nothing is decided here. The groups of
commands import it, and it imports none of them.
"""
