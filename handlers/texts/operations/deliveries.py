"""Deliveries that wait, or that nobody confirmed. Recorded, not confirmed and apply failed are different words."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.texts.pieces import Paragraph, Piece, Room, Told, command, hour, line, moment, quote, words
from handlers.texts.plain import begun_large, excerpt
from workflows.engine.deliver.views import DeliveryView, LateView, TargetView

NOT_CONFIRMED = "Not confirmed"


@dataclass(frozen=True, kw_only=True)
class Said:
    """State of a delivery in words."""

    title: str
    """First word or two."""
    more: Sequence[Piece]
    """Rest of the sentence."""


def waiting(delivery: DeliveryView, room: Room) -> Said:
    """Return the words for a delivery that waits for its target."""
    target = excerpt(delivery.target, room.line)
    again = [words("at "), hour(delivery.next_at)] if delivery.next_at is not None else [words("later")]
    if delivery.maybe_applied:
        down = f"; {target} is down" if delivery.down_since is not None else ""
        more = [words(f"{down}; it may be applied. It is made again under the same key "), *again, words(".")]
        return Said(title=NOT_CONFIRMED, more=more)
    if delivery.down_since is not None:
        # The time is that of the next attempt at the target; the card is not drawn anew for each attempt.
        more = [words(f"; {target} is down, tried again "), *again, words(" and from then on by itself.")]
        return Said(title="Recorded", more=more)
    more = [words(f"; {target} did not take it yet, tried again "), *again, words(" by itself.")]
    return Said(title="Recorded", more=more)


def rejection_waits(delivery: DeliveryView, room: Room) -> Said:
    """Return the words for a rejection whose target was not told yet."""
    target = excerpt(delivery.target, room.line)
    down = f"; {target} is down" if delivery.down_since is not None else f"; {target} did not take it yet"
    again = [words("at "), hour(delivery.next_at)] if delivery.next_at is not None else [words("later")]
    maybe = ", and may have been told" if delivery.maybe_applied else ""
    more = [words(f"{down}{maybe}. It is told again "), *again, words(" by itself, and the case closes.")]
    return Said(title="Recorded", more=more)


def unconfirmed(delivery: DeliveryView, case: int) -> Said:
    """Return the words for a delivery that failed and may have been applied all the same."""
    how = "it is made again under the same key" if delivery.keyed else "it goes on after what is done"
    what = "it may be applied" if delivery.keyed else "a part of it may be applied"
    return Said(
        title=NOT_CONFIRMED,
        more=[words(f"; {what}. An engineer can say "), command("rerun", case, stands_out=False), words(f": {how}.")],
    )


def late(view: LateView, room: Room) -> Told:
    """Draw the note about a delivery that has failed for a long time."""
    text = f"Case {view.case} ({view.workflow}) is not delivered yet"
    return Told(brief=text, parts=[_late(view, room)])


def _late(view: LateView, room: Room) -> Sequence[Paragraph]:
    about = line(
        words(f"Case {view.case} is not delivered yet", bold=True),
        words(f" · {view.workflow} · {excerpt(view.key, room.line)}"),
    )
    if view.waiting_since is None or view.next_at is None:
        return [about, line(words("It waits no longer."))]
    target = begun_large(excerpt(view.target, room.line))
    maybe = " It may be applied: it is made again under the same key." if view.not_confirmed else ""
    since = line(
        words(f"{target} did not take it in {view.attempts} attempts since "),
        moment(view.waiting_since),
        words(f".{maybe}"),
    )
    again = line(
        words("It is tried again by itself, next at "),
        hour(view.next_at),
        words(", and fails after three days. To try now: "),
        command("rerun", view.case),
    )
    return [about, since, *([quote(excerpt(view.reason, min(room.text, 600)))] if view.reason else []), again]


def target(view: TargetView, room: Room) -> Told:
    """Draw the message about a target that is down: one message, drawn anew while the outage lasts and at its end."""
    return Told(brief=_brief(view), parts=[_target(view, room)])


def _brief(view: TargetView) -> str:
    name = begun_large(view.target)
    if view.ended_at is None:
        return f"{name} is down; {decisions(view.waiting)}"
    return f"{name} answers again" if view.waiting else f"{name} is not tried any more"


def _target(view: TargetView, room: Room) -> Sequence[Paragraph]:
    name, why = begun_large(excerpt(view.target, room.line)), quote(excerpt(view.reason, min(room.text, 600)))
    if view.ended_at is None:
        return [
            line(
                words(f"{name} has been down", bold=True),
                words(" since "),
                moment(view.began_at),
                words(f"; {decisions(view.waiting)}."),
            ),
            why,
            line(
                words("It is tried again by itself, with one of them at a time: next at "),
                hour(view.next_at),
                words(". Once it answers, all go out, each case's in its order. Nobody has to do anything here; "),
                command("rerun", "CASE"),
                words(" tries one at once."),
            ),
        ]
    lasted = [words("It was down from "), moment(view.began_at), words(" to "), moment(view.ended_at)]
    if not view.waiting:
        nothing = words(". Nothing waits for it any more; the next delivery will show whether it is up.")
        return [line(words(f"{name} is not tried any more", bold=True)), line(*lasted, nothing), why]
    how = "goes out by itself" if view.waiting == 1 else "go out by themselves, each case's in its order"
    out = f". {begun_large(_numbered(view.waiting))} that waited {how}"
    return [line(words(f"{name} answers again", bold=True)), line(*lasted, words(f"{out}.")), why]


def decisions(number: int) -> str:
    """Return the number of waiting decisions in words."""
    return f"{_numbered(number)} {'waits' if number == 1 else 'wait'}"


def _numbered(number: int) -> str:
    return f"{number:,} {'decision' if number == 1 else 'decisions'}"
