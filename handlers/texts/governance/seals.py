"""The state of the sealed audit in words."""

from datetime import timedelta

from handlers.texts.pieces import Paragraph, Told, line, moment, words
from handlers.texts.plain import duration
from workflows.engine.proof.views import COUNTED, SealStatus

SHORT = 16
"""Digits of a key's fingerprint that are shown where the whole is elsewhere."""


def unsealed_in_words(status: SealStatus) -> str:
    """Say how many rows are not sealed yet, and for how long."""
    if not status.unsealed:
        return "All rows are sealed."
    number = f"{COUNTED:,} or more" if status.unsealed >= COUNTED else f"{status.unsealed:,}"
    rows = f"{number} {'row is' if status.unsealed == 1 else 'rows are'} not sealed yet"
    return f"{rows}, the oldest for {age(status.oldest)}." if status.oldest is not None else f"{rows}."


def age(oldest: timedelta | None) -> str:
    """Say an age in its largest unit."""
    seconds = int(oldest.total_seconds()) if oldest is not None else 0
    for unit in (86_400, 3_600, 60):
        if seconds >= 2 * unit:
            return duration(seconds // unit * unit)
    return duration(seconds)


def key_in_words(key_id: str | None) -> str:
    """Say by which key a head is signed."""
    if key_id is None:
        return "It is not signed."
    return f"It is signed by the key {key_id[:SHORT]}."


def seal_status(status: SealStatus, *, sealed_rows: int, public: str | None) -> Told:
    """Tell the state of the sealing. `public`: the public half of the key that signs now; None where there is none."""
    newest = status.newest
    said: list[Paragraph] = []
    if newest is None:
        said.append(line(words("No seal was made yet.")))
    else:
        rows = f"{sealed_rows:,} {'row' if sealed_rows == 1 else 'rows'}"
        numbers = f"{newest.number:,} {'seal' if newest.number == 1 else 'seals'} of {rows}"
        said.append(line(words(f"{numbers}, the last at "), moment(newest.sealed_at), words(".")))
        said.append(line(words(f"Newest head: {newest.number}:{newest.head}")))
        said.append(line(words(f"It stands for every row up to {newest.last_row:,}. {key_in_words(newest.key_id)}")))
    said.append(line(words(unsealed_in_words(status))))
    if public is not None:
        said.append(line(words(f"Public key: {public}")))
    else:
        said.append(line(words("No key is set, so new heads are not signed: countersign seal key makes one.")))
    return Told(brief="The sealed audit", parts=[said])
