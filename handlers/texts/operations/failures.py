"""Words in the channel for failures beside the cards of causes, for the people who repair things."""

from collections.abc import Sequence
from datetime import date, datetime

from handlers.texts.pieces import (
    Paragraph,
    Piece,
    Room,
    Told,
    channel,
    command,
    line,
    moment,
    person,
    quote,
    words,
)
from handlers.texts.plain import begun_large, excerpt
from store.states import RunState
from workflows.engine.review.views import FailureView
from workflows.engine.text.sanitize import one_line

_SAID = {
    RunState.FAILED: "failed",
    RunState.PARKED: "is parked: its journal and the code do not fit together",
    RunState.DOUBTFUL: "is in doubt: its delivery may have happened or not",
}
_NOT_CONFIRMED = "stopped: its delivery is not confirmed, and may have happened"


def failure(view: FailureView, room: Room) -> Told:
    """Draw that a run stopped, and what to do about it."""
    return Told(brief=_sentence(view), parts=[_one(view, room)])


def nowhere(name: str, code: str, number: int, *, face: str, owners: Sequence[str]) -> Told:
    """Tell that a channel cannot be posted to, and what waits for it.

    `face`: whose channel it is, by name. `owners`: who own what posts there.
    """
    why = f" ({code}); {number:,} {'message waits' if number == 1 else 'messages wait'} for it."
    todo = "Invite Countersign to the channel, or name another one. Meanwhile: countersign queue"
    told = [line(words("Owner: "), *_listed(owners))] if owners else []
    return Told(
        brief=f"{face} refuses messages to a channel{why}",
        parts=[[line(words(f"{face} refuses messages to "), channel(name), words(why)), line(words(todo)), *told]],
    )


def no_files(code: str, number: int) -> Told:
    """Tell that Slack takes no files of us. `number`: how many wait."""
    waits = f"{number:,} {'case waits' if number == 1 else 'cases wait'} for them; cards and forms work without."
    said = f"Slack takes no pictures of pages, and no originals, from Countersign ({code})"
    needed = "the scope files:write" if code == "missing_scope" else "room for files in the workspace"
    todo = f"Countersign needs {needed}. See countersign doctor."
    return Told(brief=said, parts=[[line(words(f"{said}: {waits}")), line(words(todo))]])


def unsent(name: str, what: str, code: str, *, is_direct: bool = False, is_file: bool = False) -> Told:
    """Draw that a message was given up.

    `what`: the message, in words. `is_direct`: it was to a person. `is_file`: it was files, and to no channel.
    """
    said = f"{begun_large(what)} could not be shown"
    ends = words(f" ({code}). See countersign doctor.")
    where = [words(f"{said} to "), person(name)] if is_direct else [words(f"{said} in "), channel(name)]
    where = [words(said)] if is_file else where
    return Told(brief=f"{said} ({code})", parts=[[line(*where, ends)]])


def not_taken_away(name: str, what: str, code: str, *, is_direct: bool = False) -> Told:
    """Draw that a message whose content was removed still stands. `what`, `is_direct`: as for `unsent`."""
    said = f"{begun_large(what)} still stands, though its content was removed"
    ends = words(f" ({code}). Somebody who may has to delete it in Slack.")
    where = [words(f"{said}: to "), person(name)] if is_direct else [words(f"{said}: in "), channel(name)]
    return Told(brief=f"{said} ({code})", parts=[[line(*where, ends)]])


def wrong_clock(day: date, now: datetime) -> Told:
    """Draw that a summary was made for a date in the future."""
    text = (
        f"A summary was made for {day.isoformat()}, which is in the future: the clock says {now:%Y-%m-%d %H:%M} UTC. "
        "The clock was wrong then or is wrong now: check that it is set automatically. Other summaries are unaffected."
    )
    return Told(brief=text, parts=[[line(words(text))]])


def _listed(people: Sequence[str]) -> list[Piece]:
    return [piece for place, one in enumerate(people) for piece in (*([words(", ")] if place else []), person(one))]


def _one(view: FailureView, room: Room) -> Sequence[Paragraph]:
    at = [words(" at step "), words(excerpt(view.step, room.line), code=True)] if view.step else []
    stopped = [words(f"Case {view.case} ", bold=True), words(_how(view)), *at]
    about = line(words(f"{view.workflow} · {excerpt(view.key, room.line)} · "), moment(view.at))
    what = quote(f"{excerpt(view.error, room.line)}: {excerpt(view.message, min(room.text, 600))}")
    return [line(*stopped), about, what, line(*_todo(view))]


def _todo(view: FailureView) -> Sequence[Piece]:
    if view.state == RunState.DOUBTFUL:
        look = "Look whether it happened; its card asks. Or: countersign settle"
        return [words(f"{look} {view.case} happened (or not-happened)")]
    led = [words("What led to it: "), command("case", view.case, stands_out=False)]
    return [*led, words(". Again: "), command("rerun", view.case, stands_out=False)]


def _sentence(view: FailureView) -> str:
    return f"Case {view.case} ({view.workflow}) {_how(view)}: {one_line(view.message, 150)}"


def _how(view: FailureView) -> str:
    if view.not_confirmed:
        return _NOT_CONFIRMED
    return _SAID.get(view.state, "stopped; it went on since")
