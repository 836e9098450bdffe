"""Find the numbers of a text together with their sign and their currency."""

from workflows.tools.money import Found, scan, with_codes

__all__ = ["Found", "scan", "with_codes"]
