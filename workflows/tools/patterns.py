r"""Patterns with a time limit, for texts from anybody. `re` may search for minutes, and stops every other thread
meanwhile.

A pattern with repetitions inside each other (`(a+)+$`), or after each other over the same characters (`\s*.*\s*`), can
try so many ways on an unlucky text that it does not return; and while `re` searches, no other thread of the process
runs. These patterns use the `regex` package: with a time limit, and beside other threads.

    IBAN = pattern(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9])+")

    @invoices.never("pay to an account that the text does not name")
    def is_elsewhere(invoice: Paper, output: Invoice) -> bool:
        return output.account not in IBAN.findall(invoice.text)

A pattern that takes too long raises `TooSlow`. A never then counts as broken, and a check as not holding.
"""

from collections.abc import Callable
from typing import TypeVar

import regex

from workflows.errors import BadDeclaration, TooSlow

T = TypeVar("T")

SECONDS = 1.0
"""Seconds that a pattern may take on a text."""
Match = regex.Match[str]


class Pattern:
    """A compiled pattern. Threads may share it."""

    def __init__(self, expression: str, *, ignore_case: bool = False, seconds: float = SECONDS) -> None:
        """Compile a pattern. `seconds`: limit of each call. Raise `BadDeclaration` for an invalid pattern."""
        try:
            self._compiled = regex.compile(expression, regex.IGNORECASE if ignore_case else 0)
        except regex.error as error:
            raise BadDeclaration(f"{expression!r} is not a pattern: {error}") from error
        self._seconds = seconds

    def search(self, text: str) -> Match | None:
        """Return the first place where it matches, or None. Raise `TooSlow`, as all these methods do."""
        return self._within(lambda: self._compiled.search(text, concurrent=True, timeout=self._seconds))

    def match(self, text: str) -> Match | None:
        """Return its match at the beginning, or None."""
        return self._within(lambda: self._compiled.match(text, concurrent=True, timeout=self._seconds))

    def fullmatch(self, text: str) -> Match | None:
        """Return its match of the whole text, or None."""
        return self._within(lambda: self._compiled.fullmatch(text, concurrent=True, timeout=self._seconds))

    def findall(self, text: str) -> list[str]:
        """Return the texts that it matches, in order and without overlaps."""
        return [found[0] for found in self.matches(text)]

    def matches(self, text: str) -> list[Match]:
        """Return its matches, in order."""
        return self._within(lambda: list(self._compiled.finditer(text, concurrent=True, timeout=self._seconds)))

    def sub(self, replacement: str | Callable[[Match], str], text: str) -> str:
        """Return the text with each match replaced."""
        return self._within(lambda: self._compiled.sub(replacement, text, concurrent=True, timeout=self._seconds))

    def split(self, text: str) -> list[str]:
        """Return the texts between its matches."""
        parts = self._within(lambda: self._compiled.split(text, concurrent=True, timeout=self._seconds))
        return [part or "" for part in parts]

    def _within(self, look: Callable[[], T]) -> T:
        try:
            return look()
        except TimeoutError:
            # The message names neither the text nor the pattern: both may come from a case.
            raise TooSlow(f"a pattern did not finish within {self._seconds:g} s") from None


def pattern(expression: str, *, ignore_case: bool = False, seconds: float = SECONDS) -> Pattern:
    """Compile a pattern in the syntax of `re`. `seconds`: limit of each call. Raise `BadDeclaration` for an invalid
    one.
    """
    return Pattern(expression, ignore_case=ignore_case, seconds=seconds)
