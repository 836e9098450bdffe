"""Two automations and their systems of record. One of these knows idempotency keys, the other does not."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock

from pydantic import JsonValue

from tests.chaos.counting import Effect
from tests.sample import Ticket, Triage
from workflows import Ask, Autonomy, NotDone, Proposal, Rejection, Run, TimeLimits, TryAgain, Workflow, step
from workflows.model.port import Answer, Question
from workflows.model.scripted import says

KNOWING, FORGETFUL = "claims", "letters"
"""Names of the automation whose system of record knows keys, and of the one whose does not."""
STEP, RULE, BEFORE, AFTER = "step", "rule", "before the effect", "after the effect"
"""Places in the automations' own code."""
UNSURE, BROKEN = "unsure", "broken"
"""Words in a ticket's text: for a person to see it, and for a step that fails until it is repaired."""


@dataclass(kw_only=True)
class Record:
    """A system of record: it remembers each effect that it really had."""

    knows_keys: bool
    effects: list[Effect] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    """Keys of all attempts at a delivery, in order."""
    down: int = 0
    """Number of attempts that it still refuses, since it is out of service."""
    drops: int = 0
    """Number of attempts that it still executes without an answer."""
    _lock: Lock = field(default_factory=Lock)

    def apply(self, key: str, values: JsonValue) -> str:
        """Have an effect; where keys are known, one for each key."""
        with self._lock:
            self.attempts.append(key)
            if self.down:
                self.down -= 1
                raise TryAgain("it is out of service")
            if not (self.knows_keys and self.has(key)):
                self.effects.append(Effect(key=key, values=values))
            if self.drops:
                self.drops -= 1
                raise ConnectionResetError("the line was dropped")
            return f"receipt for {key}"

    def has(self, key: str) -> bool:
        """Tell whether an effect with this key is there."""
        return any(effect.key == key for effect in self.effects)


@dataclass(kw_only=True)
class Office:
    """The world that the automations act on. It outlives every process."""

    disturb: Callable[[str, str], None] = lambda _place, _about: None
    """Function called by the automations' own code: at STEP or RULE with a text, BEFORE and AFTER an effect with its
    key."""
    limits: TimeLimits = field(default_factory=TimeLimits)
    """Time limits of the automations' own code."""

    records: dict[str, Record] = field(
        default_factory=lambda: {KNOWING: Record(knows_keys=True), FORGETFUL: Record(knows_keys=False)}
    )
    mended: bool = False
    """True once the failing step works."""
    version: int = 1
    """Version of the automations' code: in 2 the step has another name, in 3 there is one more, in 4 there is none."""
    asked: Callable[[], None] = lambda: None
    """Function called each time the model is inside an answer."""
    questions: int = 0

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
            is_sample=True,
            input=Ticket,
            output=Triage,
            key=lambda ticket: f"ticket-{ticket.id}",
            autonomy=Autonomy.floor(0.8),
            time_limits=self.limits,
        )
        made.review = replace(made.review, post_to=post_to, reviewers=reviewers)

        @step
        def look_up(ticket: int, text: str) -> str:
            self.disturb(STEP, text)
            if BROKEN in text and not self.mended:
                raise NotDone("the records are closed")
            return f"customer of {ticket}"

        @step(name="find")
        def find(ticket: int, text: str) -> str:
            return look_up.function(ticket, text)

        @step
        def last_orders(customer: str) -> list[str]:
            return [f"order of {customer}"]

        @made.propose
        def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
            customer = "nobody"
            if version != 4:
                customer = (find if version == 2 else look_up)(ticket.id, ticket.text)
            if version == 3:
                last_orders(customer)
            return ask(text=ticket.text, customer=customer)

        @made.never("send what the rule does not like")
        def is_disliked(ticket: Ticket, triage: Triage) -> bool:
            self.disturb(RULE, ticket.text)
            return False

        @made.deliver(idempotent=record.knows_keys)
        def deliver(triage: Triage, run: Run[Ticket]) -> str:
            self.disturb(BEFORE, run.key)
            receipt = record.apply(run.key, triage.model_dump(mode="json"))
            self.disturb(AFTER, run.key)
            return receipt

        @made.on_reject(idempotent=record.knows_keys)
        def rejected(rejection: Rejection, run: Run[Ticket]) -> str:
            return record.apply(run.key, rejection.reason)

        return made


def proposed(text: str) -> dict[str, JsonValue]:
    """Return the model's proposal for a text."""
    return {"queue": "billing" if "money" in text else "delivery", "reply": f"About: {text}"}
