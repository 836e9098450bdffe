"""The fields of a proposal: what is recommended and how sure it is, and what a person made of it."""

from handlers.slack.blocks.drawing import Block
from handlers.slack.blocks.length import Room
from handlers.slack.blocks.rich_text import bullets, line, quote, rich, words
from handlers.slack.blocks.text import excerpt
from workflows.engine.review.views import CardView, ValueView

_SHORT = 120
"""Characters of a value that stands on its label's line."""
_ALTERNATIVES = 2
"""What the model thought of besides, on a card."""
_LIKELY = 0.05
"""From which probability that is worth a line."""


def recommendation(view: CardView, room: Room) -> Block:
    """What is proposed, field by field, with how sure the model is."""
    shown = view.values[: room.items]
    short = [_proposed(value, room) for value in shown if _is_short(value.proposed)]
    pieces = [line(words("Proposed correction" if view.correction else "Recommendation", bold=True))]
    if short:
        pieces.append(bullets(short))
    for value in shown:
        if not _is_short(value.proposed):
            label = f"{excerpt(value.label, room.line)}{_sure(value, room)}"
            pieces += [line(words(label)), quote(excerpt(value.proposed, room.text))]
    return rich(*pieces, *_left_out(view, room))


def changes(view: CardView, room: Room) -> Block | None:
    """What was decided, and how it differs from what was proposed. None where no values were decided."""
    decided = [value for value in view.values if value.decided is not None]
    if not decided:
        return None
    short, long = list[Block](), list[Block]()
    for value in decided[: room.items]:
        old, label = value.delivered if view.correction else value.proposed, excerpt(value.label, room.line)
        if (old is None or old == value.decided) and _is_short(value.decided):
            short.append(line(words(f"{label}: "), words(_one(value.decided, room), bold=True)))
        elif old is None or old == value.decided:
            long += [line(words(label)), quote(excerpt(value.decided, min(room.text, 400)))]
        elif _is_short(old) and _is_short(value.decided):
            short.append(line(words(f"{label}: "), *_replaced(old, value.decided, room)))
        else:
            long += [line(words(f"{label}, was:")), quote(excerpt(old, room.text))]
            long += [line(words(f"{label}, now:")), quote(excerpt(value.decided, room.text))]
    return rich(*([bullets(short)] if short else []), *long, *_left_out(view, room))


def _left_out(view: CardView, room: Room) -> list[Block]:
    left = len(view.values) - room.items
    return [line(words(f"… and {left} more fields under Details"))] if left > 0 else []


def _proposed(value: ValueView, room: Room) -> Block:
    label = words(f"{excerpt(value.label, room.line)}: ")
    certainty = [words(sure)] if (sure := _sure(value, room)) else []
    if value.delivered is not None and value.delivered != value.proposed:
        return line(label, *_replaced(value.delivered, value.proposed, room), *certainty)
    return line(label, words(_one(value.proposed, room), bold=True), *certainty)


def _replaced(old: str | None, new: str | None, room: Room) -> list[Block]:
    return [words(_one(old, room), strike=True), words(" → "), words(_one(new, room), bold=True)]


def _sure(value: ValueView, room: Room) -> str:
    """How sure the model is of a field, and what else it thought of."""
    if value.confidence is None:
        return ""
    likely = [(other, share) for other, share in value.alternatives.items() if share >= _LIKELY]
    others = [f"{excerpt(other, min(room.line, 40))} {share:.2f}" for other, share in likely[:_ALTERNATIVES]]
    if len(likely) > _ALTERNATIVES:
        others.append("…")
    return f" · confidence {value.confidence:.2f}" + (f" (else {', '.join(others)})" if others else "")


def _is_short(text: str | None) -> bool:
    return text is None or (len(text) <= _SHORT and "\n" not in text)


def _one(text: str | None, room: Room) -> str:
    return excerpt(text, room.line) if text else "–"
