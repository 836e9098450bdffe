"""The head of the sealed audit, for those who keep it outside: one hash that stands for every row before it."""

from handlers.texts.digests.amounts import count
from handlers.texts.digests.days import days_of
from handlers.texts.governance.seals import key_in_words, unsealed_in_words
from handlers.texts.pieces import Paragraph, line, words
from workflows.engine.digests.seals.views import SealFigures
from workflows.engine.digests.views import DigestView


def title(view: DigestView) -> str:
    """Return the title, with the day."""
    return f"Audit, {days_of(view)}"


def overall(figures: SealFigures) -> str:
    """Say how far the audit is sealed, and what is not sealed yet."""
    newest = figures.status.newest
    if newest is None:
        return f"Nothing of the audit is sealed. {unsealed_in_words(figures.status)}"
    sealed = f"Sealed up to row {newest.last_row:,} in {count(newest.number, 'seal')}."
    return f"{sealed} {unsealed_in_words(figures.status)}"


def head(figures: SealFigures) -> list[Paragraph]:
    """Return the head in full, its key, and what it is good for; nothing before the first seal."""
    newest = figures.status.newest
    if newest is None:
        return []
    return [
        line(words("Head "), words(f"{newest.number}:{newest.head}", code=True)),
        line(words(key_in_words(newest.key_id))),
        line(words("To check every row up to it: "), words("countersign verify --head HEAD", code=True)),
    ]
