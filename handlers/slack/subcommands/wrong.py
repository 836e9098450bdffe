"""`/countersign wrong CASE TEXT`: keeps what a person says is wrong. Whoever may not read the case is told the same."""

from functools import partial

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.named_cases import readable
from handlers.slack.subcommands import Asked, Work
from handlers.texts.review.reports import NOTED
from workflows.engine.case.lookup import cases_meant
from workflows.engine.errors import Refused
from workflows.engine.review.wrong import reports


def hear(asked: Asked) -> Work | None:
    """Note it, and take it up after the answer."""
    slack, said = asked.slack, asked.said
    reference, _, what = asked.words.partition(" ")
    if not what.strip():
        raise Refused("say what is wrong: /countersign wrong CASE TEXT")
    case, by = next(iter(cases_meant(slack.context, reference, workflows=readable(slack, said))), None), said.user_id
    kept = reports.note(
        slack.context, about=reference, case=case, by=by, said=what.strip(), interaction_id=said.interaction_id
    )
    asked.answer.say(told(NOTED))
    return partial(reports.take_up, slack.context, kept) if kept is not None else None
