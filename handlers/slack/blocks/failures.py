"""What stopped, for those who mend it: a message for one failure, a summary where many came at once."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from handlers.slack.blocks.drawing import Block, Drawn
from handlers.slack.blocks.length import Room, fitting
from handlers.slack.blocks.rich_text import bullets, channel, line, moment, person, quote, rich, words
from handlers.slack.blocks.text import begun_large, escaped, excerpt
from store.states import RunState
from workflows.engine.review.views import FailureView
from workflows.engine.text.sanitize import one_line

_TOLD = 2
"""Failures at once that are told one by one."""
_NAMED = 20
"""Cases that a summary names."""
_SAID = {
    RunState.FAILED: "failed",
    RunState.PARKED: "is parked: its journal and the code do not fit together",
    RunState.DOUBTFUL: "is in doubt: its delivery may have happened or not",
}
_NOT_CONFIRMED = "stopped: its delivery is not confirmed, and may have happened"


def failures(views: Sequence[FailureView]) -> Drawn:
    """What stopped, and what to do about it."""
    if len(views) > _TOLD:
        text = f"{len(views)} cases stopped"
        return fitting(lambda room: _many(views, text, room), text=text)
    text = f"{len(views)} cases stopped" if len(views) > 1 else escaped(_sentence(views[0]), 300)
    return fitting(lambda room: [_one(view, room) for view in views], text=text)


def nowhere(name: str, code: str, number: int, *, owners: Sequence[str]) -> Drawn:
    """That a channel cannot be posted to, and what waits for it. `owners`: who own what posts there."""
    why = f" ({code}); {number:,} {'message waits' if number == 1 else 'messages wait'} for it."
    todo = "Invite Countersign to the channel, or name another one. Meanwhile: countersign reviews"
    told = [line(words("Owner: "), *_listed(owners))] if owners else []
    return Drawn(
        text=escaped(f"Slack refuses messages to a channel{why}", 300),
        blocks=[rich(line(words("Slack refuses messages to "), channel(name), words(why)), line(words(todo)), *told)],
    )


def unsent(name: str, what: str, code: str) -> Drawn:
    """That a message was given up. `what`: it, in words."""
    said = f"{begun_large(what)} could not be shown"
    ends = words(f" ({code}). See countersign doctor.")
    return Drawn(text=escaped(f"{said} ({code})", 300), blocks=[rich(line(words(f"{said} in "), channel(name), ends))])


def wrong_clock(day: date, now: datetime) -> Drawn:
    """That a summary was made for a date to come."""
    text = (
        f"A summary was made for {day.isoformat()}, which is still to come by the clock of {now:%Y-%m-%d %H:%M} UTC. "
        "The clock was wrong then, or is wrong now: see that it is set by itself. The other summaries are made as ever."
    )
    return Drawn(text=escaped(text, 300), blocks=[rich(line(words(text)))])


def _listed(people: Sequence[str]) -> list[Block]:
    return [element for place, one in enumerate(people) for element in ([words(", ")] if place else []) + [person(one)]]


def _one(view: FailureView, room: Room) -> Block:
    at = [words(" at step "), words(excerpt(view.step, room.line), code=True)] if view.step else []
    stopped = [words(f"Case {view.case} ", bold=True), words(_how(view)), *at]
    about = line(words(f"{view.workflow} · {excerpt(view.key, room.line)} · "), moment(view.at))
    what = quote(f"{excerpt(view.error, room.line)}: {excerpt(view.message, min(room.text, 600))}")
    return rich(line(*stopped), about, what, line(words(_todo(view))))


def _many(views: Sequence[FailureView], text: str, room: Room) -> list[Block]:
    causes = Counter((view.workflow, view.step or "no step", view.error) for view in views)
    listed = [
        line(words(f"{number} × {workflow}, {excerpt(step, room.line)}: {excerpt(error, room.line)}"))
        for (workflow, step, error), number in causes.most_common(10)
    ]
    if len(causes) > len(listed):
        listed.append(line(words(f"and {len(causes) - len(listed)} more causes")))
    doubtful = [view for view in views if view.state == RunState.DOUBTFUL]
    failed = [view for view in views if view.state != RunState.DOUBTFUL]
    pieces = [line(words(text, bold=True)), bullets(listed)]
    if failed:
        again = "What it said: /countersign case NUMBER. Again, once it is mended: /rerun NUMBER"
        pieces += [line(words(f"Stopped: {_numbers(failed)}")), line(words(again))]
    if doubtful:
        look = "Look whether it happened; their cards ask. Or: countersign settle NUMBER happened (or not-happened)"
        pieces += [line(words(f"In doubt: {_numbers(doubtful)}")), line(words(look))]
    return [rich(*pieces)]


def _numbers(views: Sequence[FailureView]) -> str:
    more = f" and {len(views) - _NAMED} more" if len(views) > _NAMED else ""
    return f"cases {', '.join(str(view.case) for view in views[:_NAMED])}{more}"


def _todo(view: FailureView) -> str:
    if view.state == RunState.DOUBTFUL:
        return f"Look whether it happened; its card asks. Or: countersign settle {view.case} happened (or not-happened)"
    return f"What led to it: /countersign case {view.case}. Again: /rerun {view.case}"


def _sentence(view: FailureView) -> str:
    return f"Case {view.case} ({view.workflow}) {_how(view)}: {one_line(view.message, 150)}"


def _how(view: FailureView) -> str:
    if view.not_confirmed:
        return _NOT_CONFIRMED
    return _SAID.get(view.state, "stopped; it went on since")
