"""The message about a model that is left alone: one message, drawn anew when the model answers again."""

from handlers.texts.pieces import Paragraph, Room, Told, bullets, command, line, moment, quote, some, words
from handlers.texts.plain import excerpt
from workflows.engine.propose.views import OutageView


def outage(view: OutageView, room: Room) -> Told:
    """Draw the card as a message."""
    again = "answers again" if view.ended_at is not None else "is not asked at the moment"
    return Told(brief=f"The model {view.model} {again}", parts=_parts(view, room))


def _parts(view: OutageView, room: Room) -> list[list[Paragraph]]:
    why = quote(excerpt(view.reason, min(room.text, 600)))
    if view.ended_at is None:
        title = line(words(f"The model {excerpt(view.model, room.line)} is not asked at the moment", bold=True))
        since = line(words("Since "), moment(view.began_at), words(", because of this:"))
        meanwhile = line(
            words(
                "Meanwhile cases go to people with an empty form. The model is tried again by itself; nothing is lost."
            )
        )
        return [[title, since, why, meanwhile]]
    title = line(words(f"The model {excerpt(view.model, room.line)} answers again", bold=True))
    lasted = line(
        words("It was not asked from "), moment(view.began_at), words(" to "), moment(view.ended_at), words(".")
    )
    made: list[list[Paragraph]] = [[title, lasted, why]]
    if view.waiting:
        listed = [
            line(words(f"{number:,} of {workflow}: "), command("propose", workflow))
            for workflow, number in view.waiting.items()
        ]
        lead = line(words("Cases that still wait for people without a proposal. To ask the model about them:"))
        made.append([lead, bullets(some(listed, room, "workflows"))])
    return made
