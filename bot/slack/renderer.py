"""The look of intents in Slack."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.intents import News, Rest, read
from handlers.slack.blocks.card import card
from handlers.slack.blocks.digest import digest
from handlers.slack.blocks.doubt import doubt
from handlers.slack.blocks.drawing import Drawn
from handlers.slack.blocks.paragraphs import fitted
from handlers.slack.blocks.queue import queue
from store.schema import OutboxRow
from workflows.engine.context import Context
from workflows.engine.read.digest_views import DigestView
from workflows.engine.review.views import CardView, DoubtView


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A message as it is to be shown."""

    drawn: Drawn | None
    """Drawn message; None where there is to be none."""
    waits: bool = False
    """True if it waits for a person. A channel has room for a few of these."""


def draw(context: Context, rows: Sequence[OutboxRow]) -> Picture:
    """Draw an intent, or several of one kind at once. Raise `Unknown` where its workflow is not known here."""
    intent = read(context, rows)
    return Picture(drawn=_drawn(intent.news) if intent.news is not None else None, waits=intent.waits)


def _drawn(news: News) -> Drawn:
    match news:
        case CardView():
            return card(news)
        case DoubtView():
            return doubt(news)
        case DigestView():
            return digest(news)
        case Rest():
            return queue(news.channel, news.number, news.oldest)
        case _:
            return fitted(news)
