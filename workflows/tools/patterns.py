r"""Patterns over text that nobody has vouched for, with an end: `re` may search for minutes, and holds everything.

A pattern whose repetitions stand in each other (`(a+)+$`), or follow each other over the same characters (`\s*.*\s*`),
tries so many ways on an unlucky text that it does not come back; and while `re` searches, no other thread of the
process runs. These search by the `regex` package: within a limit of time, and beside other threads.

    IBAN = pattern(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9])+")

    @invoices.never("pay to an account that the text does not name")
    def is_elsewhere(invoice: Paper, output: Invoice) -> bool:
        return output.account not in IBAN.findall(invoice.text)

A pattern that takes too long raises `TooSlow`: a never counts as broken then, a check as not held.
"""

from collections.abc import Callable
from typing import TypeVar

import regex

from workflows.errors import BadDeclaration, TooSlow

T = TypeVar("T")

SECONDS = 1.0
"""How long a pattern may take on a text."""
Match = regex.Match[str]


class Pattern:
    """A compiled pattern. May be shared between threads."""

    def __init__(self, expression: str, *, ignore_case: bool = False, seconds: float = SECONDS) -> None:
        """`seconds`: for each call. Raise `BadDeclaration` for what is no pattern."""
        try:
            self._compiled = regex.compile(expression, regex.IGNORECASE if ignore_case else 0)
        except regex.error as error:
            raise BadDeclaration(f"{expression!r} is no pattern: {error}") from error
        self._seconds = seconds

    def search(self, text: str) -> Match | None:
        """The first place where it matches. Raise `TooSlow`, as all of these do."""
        return self._within(lambda: self._compiled.search(text, concurrent=True, timeout=self._seconds))

    def match(self, text: str) -> Match | None:
        """Its match at the beginning."""
        return self._within(lambda: self._compiled.match(text, concurrent=True, timeout=self._seconds))

    def fullmatch(self, text: str) -> Match | None:
        """Its match of the whole."""
        return self._within(lambda: self._compiled.fullmatch(text, concurrent=True, timeout=self._seconds))

    def findall(self, text: str) -> list[str]:
        """The texts that it matches, in order, none of them in another."""
        return [found[0] for found in self.matches(text)]

    def matches(self, text: str) -> list[Match]:
        """Its matches, in order."""
        return self._within(lambda: list(self._compiled.finditer(text, concurrent=True, timeout=self._seconds)))

    def sub(self, replacement: str | Callable[[Match], str], text: str) -> str:
        """The text with each match replaced."""
        return self._within(lambda: self._compiled.sub(replacement, text, concurrent=True, timeout=self._seconds))

    def split(self, text: str) -> list[str]:
        """What stands between its matches."""
        parts = self._within(lambda: self._compiled.split(text, concurrent=True, timeout=self._seconds))
        return [part or "" for part in parts]

    def _within(self, look: Callable[[], T]) -> T:
        try:
            return look()
        except TimeoutError:
            # Neither the text nor the pattern is told: both may be a case's.
            raise TooSlow(f"a pattern did not come to its end within {self._seconds:g} s") from None


def pattern(expression: str, *, ignore_case: bool = False, seconds: float = SECONDS) -> Pattern:
    """Compile a pattern, as `re` writes them. `seconds`: for each call. Raise `BadDeclaration` for what is none."""
    return Pattern(expression, ignore_case=ignore_case, seconds=seconds)
