"""`/countersign explain CASE`: a case's whole way, in a few sentences and in detail, as a page to read."""

from contextlib import suppress
from functools import partial

from handlers.slack.blocks import modals
from handlers.slack.blocks.parts.documents import with_originals
from handlers.slack.blocks.parts.paragraphs import fitted
from handlers.slack.interactions.spot_checks.next_spot_check import note_seen
from handlers.slack.named_cases import named_case, readable
from handlers.slack.readings import note_reading
from handlers.slack.subcommands import Asked
from handlers.texts.operations.explained import EXPLAINED, explained
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import ContentRemoved, Refused
from workflows.engine.read.explained.explanations import explanation_view
from workflows.engine.review.pages.originals import originals_of


def hear(asked: Asked) -> None:
    """Open it, for those who may read the case."""
    slack, said = asked.slack, asked.said
    if not asked.words:
        raise Refused("say which case: /countersign explain CASE")
    case = named_case(slack, said, asked.words, readable(slack, said), wants="read")
    view = explanation_view(slack.context, case.id)
    page = modals.told(fitted(partial(explained, view)), about=EXPLAINED)
    with suppress(ContentRemoved):
        found = originals_of(slack.context, case.id)
        page = with_originals(page, found, case=case.id, generation=slack.context.restores.number)
    asked.answer.open(page)
    note_seen(slack, case.id, user=said.user_id)
    note_reading(slack, case.id, by=said.user_id, way=Way.EXPLAIN)
