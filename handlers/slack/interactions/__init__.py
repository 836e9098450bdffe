"""Interactions: what follows when a person presses a button or sends a form.

In: payloads of Slack's. Out: one call into the engine, and one answer to the person. `listeners` registers them; the
commands show the same forms and lists.
"""
