"""The Web API, as far as this program calls it."""
