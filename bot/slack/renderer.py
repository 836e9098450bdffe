"""The look of intents in Slack."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.intents import News, Reminder, Rest, read, waits_for_person
from handlers.slack.blocks import announced, spot_check
from handlers.slack.blocks.card import card
from handlers.slack.blocks.cause import cause
from handlers.slack.blocks.digests.course import course
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.blocks.doubt import doubt
from handlers.slack.blocks.learning import autonomy, review_pack
from handlers.slack.blocks.learning.deployment import deployment
from handlers.slack.blocks.learning.improvements import improvements
from handlers.slack.blocks.parts.documents import pages
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.paragraphs import fitted
from handlers.slack.blocks.queue import queue
from handlers.slack.blocks.reminder import reminder
from handlers.slack.blocks.removed import removed
from workflows.engine.context import Context
from workflows.engine.digests.courses.views import CourseView
from workflows.engine.digests.views import DigestView
from workflows.engine.read.cause_views import CauseView
from workflows.engine.review.announced.views import AnnouncedView
from workflows.engine.review.spot_checks.views import ChecksOfChannel
from workflows.engine.review.views import CardView, DoubtView, PagesView, RemovedView
from workflows.engine.review.waiting.reminders import MayDecide, nobody_may
from workflows.engine.send.views import Intent
from workflows.quality.autonomy.views import NewsView, QuestionView
from workflows.quality.deployments.views import DeploymentView
from workflows.quality.improvements.views import ImprovementsView
from workflows.quality.volume.views import VolumeNote


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A message as it is to be shown."""

    drawn: Drawn | None
    """Drawn message; None where there is to be none."""
    waits: bool = False
    """True if it waits for a person. A channel has room for a few of these."""
    names: Sequence[int] = ()
    """Reviews that a direct message names."""
    has_pages: bool = False
    """True if it is the card of a case with documents, whose pages belong into its thread."""


NOTHING = Picture(drawn=None)


def draw(context: Context, intents: Sequence[Intent], *, may: MayDecide = nobody_may) -> Picture:
    """Draw an intent, or several of one kind at once. Raise `Unknown` where its workflow is not known here.

    `may`: whether somebody who is written to may still decide.
    """
    news = read(context, intents, may=may)
    if news is None:
        return NOTHING
    names = [one.review for one in news.cards] if isinstance(news, Reminder) else []
    has_pages = isinstance(news, CardView) and bool(news.documents)
    return Picture(drawn=_drawn(news), waits=waits_for_person(news), names=names, has_pages=has_pages)


def _drawn(news: News) -> Drawn | None:
    match news:
        case CardView():
            return card(news)
        case DoubtView():
            return doubt(news)
        case RemovedView():
            return removed(news)
        case CauseView():
            return cause(news)
        case CourseView():
            return course(news)
        case DeploymentView():
            return deployment(news)
        case ImprovementsView():
            return improvements(news)
        case QuestionView():
            return autonomy.question(news)
        case NewsView():
            return autonomy.news(news)
        case DigestView():
            return digest(news)
        case Rest():
            return queue(news.channel, news.number, news.oldest, announced=news.announced, goes_out_by=news.goes_out_by)
        case AnnouncedView():
            return announced.card(news)
        case ChecksOfChannel():
            return spot_check.card(news)
        case VolumeNote():
            return review_pack.note(news)
        case Reminder():
            return reminder(news.view, news.cards)
        case PagesView():
            return pages(news)
        case _:
            return fitted(news)
