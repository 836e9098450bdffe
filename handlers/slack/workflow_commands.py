"""Slash commands about a workflow, for engineers and owners: pause it, let it go on, have it propose anew."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import answers
from handlers.slack.blocks.drawing import Drawn
from handlers.slack.blocks.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.ids import Command
from handlers.slack.payloads import Typed, typed
from handlers.slack.replies import Answer, afterwards, answering
from handlers.slack.rights import NotAllowed
from handlers.texts import pauses
from store.subjects import SubjectKind
from workflows.engine.deliver import workflow_pauses
from workflows.engine.deliver.holds import release_all
from workflows.engine.errors import Refused, Unknown
from workflows.engine.review import refusals
from workflows.engine.review.late_proposals import propose_anew, waiting

Body = Mapping[str, Any]
_DELIVERIES = re.compile(r"(?<!\S)(?:--|[\u2012-\u2015])deliveries(?!\S)", re.IGNORECASE)
"""Slack makes one long dash of two short ones on some keyboards."""
_USAGE = {
    Command.PAUSE: "/pause WORKFLOW [--deliveries] REASON",
    Command.RESUME: "/resume WORKFLOW",
    Command.PROPOSE: "/propose WORKFLOW",
}


def register(app: App, slack: SlackContext) -> None:
    """Listen to commands."""

    @app.command(Command.PAUSE)
    def pause(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            said = typed(body)
            words = _DELIVERIES.sub("", said.words).split(maxsplit=1)
            if len(words) < 2:
                answer.say(_standings(slack, said, words, Command.PAUSE))
                return
            name, reason = words
            _admit(slack, said, name, wants="pause")
            deliveries = _DELIVERIES.search(said.words) is not None
            made = workflow_pauses.pause(slack.context, name, by=said.user_id, reason=reason, deliveries=deliveries)
            answer.say(told(pauses.paused(made, *workflow_pauses.pause_statuses(slack.context, [name]))))

    @app.command(Command.RESUME)
    def resume(body: Body, ack: Ack, client: WebClient) -> None:
        lifted = None
        with answering(body, ack, client) as answer:
            said = typed(body)
            if not said.words:
                answer.say(_standings(slack, said, [], Command.RESUME))
                return
            _admit(slack, said, said.words, wants="resume")
            lifted = workflow_pauses.lift(slack.context, said.words, by=said.user_id)
            answer.say(told(pauses.resumed(lifted, askable=waiting(slack.context, said.words).begun)))
        if lifted is not None:
            # Ten thousand of them take longer than Slack waits.
            afterwards("release", partial(release_all, slack.context))

    @app.command(Command.PROPOSE)
    def propose(body: Body, ack: Ack, client: WebClient) -> None:
        begun: Callable[[], None] | None = None
        with answering(body, ack, client) as answer:
            said = typed(body)
            if not said.words:
                answer.say(_standings(slack, said, [], Command.PROPOSE))
                return
            _admit(slack, said, said.words, wants="propose")
            counted = waiting(slack.context, said.words)
            answer.say(told(pauses.proposing(said.words, counted.begun, counted.in_hand)))
            begun = partial(_propose, slack, answer, said)
        # Whoever was refused comes here, too.
        if begun is not None:
            afterwards("propose", begun)


def _propose(slack: SlackContext, answer: Answer, said: Typed) -> None:
    """Have the model asked, and say where that came to an end before all were asked about."""
    try:
        counted = propose_anew(slack.context, said.words, by=said.user_id)
    except Refused as error:
        answer.add(answers.refused(str(error)))
        return
    if counted.stopped is not None:
        answer.add(answers.refused(f"{counted.begun:,} were begun: {counted.stopped}"))


def _admit(slack: SlackContext, said: Typed, workflow: str, *, wants: str) -> None:
    """Raise `Refused` where somebody may not do that with a workflow; that is audited.

    Whoever may not know of a workflow is told the same as where there is none, and it takes as long.
    """
    slack.admit(said.origin)
    user, registry, rights = said.user_id, slack.context.registry, slack.rights
    mine = [one.name for one in slack.allowed(rights.pause, user, registry)]
    if workflow in mine:
        return
    known = [one.name for one in slack.allowed(rights.read, user, registry)]
    if workflow in registry:
        refusals.note_of_workflow(slack.context, workflow, by=user, wanted=wants)
    else:
        refusals.note_stray(slack.context, SubjectKind.WORKFLOW.unnumbered, by=user, wanted=wants, why="no_right")
    if workflow in known:
        rights.pause(user, registry.get(workflow))
    which = f"; yours are {', '.join(sorted(mine))}" if mine else ""
    raise Unknown(f"there is no workflow {workflow!r} that you may do this with{which}")


def _standings(slack: SlackContext, said: Typed, only: list[str], command: Command) -> Drawn:
    """How the workflows stand that a person may pause. Raise `Refused` where there are none."""
    slack.admit(said.origin)
    for name in only:
        _admit(slack, said, name, wants="pause")
    mine = slack.allowed(slack.rights.pause, said.user_id, slack.context.registry)
    names = sorted(one.name for one in mine if not only or one.name in only)
    if not names:
        raise NotAllowed("Only engineers and owners may pause workflows.")
    return told(pauses.pause_statuses(workflow_pauses.pause_statuses(slack.context, names), usage=_USAGE[command]))
