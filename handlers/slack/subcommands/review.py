"""`/countersign review [CASE]`: a session through all that waits, or the review of one case."""

from handlers.slack.blocks import answers, modals
from handlers.slack.interactions import session
from handlers.slack.interactions.spot_checks import next_spot_check
from handlers.slack.named_cases import named_case, readable
from handlers.slack.readings import note_reading
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.case import deciding
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import Refused
from workflows.engine.review.cards import card_view


def hear(asked: Asked) -> None:
    """Open it, for those who may decide."""
    slack, said = asked.slack, asked.said
    if not asked.words:
        for rest in (session, next_spot_check):
            if rest.begin(slack, asked.answer, user=said.user_id, among=""):
                return
        asked.answer.say(answers.NOTHING_WAITS)
        return
    view = named_case(slack, said, asked.words, readable(slack, said), wants="decide")
    with slack.watched(view.id, by=said.user_id, wants="decide"):
        deciding(slack, view)(said.user_id, slack.context.registry.get(view.workflow))
    if view.newest.review is None:
        raise Refused(f"nobody has to decide case {view.id}; /countersign case {view.id} shows its state")
    asked.answer.open(modals.review(card_view(slack.context, view.newest.review.id)))
    note_reading(slack, view.id, by=said.user_id, way=Way.DETAILS)
