"""Made-up tickets, varied from those of the story. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from pydantic import JsonValue

from bot.demo.past.arrivals import SURE, Arrival, Said
from bot.demo.past.days import Day
from bot.demo.past.moments import reading_time, times_of_day, waiting_time
from bot.demo.places import SUPPORT
from bot.demo.story import Told, tickets
from workflows.library.support_triage.workflow import SAFETY

_FIRST = 20_001
"""Number of the first ticket, above those of the story."""
_ORDER = re.compile(r"\b\d{5}\b")
_SENT_TWICE = 0.08
"""Share of the tickets that come a second time with the same words, as customers press a button twice."""
_MISTAKEN = 0.38
"""Share of the unsure answers that are wrong."""
_MISTAKES: Mapping[str, str] = {
    "returns": "product-help",
    "delivery": "returns",
    "billing": "account",
    "product-help": "returns",
    "account": "billing",
    "safety": "product-help",
}
"""Right queue -> the one that the model takes for it."""
_REPLY = "Hello, thank you for your message. A colleague looks into it and answers today."


def tickets_of(day: Day, random: Random, *, before: int) -> list[Arrival]:
    """Return the tickets of a day. `before`: number of the tickets of earlier days."""
    known = [told for told in tickets() if _is_plain(told)]
    made: list[Arrival] = []
    for place, at in enumerate(times_of_day(day, day.tickets, random)):
        number = _FIRST + before + place
        again = made[-1] if made and random.random() < _SENT_TWICE else None
        told = random.choice(known)
        values = {**(again.values if again is not None else _varied(told, random)), "id": number}
        is_sure = told.answer is not None and random.random() < day.sure
        is_mistaken = not is_sure and random.random() < _MISTAKEN
        right = _right(told)
        edited = right is not None and is_mistaken
        arrival = Arrival(
            at=at,
            place=SUPPORT,
            key=f"ticket-{number}",
            values=values,
            said=_said(right, random, is_sure=is_sure, is_mistaken=is_mistaken),
            right=right,
            refusal="" if right is not None else random.choice(("Spam", "Spam", "A duplicate")),
            by=random.choice(SUPPORT.reviewers),
            after=waiting_time(random),
            read_for=reading_time(random, always=edited or right is None),
        )
        if again is not None:
            arrival = replace(arrival, said=again.said, right=again.right, refusal=again.refusal)
        made.append(arrival)
    return made


def sure_of_wrong(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Return the tickets of a day, with the model sure of a wrong queue for the first that lets nobody notice."""
    texts = [one.values["text"] for one in arrivals]
    place, one = next((place, one) for place, one in enumerate(arrivals) if _is_unnoticed(one, texts))
    assert one.right is not None
    values = {**one.right, "queue": _MISTAKES[str(one.right["queue"])]}
    wrong = replace(one, said=replace(one.said, values=values, confidence=SURE), is_wrong=True)
    return [*arrivals[:place], wrong, *arrivals[place + 1 :]]


def _is_unnoticed(one: Arrival, texts: Sequence[JsonValue]) -> bool:
    text = one.values["text"]
    return one.right is not None and not SAFETY.search(f"{one.values['subject']}\n{text}") and texts.count(text) == 1


def _is_plain(told: Told) -> bool:
    """Tell whether a ticket of the story shows nothing special: those with tricks are for the story alone."""
    text = str(told.values["text"])
    return told.values["language"] == "en" and "<" not in text and "SYSTEM NOTE" not in text and text.isprintable()


def _varied(told: Told, random: Random) -> dict[str, JsonValue]:
    """Return a ticket of the story with another order's number."""
    order = str(random.randint(23_500, 29_999))
    subject, text = str(told.values["subject"]), str(told.values["text"])
    numbered = _ORDER.sub(order, text) if _ORDER.search(text) else f"{text} My order is HK-{order}."
    customer = f"C-{random.randint(2_000, 2_999)}"
    return {**told.values, "customer": customer, "subject": _ORDER.sub(order, subject), "text": numbered}


def _right(told: Told) -> dict[str, JsonValue] | None:
    return {**told.answer, "reply": _REPLY} if told.answer is not None else None


def _said(right: Mapping[str, JsonValue] | None, random: Random, *, is_sure: bool, is_mistaken: bool) -> Said:
    if right is None:
        values: dict[str, JsonValue] = {"queue": "account", "priority": "low", "reply": _REPLY}
        return Said(values=values, confidence=0.15, evidence={}, reason="It fits no queue.")
    values = dict(right)
    if is_mistaken and random.random() < 0.7:
        values["queue"] = _MISTAKES[str(right["queue"])]
    elif is_mistaken:
        values["priority"] = "high" if right["priority"] == "normal" else "normal"
    confidence = random.uniform(SURE, 0.98) if is_sure else random.uniform(0.45, 0.83)
    return Said(values=values, confidence=confidence, evidence={}, reason="The text names the matter.")
