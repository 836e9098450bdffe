"""Words about how other systems are: a line for each, the message about one in trouble, the warning before an end."""

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.texts.pieces import Line, Paragraph, Piece, Room, Told, command, line, moment, person, words
from handlers.texts.plain import begun_large, excerpt
from store.states import Health
from workflows.engine.health.rules import DAYS
from workflows.engine.health.views import ExpiryView, HowEnded, Kind, SystemView, TroubleView
from workflows.engine.text.sanitize import one_line

_NAME = 80
"""Characters of a system's name."""
_MEANWHILE = {Kind.SLACK: "Messages that it does not take wait, and are sent once it takes them."}
_OTHERWISE = (
    "Cases that fail for it are on the cards of their causes; what may be tried again is tried again by itself."
)
SYSTEMS = 20
"""Systems that a status names."""


def systems(found: Sequence[SystemView], today: date) -> list[Line]:
    """Say of each system how it is, in a line; those that `in_trouble` tells of are left out."""
    rest = [one for one in found if not _is_told_first(one)]
    lines = [_of(one, today) for one in rest[:SYSTEMS]]
    left = len(rest) - SYSTEMS
    return [*lines, *([line(words(f"and {left:,} more"))] if left > 0 else [])]


def in_trouble(found: Sequence[SystemView], today: date) -> list[Line]:
    """Say which systems are in trouble, or down without an outage that is told elsewhere."""
    return [_of(one, today) for one in found if _is_told_first(one)]


def of_one(one: SystemView, today: date) -> list[Line]:
    """Say how one system is."""
    return [_of(one, today)]


def _is_told_first(one: SystemView) -> bool:
    return one.state is not Health.WELL and not one.is_outage


def _title(one: SystemView) -> str:
    return _named(one.kind, _name(one.name))


def _named(kind: Kind, name: str) -> str:
    """Begin a sentence with a system. A model is named as its provider writes it."""
    return f"Model {name}" if kind is Kind.MODEL else begun_large(name)


def _of(one: SystemView, today: date) -> Line:
    return line(
        words(_title(one), bold=True),
        *_state(one),
        words(": "),
        *_calls(one),
        *_last(one),
        *_end(one, today),
    )


def _state(one: SystemView) -> list[Piece]:
    if one.since is None:
        return []
    said = "has been down since " if one.state is Health.DOWN else "has been in trouble since "
    return [words(f" {said}"), moment(one.since)]


def _calls(one: SystemView) -> list[Piece]:
    if one.total:
        took = f"; {_seconds(one.seconds)} for an answer" if one.seconds is not None else ""
        return [words(f"{_counted(one.failed, one.broken, one.total)} in the last {minutes(one.window)}{took}.")]
    if one.last_at is None:
        return [words("no calls within a day.")]
    return [words("no calls since "), moment(one.last_at), words(".")]


def _last(one: SystemView) -> list[Piece]:
    if not (one.failed or one.broken or one.since is not None):
        return []
    if one.last_ok_at is None:
        return [words(" No success within a day.")]
    return [words(" Last success "), moment(one.last_ok_at), words(".")]


def _end(one: SystemView, today: date) -> list[Piece]:
    days = (one.expires_on - today).days if one.expires_on is not None else None
    if one.expires_on is None or days is None or days > max(DAYS):
        return []
    return [words(f" Access ends on {one.expires_on.isoformat()}{_when(days)}.")]


def _when(days: int) -> str:
    if days < 0:
        return ", which is over"
    return {0: ", today", 1: ", tomorrow"}.get(days, f", in {days} days")


def _counted(failed: int, broken: int, total: int) -> str:
    """Say what calls came to, in numbers: a share of a few calls would say more than is known."""
    calls = f"{total:,} {'call' if total == 1 else 'calls'}"
    if not failed and not broken:
        return f"{calls} answered"
    said = f"{failed:,} of {calls} failed" if failed else f"none of {calls} failed"
    if not broken:
        return said
    another = "answer was" if broken == 1 else "answers were"
    return f"{said}, and {broken:,} {another} in another form than agreed"


def _seconds(seconds: float | None) -> str:
    number = seconds or 0.0
    return f"{number * 1000:,.0f} ms" if number < 1 else f"{number:,.1f} s"


def minutes(time: timedelta) -> str:
    """Say a time in minutes."""
    return f"{int(time.total_seconds() // 60)} minutes"


def trouble(view: TroubleView, room: Room) -> Told:
    """Draw the message about a system in trouble: one message, drawn anew when its state changes and at its end."""
    name = _named(view.kind, excerpt(view.name, room.line))
    if view.ended_at is None:
        return Told(brief=f"{name} is {_words(view)}", parts=[_lasting(view, name)])
    return Told(brief=f"{name} {_over(view)}", parts=[_ended(view, name)])


def _words(view: TroubleView) -> str:
    return "down" if view.state is Health.DOWN else "in trouble"


def _lasting(view: TroubleView, name: str) -> Sequence[Paragraph]:
    error = f", last with {one_line(view.error, _NAME)}" if view.error is not None else ""
    said = f"{begun_large(_counted(view.failed, view.broken, view.total))} within {minutes(view.window)}{error}."
    again = view.spells > 1
    since = [words(" since "), moment(view.spell_at)]
    since += [words(f": {view.spells:,} times since "), moment(view.began_at)] if again else []
    return [
        line(words(f"{name} has been {_words(view)}{' again' if again else ''}", bold=True), *since, words(".")),
        line(words(said)),
        line(
            words(f"{_MEANWHILE.get(view.kind, _OTHERWISE)} This message says when it is well again. How it is now: "),
            command("status", ""),
        ),
    ]


def _over(view: TroubleView) -> str:
    match view.end:
        case HowEnded.DOWN:
            return "is down now"
        case HowEnded.UNUSED:
            return "is not called any more"
        case _:
            return "is well again"


def _ended(view: TroubleView, name: str) -> Sequence[Paragraph]:
    assert view.ended_at is not None
    for_how_long = _lasted(view.ended_at - view.spell_at)
    often = f"{view.spells:,} times, the last time for {for_how_long}" if view.spells > 1 else f"for {for_how_long}"
    lasted = [
        words(f"It was {_words(view)} {often}, from "),
        moment(view.began_at),
        words(" to "),
        moment(view.ended_at),
        words("."),
    ]
    title = line(words(f"{name} {_over(view)}", bold=True), words(", since "), moment(view.ended_at), words("."))
    if view.end is HowEnded.DOWN:
        return [title, line(words("The outage has a message of its own. "), *lasted)]
    then = f"When that was told, {_counted(view.failed, view.broken, view.total)} within {minutes(view.window)}."
    return [title, line(*lasted), line(words(then))]


def _lasted(time: timedelta) -> str:
    whole = max(1, round(time.total_seconds() / 60))
    if whole < 120:
        return f"{whole} {'minute' if whole == 1 else 'minutes'}"
    hours = round(whole / 60)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"


def expiry(view: ExpiryView) -> Told:
    """Warn of the end of what lets us use a system."""
    name = begun_large(_name(view.system))
    brief = f"Access to {_name(view.system)} ends on {view.expires_on.isoformat()}{_when(view.days)}"
    return Told(
        brief=brief,
        parts=[
            [
                line(words(brief, bold=True), words(". "), person(view.owner), words(f", you own {view.workflow}.")),
                line(
                    words(
                        f"{name} will not accept Countersign after that, and deliveries will be held. Renew it, "
                        "and change "
                        "“expires” where the workflow declares its delivery."
                    )
                ),
            ]
        ],
    )


def _name(name: str) -> str:
    return one_line(name, _NAME)
