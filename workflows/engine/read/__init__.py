"""Reading of many rows: the history of a case, lists, figures.

In: ids and spans of time. Out: frozen read models, the same for every face. Nothing is decided here. Imports every
room below; handlers, bot and quality may import it.
"""
