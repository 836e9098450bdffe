"""Plays the people: each looks at what is on the screen, and presses and types what anybody could."""

import re
from collections.abc import Mapping
from itertools import cycle

from pydantic import JsonValue

from bot.demo.reading import lines
from bot.demo.story import Told
from bot.sandbox.client import Administrator, Block, Outcome, Person, ShownMessage

REVIEWERS = ("U0ANA", "U0BEN")
ENGINEER = "U0KIM"
REVIEWS, FAILURES = "C0SUPPORT", "C0FAILURES"
_TICKET = re.compile(r"ticket-([0-9]+)\)$")
_AGAIN = re.compile(r"/rerun ([0-9]+)")


class Players:
    """Two reviewers and an engineer, who know the right answers."""

    def __init__(self, administrator: Administrator, truth: Mapping[int, Told]) -> None:
        self._reviewers = cycle([administrator.person(user) for user in REVIEWERS])
        self._engineer = administrator.person(ENGINEER)
        self._truth = truth
        self._answered: set[str] = set()
        """The versions of cards that were decided; the screen takes a moment to show it."""

    def act(self) -> int:
        """Decide every card that waits, and run again what failed; returns how much there was to do."""
        waiting = [card for card in next(self._reviewers).messages(REVIEWS) if "edit" in _buttons(card)]
        fresh = [card for card in waiting if _version(card) not in self._answered]
        for card in fresh:
            self._answered.add(_version(card))
            self._decide(next(self._reviewers), card)
        return len(fresh) + self._run_again()

    def _decide(self, person: Person, card: ShownMessage) -> None:
        found = _TICKET.search(card.text)
        assert found is not None
        told, buttons = self._truth[int(found[1])], _buttons(card)
        if told.queue is None:
            self._reject(person, card)
        elif f"Queue: {told.queue} " in _plain(card) and f"Priority: {told.priority} " in _plain(card):
            person.press(REVIEWS, card.ts, "approve", confirmed="confirm" in buttons["approve"])
        else:
            self._edit(person, card, told)

    def _edit(self, person: Person, card: ShownMessage, told: Told) -> None:
        person.press(REVIEWS, card.ts, "edit")
        form = person.wait_until(person.views)[-1]
        typed: dict[str, JsonValue] = {"queue.0.0": f"={told.queue}", "priority.0.0": f"={told.priority}"}
        if not form.values.get("reply.0.0", {}).get("value", {}).get("value"):
            typed["reply.0.0"] = "Hello, thank you for your message. A colleague looks into it and answers today."
        if person.submit({**typed, **_ticks(form.blocks)}).outcome == "updated":
            # A rule was run into that the form did not ask about before.
            self._confirm(person)

    def _confirm(self, person: Person) -> Outcome:
        return person.submit({**_ticks(person.views()[-1].blocks)})

    def _reject(self, person: Person, card: ShownMessage) -> None:
        person.press(REVIEWS, card.ts, "reject")
        person.wait_until(person.views)
        person.submit({"reason": "This is no matter for support.", "follows": "close"})

    def _run_again(self) -> int:
        messages = self._engineer.messages(FAILURES)
        failed = [case for message in messages for case in _AGAIN.findall(_plain(message)) if message.bot_id]
        fresh = [case for case in dict.fromkeys(failed) if case not in self._answered]
        for case in fresh:
            self._answered.add(case)
            self._engineer.command(FAILURES, "/rerun", case)
        return len(fresh)


def _buttons(message: ShownMessage) -> dict[str, Block]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {
        str(element["action_id"]): element
        for row in rows
        if isinstance(row, list)
        for element in row
        if isinstance(element, dict)
    }


def _version(card: ShownMessage) -> str:
    """What a card's buttons carry: the review and its version."""
    return str(_buttons(card)["edit"]["value"])


def _ticks(blocks: list[Block]) -> dict[str, JsonValue]:
    """Every box of a form, ticked."""
    ticked: dict[str, JsonValue] = {}
    for block in blocks:
        element = block.get("element")
        if isinstance(element, dict) and element["type"] == "checkboxes" and isinstance(element["options"], list):
            ticked[str(block["block_id"])] = [str(one["value"]) for one in element["options"] if isinstance(one, dict)]
    return ticked


def _plain(message: ShownMessage) -> str:
    """The words of a message, line by line."""
    return "\n".join(lines(message.blocks))
