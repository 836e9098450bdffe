"""Tools for the steps of authors: readers of amounts, dates and currencies, and an HTTP client.

In: texts from outside. Out: values, or an error in words. Imports nothing of the engine; authors' code may import it.
"""
