"""An author's file of then: automations with their systems of record, written for the public names of each version.

`dumps/` holds what versions of then made of its cases; the version of today goes on with them. So this file uses what
the oldest of them knew, and asks for the rest. It is copied into old checkouts as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, JsonValue

import workflows
from tests.chaos.counting import Effect
from workflows import Ask, Autonomy, NotDone, Proposal, Rejection, Run, Workflow, step
from workflows.model.port import Answer, Question
from workflows.model.scripted import says

CLAIMS, LETTERS, RETURNS, PAYOUTS = "claims", "letters", "returns", "payouts"
"""Names of the automations. Only the target of letters does not know idempotency keys. A payout needs two people, can
be taken back for a while, and its source can be asked."""
UNSURE, BROKEN = "unsure", "broken"
"""Words in a ticket's text: for a person to see it, and for a step that fails until it is repaired."""
KNOWS_SECONDS = hasattr(workflows, "Second")


class Ticket(BaseModel):
    """The input: a ticket."""

    id: int
    text: str
    language: str = "en"


class Triage(BaseModel):
    """The output: a queue and a reply."""

    queue: Literal["billing", "delivery", "safety"]
    reply: str = ""


@dataclass(kw_only=True)
class Record:
    """A system of record: it remembers each effect that it really had."""

    knows_keys: bool
    effects: list[Effect] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    """Keys of all attempts at a delivery, in order."""
    down: bool = False
    """True while it refuses every attempt."""

    def apply(self, key: str, values: JsonValue) -> str:
        """Have an effect; where keys are known, one for each key."""
        self.attempts.append(key)
        if self.down:
            raise workflows.TryAgain("it is out of service")
        if not (self.knows_keys and self.has(key)):
            self.effects.append(Effect(key=key, values=values))
        return f"receipt for {key}"

    def has(self, key: str) -> bool:
        """Tell whether an effect with this key is there."""
        return any(effect.key == key for effect in self.effects)


@dataclass(kw_only=True)
class Office:
    """The world that the automations act on."""

    records: dict[str, Record] = field(
        default_factory=lambda: {
            name: Record(knows_keys=name != LETTERS) for name in (CLAIMS, LETTERS, RETURNS, PAYOUTS)
        }
    )
    mended: bool = False
    """True once the failing step works."""
    version: int = 1
    """Version of the automations' code: in 2 the step has another name."""
    asked: Callable[[], None] = lambda: None
    """Function called each time the model is inside an answer."""
    questions: int = 0
    source_was_asked: list[str] = field(default_factory=list)

    @property
    def effects(self) -> list[Effect]:
        """All effects that really happened."""
        return [effect for record in self.records.values() for effect in record.effects]

    def has(self, key: str) -> bool:
        """Tell whether an effect with this key happened."""
        return any(record.has(key) for record in self.records.values())

    def answer(self, question: Question) -> Answer:
        """Return the model's answer, which is always the same for the same text."""
        self.questions += 1
        self.asked()
        sure = 0.5 if UNSURE in question.text else 0.95
        return says(proposed(str(question.data["text"])), confidence=sure)

    def workflow(
        self, name: str, *, post_to: str | None = None, reviewers: str | None = None
    ) -> Workflow[Ticket, Triage]:
        """Return one of the automations."""
        record, version = self.records[name], self.version
        made = Workflow(
            name=name,
            decision="Which queue?",
            owner="U0MARIA",
            input=Ticket,
            output=Triage,
            key=lambda ticket: f"ticket-{ticket.id}",
            autonomy=Autonomy.floor(0.8),
        )
        # Any: the oldest version knows fewer of them.
        of_payouts: dict[str, Any] = {}
        if name == PAYOUTS:
            of_payouts = {"grace": timedelta(minutes=10), "second": workflows.Second()}
        made.review = replace(made.review, post_to=post_to, reviewers=reviewers, **of_payouts)

        @step
        def look_up(ticket: int, text: str) -> str:
            if BROKEN in text and not self.mended:
                raise NotDone("the records are closed")
            return f"customer of {ticket}"

        @step(name="find")
        def find(ticket: int, text: str) -> str:
            return look_up.function(ticket, text)

        @made.propose
        def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
            customer = (find if version == 2 else look_up)(ticket.id, ticket.text)
            return ask(text=ticket.text, customer=customer)

        @made.deliver(idempotent=record.knows_keys)
        def deliver(triage: Triage, run: Run[Ticket]) -> str:
            return record.apply(run.key, triage.model_dump(mode="json"))

        @made.on_reject(idempotent=record.knows_keys)
        def rejected(rejection: Rejection, run: Run[Ticket]) -> str:
            return record.apply(run.key, rejection.reason)

        if name == PAYOUTS:

            @made.ask_source(idempotent=True)
            def ask_source(question: str, run: Run[Ticket]) -> str:
                self.source_was_asked.append(run.key)
                return "sent"

        return made


def proposed(text: str) -> dict[str, JsonValue]:
    """Return the model's proposal for a text."""
    return {"queue": "billing" if "money" in text else "delivery", "reply": f"About: {text}"}
