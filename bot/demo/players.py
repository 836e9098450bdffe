"""The players: each reads the screen, and presses and types what a person could."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle

from pydantic import BaseModel, JsonValue

from bot.demo.places import ENGINEER, FAILURES, PLACES, Place
from bot.demo.screen_text import buttons, case_of, lines
from bot.demo.story import Told
from bot.sandbox.client import Administrator, Block, Outcome, Person, ShownMessage
from handlers.slack.ids import ROWS, Action
from workflows.engine.text.form_fields import Field, form_of
from workflows.engine.text.form_records import Record, cells_of, rows_in, rows_mark

_UPDATES = 3
"""Most times that a form may ask for something more before it takes the values."""
_AGAIN = re.compile(r"/rerun ([0-9]+)")
_REPLY = "Hello, thank you for your message. A colleague looks into it and answers today."


class Players:
    """The reviewers of each channel, and an engineer, who know the right answers."""

    def __init__(
        self, administrator: Administrator, told: Iterable[Told], outputs: Mapping[str, type[BaseModel]]
    ) -> None:
        """Act in the sandbox. `outputs`: workflow -> the form of its answers."""
        self._reviewers = {
            place.channel: cycle([administrator.person(user) for user in place.reviewers]) for place in PLACES
        }
        self._engineer = administrator.person(ENGINEER)
        self._truth = {one.key: one for one in told}
        self._outputs = outputs
        self._answered: set[str] = set()
        """Versions of cards that were decided; the screen takes a moment to show it."""

    def act(self) -> int:
        """Decide every card that waits, and rerun failed cases; returns the number of acts."""
        return sum(self._decide_all(place) for place in PLACES) + self._run_again()

    def _decide_all(self, place: Place) -> int:
        reviewers = self._reviewers[place.channel]
        waiting = [card for card in next(reviewers).messages(place.channel) if "edit" in buttons(card)]
        fresh = [card for card in waiting if _version(card) not in self._answered]
        for card in fresh:
            self._answered.add(_version(card))
            self._decide(next(reviewers), place, card)
        return len(fresh)

    def _decide(self, person: Person, place: Place, card: ShownMessage) -> None:
        key = case_of(card)
        assert key is not None
        told, offered = self._truth[key], buttons(card)
        if told.answer is None:
            self._reject(person, card, told)
        elif "approve" in offered and self._agrees(card, told):
            person.press(place.channel, card.ts, "approve", confirmed="confirm" in offered["approve"])
        else:
            self._edit(person, card, told)

    def _agrees(self, card: ShownMessage, told: Told) -> bool:
        """Tell whether a card proposes the right answer, without regard to capital letters."""
        shown = _plain(card).casefold()
        labels = {field.name: field.label for field in form_of(self._outputs[told.place.workflow])}
        assert told.answer is not None
        return all(
            f"{labels[name]}: {value} ".casefold() in shown or ("|" in value and value.casefold() in shown)
            for name, value in told.answer.items()
        )

    def _edit(self, person: Person, card: ShownMessage, told: Told) -> None:
        person.press(told.place.channel, card.ts, "edit")
        person.wait_until(person.views)
        fields = {field.name: field for field in form_of(self._outputs[told.place.workflow])}
        assert told.answer is not None
        texts = dict(told.answer)
        for name in told.answer:
            wanted = rows_in(fields[name], texts[name])
            if wanted is not None:
                _enter_rows(person, fields[name], wanted)
                del texts[name]
        form = person.views()[-1]
        ids = {str(block["block_id"]).split(".")[0]: str(block["block_id"]) for block in form.blocks}
        typed: dict[str, JsonValue] = {ids[name]: _entered(fields[name], text) for name, text in texts.items()}
        if "reply" in fields and not form.values.get(ids["reply"], {}).get("value", {}).get("value"):
            typed[ids["reply"]] = _REPLY
        outcome = person.submit({**typed, **_ticks(form.blocks)}).outcome
        for _ in range(_UPDATES):
            if outcome == "updated":
                # A text was written anew, or the values break a rule that the form did not ask about before.
                outcome = self._confirm(person).outcome

    def _confirm(self, person: Person) -> Outcome:
        return person.submit({**_ticks(person.views()[-1].blocks)})

    def _reject(self, person: Person, card: ShownMessage, told: Told) -> None:
        person.press(told.place.channel, card.ts, "reject")
        person.wait_until(person.views)
        person.submit({"reason": told.refusal, "follows": "close"})

    def _run_again(self) -> int:
        messages = self._engineer.messages(FAILURES)
        failed = [case for message in messages for case in _AGAIN.findall(_plain(message)) if message.bot_id]
        fresh = [case for case in dict.fromkeys(failed) if case not in self._answered]
        for case in fresh:
            self._answered.add(case)
            self._engineer.command(FAILURES, "/rerun", case)
        return len(fresh)


def _enter_rows(person: Person, field: Field, wanted: Sequence[Record]) -> None:
    """Take out all rows of a list, and put in the wanted ones, unless these stand there already."""
    shown = _heading(person, field)
    if shown.endswith(rows_mark(wanted)):
        return
    while (row := _block(person, f"row!{field.name}.")) is not None:
        person.press_in_view(Action.REMOVE_ROW, block_id=row)
        shown = _changed(person, field, shown)
    for one in wanted:
        person.press_in_view(Action.ADD_ROW, block_id=_block(person, f"rows_end!{field.name}."))
        view = person.wait_until(lambda: views[-1] if len(views := person.views()) > 1 else None)
        ids = {str(block["block_id"]).split(".")[0]: str(block["block_id"]) for block in view.blocks}
        cells = cells_of(field, one)
        person.submit({ids[column.name]: _entered(column, cells[column.name]) for column in field.columns})
        shown = _changed(person, field, shown)


def _heading(person: Person, field: Field) -> str:
    """Return the id of the block that says which rows stand in the form."""
    return _block(person, f"{ROWS}{field.name}.") or ""


def _block(person: Person, begins: str) -> str | None:
    ids = [str(block["block_id"]) for block in person.views()[-1].blocks]
    return next((one for one in ids if one.startswith(begins)), None)


def _changed(person: Person, field: Field, before: str) -> str:
    """Wait until other rows stand in the form; return the id of the block that says so."""
    return person.wait_until(lambda: now if (now := _heading(person, field)) not in ("", before) else None)


def _entered(field: Field, text: str) -> str:
    """Return what a person chooses or types for a text of the form."""
    return f"={text}" if field.choices or text in ("yes", "no") else text


def _version(card: ShownMessage) -> str:
    """Return the review and version that a card's buttons carry."""
    return str(buttons(card)["edit"]["value"])


def _ticks(blocks: list[Block]) -> dict[str, JsonValue]:
    """Return the values for every box of a form, ticked."""
    ticked: dict[str, JsonValue] = {}
    for block in blocks:
        element = block.get("element")
        if isinstance(element, dict) and element["type"] == "checkboxes" and isinstance(element["options"], list):
            ticked[str(block["block_id"])] = [str(one["value"]) for one in element["options"] if isinstance(one, dict)]
    return ticked


def _plain(message: ShownMessage) -> str:
    """Return the words of a message, line by line."""
    return "\n".join(lines(message.blocks))
