"""Words about what sources are not told: a line for each, and the note once something was given up."""

from collections.abc import Sequence

from handlers.texts.pieces import Line, Told, line, moment, words
from handlers.texts.plain import in_words
from workflows.engine.sources.views import WebhookTrouble

_WHY = {
    "bad_certificate": "its certificate cannot be trusted",
    "no_answer": "it hung up, or its answer is not HTTP",
    "no_such_host": "its name has no address",
    "not_encrypted": "its address is not https",
    "not_reached": "it cannot be reached",
    "private_address": "its address is private, and the source may not have one",
    "timed_out": "it does not answer in time",
    "http_410": "it said that it is gone",
}


def why(code: str) -> str:
    """Say why a receiver took nothing. `code`: as it is kept."""
    status = code.removeprefix("http_")
    if code in _WHY:
        return _WHY[code]
    if status == code:
        return f"an error in Countersign: {code}"
    return f"it redirects ({status})" if status.startswith("3") else f"it answers {status}"


def what(view: WebhookTrouble) -> str:
    """Say in one line what a source is not told, and why."""
    number = f"{view.number:,} {'webhook' if view.number == 1 else 'webhooks'}"
    did = "given up" if view.given_up else "still to be sent"
    return f"{number} to {view.name} {did}, the oldest of {in_words(view.since)}: {why(view.error)}"


def todo(view: WebhookTrouble) -> str:
    """Say what to do about it."""
    name = view.name
    if not view.given_up:
        return f"repair the receiver, or name another: countersign source change {name} --webhook URL"
    return f"repair the receiver; countersign source redeliver {name} sends them again"


def lines(found: Sequence[WebhookTrouble]) -> Told | None:
    """Tell what sources are not told; None where they are told all."""
    said: list[Line] = [line(words(what(one))) for one in found]
    return Told(brief="Some webhooks did not reach their sources.", parts=[said]) if said else None


def given_up(view: WebhookTrouble) -> Told:
    """Tell, in the channel for failures, what a source is not told any more."""
    number = f"{view.number:,} {'webhook' if view.number == 1 else 'webhooks'}"
    title = f"{number} to the source {view.name} given up"
    return Told(
        brief=f"{title}: {why(view.error)}.",
        parts=[
            [
                line(words(title, bold=True), words(", the oldest of "), moment(view.since)),
                line(words(f"Its receiver took none of them: {why(view.error)}.")),
                line(words("The source does not hear how these cases ended, unless it asks.")),
                line(
                    words("Repair the receiver, then: "), words(f"countersign source redeliver {view.name}", code=True)
                ),
            ]
        ],
    )
