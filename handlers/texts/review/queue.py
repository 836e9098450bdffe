"""The number of a channel's reviews without a card of their own."""

from datetime import datetime

from handlers.texts.pieces import Told, ago, line, words
from handlers.texts.plain import in_words


def more(number: int) -> str:
    """Say how many there are."""
    return f"{number:,} more {'review waits' if number == 1 else 'reviews wait'}"


def queue(number: int, oldest: datetime) -> Told:
    """Say how many there are, and since when."""
    first = line(words(more(number), bold=True), words(", the oldest came "), ago(oldest), words("."))
    return Told(brief=f"{more(number)}, the oldest since {in_words(oldest)}", parts=[[first]])
