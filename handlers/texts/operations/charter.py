"""The charter of a workflow in plain language, for any face: what it decides, what it may do, who answers for it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from handlers.texts.operations.pauses import pauses
from handlers.texts.pieces import (
    Line,
    Paragraph,
    Piece,
    Room,
    Told,
    bullets,
    command,
    group,
    line,
    person,
    words,
)
from handlers.texts.plain import begun_large, duration, percent
from handlers.who import WhoKind, named
from workflows.engine.declare.workflow import Does
from workflows.engine.read.charter_views import CharterView, SecondPerson
from workflows.engine.text.sanitize import one_line

ROOM = Room(text=1_000, line=200, items=40)
"""Room for the charter of any workflow."""
_DOES: Mapping[Does, str] = {
    "retrieve": "look things up",
    "recommend": "recommend an answer",
    "draft": "prepare a draft",
    "route": "hand a case to a queue or to people",
    "execute": "change the system it delivers to",
}


def charter(view: CharterView, room: Room = ROOM) -> Told:
    """Say a workflow's charter."""
    parts: list[Sequence[Paragraph]] = [
        [
            line(words(one_line(view.decision, room.line), bold=True)),
            line(words("It belongs to "), person(view.owner), words(".")),
            *([*pauses([view.pause])] if view.pause is not None else []),
        ],
        [line(words("What it may do", bold=True)), bullets(_few([line(words(one)) for one in _may(view)], room))],
        [line(words("What it never does", bold=True)), *_nevers(view, room)],
        [line(words("When it goes alone", bold=True)), *(line(words(one)) for one in _autonomy(view))],
        [line(words("Who reviews", bold=True)), *_review(view, room)],
        [line(words("What it may cost", bold=True)), line(words(_budget(view)))],
        [
            line(words("Not sure?", bold=True), words(" Ask its owner, "), person(view.owner), words(".")),
            line(
                words("Is something wrong?", bold=True),
                words(" Choose Report wrong in the menu of its message, or say "),
                command("wrong", "CASE TEXT"),
            ),
        ],
    ]
    return Told(brief=f"Charter of {view.workflow}", parts=parts)


def autonomy_in_brief(view: CharterView) -> str:
    """Say in a few words when a workflow goes alone."""
    if view.pause is not None:
        return "paused"
    if view.at_least is None:
        return "a person decides every case"
    return f"goes alone from {percent(view.at_least)} sure"


def _may(view: CharterView) -> Sequence[str]:
    said = view.may or [_DOES[one] for one in view.does]
    return [begun_large(one) for one in said] or ["Nothing"]


def _nevers(view: CharterView, room: Room) -> Sequence[Paragraph]:
    if not view.nevers:
        return [line(words("It has no rule of this kind."))]
    said = _few([line(words(begun_large(one_line(never, room.line)))) for never in view.nevers], room)
    return [bullets(said), line(words("However sure it is, such a case goes to a person."))]


def _autonomy(view: CharterView) -> Sequence[str]:
    if view.at_least is None:
        return ["Never: a person decides every case."]
    said = [f"Where it is at least {percent(view.at_least)} sure of each field. Else a person decides."]
    if view.pause is not None:
        said = ["Not now: it is paused, so a person decides every case.", f"Else: {said[0][:1].lower()}{said[0][1:]}"]
    if view.second_opinion is not None:
        doubt = percent(view.second_opinion)
        said.append(f"Also not where the local model, as a second opinion, finds the answer less than {doubt} likely.")
    if view.spot_checks:
        said.append(
            f"Of what went alone, a reviewer looks at {view.spot_checks * 100:.3g}%, without seeing the answer."
        )
    else:
        said.append("Nobody looks at what went alone.")
    if view.is_scoped:
        said.append("Cases that it was not made for go to a person without a proposal.")
    return said


def _review(view: CharterView, room: Room) -> Sequence[Paragraph]:
    if view.reviewers:
        first = line(*people(view.reviewers, room), words(f", within {_time(view.answer_within)}."))
    else:
        first = line(words("Nobody in a channel yet: only who runs Countersign decides, at the command line."))
    said: list[Line] = [first, *(_second(one, number, room) for number, one in enumerate(view.seconds, 2))]
    if view.grace:
        said.append(line(words(f"Whoever decided can undo it for {_time(view.grace)}; then it is delivered.")))
    if not view.self_approval:
        said.append(line(words("Nobody decides a case that they handed in themselves.")))
    if view.can_ask:
        said.append(line(words("A reviewer can ask the source of a case a question.")))
    return said


def _second(one: SecondPerson, number: int, room: Room) -> Line:
    who = people(one.by, room) if one.by else [words("another reviewer")]
    limit = ""
    if not one.always:
        limit = f", above its limit: {one_line(one.sentence, room.line)}" if one.sentence else ", above its limit"
    return line(words(f"{_ORDINALS.get(number, f'{number}th')} person: "), *who, words(f"{limit}."))


_ORDINALS = {2: "Second", 3: "Third", 4: "Fourth", 5: "Fifth", 6: "Sixth"}


def people(ids: Sequence[str], room: Room = ROOM) -> list[Piece]:
    """Name people and groups, by their ids as they are written."""
    made: list[Piece] = []
    shown = named(ids)[: room.items]
    for one in shown:
        made += [words(", ")] if made else []
        made.append(group(one.id) if one.kind is WhoKind.GROUP else person(one.id))
    left = len(ids) - len(shown)
    return [*made, words(f" and {left} more")] if left > 0 else made


def _budget(view: CharterView) -> str:
    zone = "" if view.zone == "UTC" else f" of {view.zone}"
    return (
        f"At most {_dollars(view.per_case)} a case and {_dollars(view.per_day)} a day{zone}. "
        "What would cost more is not asked: a person gets the case without a proposal."
    )


def _dollars(amount: Decimal) -> str:
    whole = f"{amount.normalize():,f}"
    return f"${amount:,.2f}" if len(whole.partition(".")[2]) <= 2 else f"${whole}"


def _time(length: timedelta) -> str:
    return duration(int(length.total_seconds()))


def _few(lines: Sequence[Line], room: Room) -> list[Line]:
    left = len(lines) - room.items
    return [*lines[: room.items], line(words(f"and {left} more"))] if left > 0 else list(lines)
