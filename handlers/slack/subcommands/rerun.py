"""`/countersign rerun CASE [from STEP] [dry]`, and `/rerun`: runs a case again. The work is a worker's."""

from handlers.commands import read_rerun
from handlers.slack.blocks import answers
from handlers.slack.blocks.paragraphs import told
from handlers.slack.ids import Shown
from handlers.slack.named_cases import named_case, readable
from handlers.slack.subcommands import Asked
from handlers.texts import reruns as texts
from workflows.engine.case.lookup import cases_meant
from workflows.engine.errors import AlreadyDelivered, Refused
from workflows.engine.review import refusals, reruns


def hear(asked: Asked) -> None:
    """Begin the run, for engineers and owners."""
    slack, said = asked.slack, asked.said
    if not asked.words:
        raise Refused("say which case: /countersign rerun CASE [from STEP] [dry]")
    mine = readable(slack, said)
    words = read_rerun(asked.words, is_case=lambda text: bool(cases_meant(slack.context, text, workflows=mine)))
    view = named_case(slack, said, words.case, mine, wants="rerun")
    with slack.watched(view.id, by=said.user_id, wants="rerun"):
        slack.rights.rerun(said.user_id, slack.context.registry.get(view.workflow))
    try:
        if words.dry:
            foreseen = reruns.foresee(slack.context, view.id, by=said.user_id, from_step=words.from_step)
            asked.answer.say(told(texts.foreseen(view.id, foreseen)))
            return
        with refusals.told_of_case(slack.context, view.id, by=said.user_id, wanted="rerun"):
            begun = reruns.rerun(slack.context, view.id, by=said.user_id, from_step=words.from_step)
    except AlreadyDelivered as delivered:
        seen = Shown(id=view.id, version=delivered.run, generation=view.generation)
        asked.answer.say(answers.delivered_already(seen))
        return
    asked.answer.say(told(texts.begun_again(view.id, begun)))
