"""Tools for the steps of authors: readers of amounts, dates and currencies, and an HTTP client."""
