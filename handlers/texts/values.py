"""Values on a card: what is proposed, what is decided, and how the one differs from the other."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby

from handlers.texts.pieces import Line, Paragraph, Piece, Room, Rows, bullets, left_out, line, quote, words
from handlers.texts.plain import enough_of, excerpt, percent, source_named
from workflows.engine.review.views import CardView, ValueView
from workflows.engine.text.sanitize import one_line

CHECK = "⚠ Check: "
"""Mark of a field that its reader should look at first."""
_LONG = 140
"""Most characters of a value in lines of its own."""
_MARKED = 3
"""Doubtful fields that are marked one by one; where there are more, one line says it of all."""
_SHORT = 120
"""Most characters of a value on the same line as its label."""
_SEVERAL = 2
"""Numbers that are zero as usual from which one line names them all."""
_LIKELY = 0.05
"""Least probability of an alternative that a card shows."""


def recommendation(view: CardView, room: Room) -> list[Paragraph]:
    """Say what is proposed, field by field, the doubtful ones first, with how sure the model is of these."""
    marked, nothing = _marked(view), _nothing(view)
    doubtful = [value for value in view.values if value.name in marked]
    told = [value for value in view.values if value.name not in nothing]
    shown = [*doubtful, *(value for value in told if value.name not in marked)][: room.items]
    below = [value for value in shown if value.name not in marked]
    title = words(_title(view), bold=True)
    first = [line(title, *_sure_of_all(view))]
    if len(doubtful) > _MARKED:
        # Where most of it is doubtful, a mark on each line would be one on none.
        first.append(line(words(CHECK, bold=True), words(_spread(doubtful))))
        marked = frozenset()
    rest = _undoubted(below, room) if doubtful else _fields(below, room, marked)
    return [
        *first,
        *_fields(shown[: len(doubtful)], room, marked),
        *rest,
        *_zero(view, nothing),
        *_left_out(view, room),
    ]


def _nothing(view: CardView) -> frozenset[str]:
    """Return the numbers that are zero as usual and that nobody doubts, where there are several."""
    usual = [one for one in view.values if one.is_nothing and not one.doubtful]
    found = frozenset(one.name for one in usual if one.delivered in (None, one.proposed))
    return found if len(found) >= _SEVERAL else frozenset()


def _zero(view: CardView, nothing: Collection[str]) -> list[Paragraph]:
    """Name the numbers that are zero as usual."""
    labels = [one_line(value.label, _SHORT) for value in view.values if value.name in nothing]
    return [line(words("Zero: ", bold=True), words(", ".join(labels)))] if labels else []


def _title(view: CardView) -> str:
    if view.reported:
        return "What was delivered"
    if view.source is not None:
        return f"{source_named(view.source)} proposes"
    return "Proposed correction" if view.correction else "Recommendation"


def _undoubted(values: Sequence[ValueView], room: Room) -> list[Paragraph]:
    """Say what nobody doubts beside what is doubted: several short values stand on one line."""
    short = [value for value in values if _is_in_line(value) and value.delivered in (None, value.proposed)]
    if len(short) <= _MARKED:
        return _fields(values, room, frozenset())
    said = " · ".join(f"{excerpt(value.label, room.line)}: {_one(value.proposed, room)}" for value in short)
    rest = [value for value in values if value not in short]
    return [line(words("Not in doubt: ", bold=True), words(said)), *_fields(rest, room, frozenset())]


def _fields(values: Sequence[ValueView], room: Room, marked: Collection[str]) -> list[Paragraph]:
    pieces: list[Paragraph] = []
    for is_short, some_of in groupby(values, key=_is_in_line):
        if is_short:
            pieces.append(bullets([_proposed(value, room, marked=value.name in marked) for value in some_of]))
        else:
            pieces += [piece for value in some_of for piece in _at_length(value, room, marked=value.name in marked)]
    return pieces


def _marked(view: CardView) -> frozenset[str]:
    """Return the fields that stand out as doubtful: those of the view, but for a long text as sure as the least sure
    of the others, since it follows from them.
    """
    short = [value.confidence for value in view.values if value.doubtful and _is_in_line(value)]
    least = min((number for number in short if number is not None), default=None)
    return frozenset(
        value.name
        for value in view.values
        if value.doubtful and (_is_in_line(value) or value.confidence is None or value.confidence != least)
    )


def _spread(doubtful: Sequence[ValueView]) -> str:
    """Say how sure the model is of several fields together."""
    stated = [value.confidence for value in doubtful if value.confidence is not None]
    if not stated:
        return "no usable confidence"
    low, high = percent(min(stated)), percent(max(stated))
    return f"{low} sure" if low == high else f"{low} to {high} sure"


def _sure_of_all(view: CardView) -> list[Piece]:
    """Say how sure the model is of the field that it is least sure of, where no field says so itself."""
    stated = [value.confidence for value in view.values if value.confidence is not None]
    if view.correction or not stated or any(value.doubtful for value in view.values):
        return []
    return [words(f" · {percent(min(stated))} sure")]


def _at_length(value: ValueView, room: Room, *, marked: bool) -> list[Paragraph]:
    """Draw a proposed value that takes lines of its own."""
    label = line(*_check(marked), words(f"{excerpt(value.label, room.line)}{_sure(value, room, marked)}"))
    most = _most_of(value, room)
    if value.columns and value.proposed:
        return [label, Rows(columns=value.columns, text=value.proposed, most=most)]
    return [label, quote(excerpt(value.proposed, most))]


def _most_of(value: ValueView, room: Room) -> int:
    """Return the number of characters that are shown of a value in lines of its own."""
    if value.columns and not value.doubtful:
        return min(room.text, _LONG // 2)
    return min(room.text, enough_of(value.proposed, _LONG))


def is_cut(value: ValueView, room: Room) -> bool:
    """Tell whether a card shows a proposed value in part."""
    return not _is_in_line(value) and len((value.proposed or "").strip()) > _most_of(value, room)


def doubted(view: CardView) -> Sequence[ValueView]:
    """Return the fields of a proposal that are to be looked at first."""
    return [value for value in view.values if value.doubtful] if view.has_proposal else []


def check_first(view: CardView) -> list[Paragraph]:
    """Name these fields, in a line that stands above everything that is long."""
    names = excerpt(", ".join(value.label for value in doubted(view)), 300)
    return [line(words(CHECK, bold=True), words(names))] if names else []


def decision(view: CardView, room: Room) -> list[Paragraph]:
    """Say what was decided; nothing where no values were. The thread says how it differs from what was proposed.

    A correction is a difference by itself.
    """
    if view.correction:
        return changes(view, room)
    decided = [value for value in view.values if value.decided is not None][: room.items]
    if not decided:
        return []
    room = replace(room, line=min(room.line, _SHORT))
    said = [line(words(f"{excerpt(value.label, room.line)}: "), _now(value, room)) for value in decided]
    return [bullets(said), *_left_out(view, room)]


def _now(value: ValueView, room: Room) -> Piece:
    return words(one_line(value.decided, room.line) or "–", bold=True)


def changes(view: CardView, room: Room) -> list[Paragraph]:
    """Say how a decision differs from what was proposed, or what a correction replaces; empty if it does not."""
    short, long = list[Line](), list[Paragraph]()
    for value in view.values:
        old = value.delivered if view.correction else value.proposed
        if value.decided is None or old is None or old == value.decided:
            continue
        label = excerpt(value.label, room.line)
        if _is_short(old) and _is_short(value.decided):
            short.append(line(words(f"{label}: "), *_replaced(old, value.decided, room)))
        else:
            long += [line(words(f"{label}, was:")), quote(excerpt(old, room.text))]
            long += [line(words(f"{label}, now:")), quote(excerpt(value.decided, room.text))]
    made = [*([bullets(short[: room.items])] if short else []), *long[: 4 * room.items]]
    left = max(len(short) - room.items, 0) + max(len(long) // 4 - room.items, 0)
    return [*made, *([left_out(left, "fields")] if left else [])]


def _left_out(view: CardView, room: Room) -> list[Line]:
    left = len(view.values) - room.items
    return [left_out(left, "fields")] if left > 0 else []


def _proposed(value: ValueView, room: Room, *, marked: bool) -> Line:
    label = words(f"{excerpt(value.label, room.line)}: ")
    sure = [words(said)] if (said := _sure(value, room, marked)) else []
    if value.delivered is not None and value.delivered != value.proposed:
        return line(*_check(marked), label, *_replaced(value.delivered, value.proposed, room), *sure)
    return line(*_check(marked), label, words(_one(value.proposed, room), bold=True), *sure)


def _check(marked: bool) -> list[Piece]:
    """A sign and a word, for whoever sees no colour or hears it read out."""
    return [words(CHECK, bold=True)] if marked else []


def _replaced(old: str | None, new: str | None, room: Room) -> list[Piece]:
    return [words(_one(old, room), strike=True), words(" → "), words(_one(new, room), bold=True)]


def _sure(value: ValueView, room: Room, marked: bool) -> str:
    """Say how sure the model is of a field that stands out, as the end of its line. Details say it of each."""
    sure = certainty(value, room) if marked else ""
    return f" · {sure}" if sure else ""


def certainty(value: ValueView, room: Room) -> str:
    """Say how sure the model is of a field, and what else it thought of; empty where it said nothing of it."""
    if value.confidence is None:
        return "no usable confidence" if value.doubtful else ""
    other, share = next(iter(value.alternatives.items()), ("", 0.0))
    return f"{percent(value.confidence)} sure" + (
        f", else {excerpt(other, min(room.line, 40))}" if share >= _LIKELY else ""
    )


def _is_in_line(value: ValueView) -> bool:
    """Tell whether a value stands on its label's line. Rows never do: their columns have names."""
    return _is_short(value.proposed) and not (value.columns and value.proposed)


def _is_short(text: str | None) -> bool:
    return text is None or (len(text) <= _SHORT and "\n" not in text)


def _one(text: str | None, room: Room) -> str:
    return excerpt(text, room.line) if text else "–"
