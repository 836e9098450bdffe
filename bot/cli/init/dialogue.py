"""Questions to the person at the terminal, asked until an answer works. Without a terminal, the flags have to do."""

from collections.abc import Callable
from dataclasses import dataclass

import typer

from workflows.engine.errors import Refused
from workflows.engine.text.sanitize import sanitize
from workflows.redaction import redacted


class Wrong(Exception):
    """An answer does not work. The message says why, and what to type instead; it quotes no secret."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing that has to be known."""

    flag: str
    """The option, or the variable of the environment, that answers it without a terminal."""
    asks: str
    check: Callable[[str], str]
    """Returns the answer as it is kept. Raises `Wrong`."""
    default: str | None = None
    is_secret: bool = False
    """True if it is not shown while it is typed."""


class Dialogue:
    """The talk with one person.

    `asks`: False where nobody is asked; a question without an answer and without a default is refused then.
    """

    def __init__(self, *, asks: bool) -> None:
        self._asks = asks

    def answer(self, question: Question, given: str | None) -> str:
        """Return an answer that works. `given`: what was said beforehand. Raise `Refused`, or `typer.Abort`."""
        if given is None and not self._asks:
            given = question.default
            if given is None:
                raise Refused(f"{question.flag} is needed: {question.asks}")
        while True:
            said = given if given is not None else self._ask(question)
            try:
                return question.check(said.strip())
            except Wrong as wrong:
                if not self._asks:
                    raise Refused(f"{question.flag}: {wrong}") from wrong
                say(f"  That does not work: {wrong}")
                given = None

    @staticmethod
    def _ask(question: Question) -> str:
        return str(
            typer.prompt(
                question.asks,
                default=question.default,
                show_default=bool(question.default),
                hide_input=question.is_secret,
            )
        )


def say(line: str) -> None:
    """Print a line, its control characters made visible and its secrets taken out."""
    typer.echo(sanitize(redacted(line)))
