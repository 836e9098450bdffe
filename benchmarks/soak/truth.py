"""The right answer for each made-up case, and the model's. Pure: a reference alone decides it.

The model, the people and the count read the reference in a text, so none of them needs to be told about a case.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from random import Random

QUEUES = ("billing", "delivery", "returns", "account")
_PRIORITIES = ("low", "normal", "high")
_REFERENCE = re.compile(r"\b[TCNRM][0-9]+\b")
_WORDS = {
    "billing": ("The invoice is charged twice", "Why is the amount on my bill higher", "The payment was taken again"),
    "delivery": ("Where is my parcel", "The courier did not bring the parcel", "Delivery is late for days"),
    "returns": ("I want to send the kettle back", "How do I return it for an exchange", "The refund for the return"),
    "account": ("I cannot log in with my password", "Please change my email address", "The login code never arrives"),
}
"""Queue -> ways to say that a text belongs there."""
_SURE, _UNSURE = 0.97, 0.62
_LARGE = Decimal(500)
"""Amount above which two people sign."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """A made-up case."""

    queue: str
    priority: str
    amount: Decimal
    said_queue: str
    """Queue that the model proposes."""
    said_amount: Decimal
    confidence: float
    is_refused: bool
    """True if people reject it, whatever is proposed."""
    is_asked: bool
    """True if a person asks its source something first."""

    @property
    def is_said_right(self) -> bool:
        """True if the proposal is right."""
        return self.said_queue == self.queue and self.said_amount == self.amount


def truth(reference: str) -> Truth:
    """Return what is so for a reference, always the same."""
    drawn = Random(reference)  # noqa: S311  # the same for each reader
    queue = drawn.choice(QUEUES)
    priority = drawn.choice(_PRIORITIES)
    amount = Decimal(drawn.randrange(500, 90_000)) / 100
    is_sure, is_wrong = drawn.random() < 0.6, drawn.random() < (0.1 if drawn.random() < 0.5 else 0.25)
    is_wrong = is_wrong and not (is_sure and drawn.random() < 0.8)
    other = drawn.choice([one for one in QUEUES if one != queue])
    return Truth(
        queue=queue,
        priority=priority,
        amount=amount,
        said_queue=other if is_wrong else queue,
        said_amount=amount + 1 if is_wrong else amount,
        confidence=_SURE if is_sure else _UNSURE,
        is_refused=drawn.random() < 0.04,
        is_asked=drawn.random() < 0.06,
    )


def is_large(amount: Decimal) -> bool:
    """Tell whether two people sign for an amount."""
    return amount > _LARGE


def reference_in(text: str) -> str | None:
    """Return the first reference in a text."""
    found = _REFERENCE.search(text)
    return found.group(0) if found is not None else None


def text_of(reference: str, *, again: bool = False) -> str:
    """Return the words of a case. `again`: as its writer puts them a second time."""
    made = truth(reference)
    words = Random(f"{reference}/words").choice(_WORDS[made.queue])  # noqa: S311  # the same each time
    return f"{words}. My order is {reference}.{' Did you get my first message?' if again else ''}"


def reply_of(queue: str) -> str:
    """Return the reply that a queue has."""
    return f"We look into your {queue} question and write to you today."
