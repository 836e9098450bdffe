"""The cost report: what a day or a month cost, and what for."""
