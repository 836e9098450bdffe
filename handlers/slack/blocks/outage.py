"""What is told of a model that is left alone: one message, drawn anew when it answers again."""

from handlers.slack.blocks.drawing import Block, Drawn
from handlers.slack.blocks.length import Room, fitting, some
from handlers.slack.blocks.rich_text import bullets, line, moment, quote, rich, words
from handlers.slack.blocks.text import escaped, excerpt
from workflows.engine.propose.views import OutageView


def outage(view: OutageView) -> Drawn:
    """The message that stands in the channel."""
    again = "answers again" if view.ended_at is not None else "is not asked for now"
    return fitting(lambda room: _blocks(view, room), text=escaped(f"The model {view.model} {again}", 300))


def _blocks(view: OutageView, room: Room) -> list[Block]:
    why = quote(excerpt(view.reason, min(room.text, 600)))
    if view.ended_at is None:
        title = line(words(f"The model {excerpt(view.model, room.line)} is not asked for now", bold=True))
        since = line(words("Since "), moment(view.began_at), words(", because of this:"))
        meanwhile = line(
            words("Cases go to people with an empty form meanwhile. It is tried again by itself; nothing is lost.")
        )
        return [rich(title, since, why, meanwhile)]
    title = line(words(f"The model {excerpt(view.model, room.line)} answers again", bold=True))
    lasted = line(
        words("It was not asked from "), moment(view.began_at), words(" to "), moment(view.ended_at), words(".")
    )
    made = [rich(title, lasted, why)]
    if view.waiting:
        listed = [
            line(words(f"{number:,} of {workflow}: "), words(f"/propose {workflow}", code=True))
            for workflow, number in view.waiting.items()
        ]
        lead = line(words("Cases that still wait for people without a proposal. To have them proposed anew:"))
        made.append(rich(lead, bullets(some(listed, room, "workflows"))))
    return made
