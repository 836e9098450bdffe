"""Questions to a model behind the real SDK, and the answers that a server gives to them."""

import json
from datetime import UTC
from decimal import Decimal
from typing import Any, Literal, Protocol

from pydantic import BaseModel, JsonValue

from workflows.model.gateway import Gateway
from workflows.model.port import (
    Account,
    Prompt,
    Question,
)

KEY = "sk-ant-api03-not-a-real-key"
TEXT = "Where is my parcel?"
INSTRUCTIONS = "Sort the ticket into a queue."


class Triage(BaseModel):
    queue: Literal["delivery", "billing", "returns"]
    reply: str


class Sleep:
    """Takes the place of time.sleep and remembers for how many seconds it was asked to."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


class Connect(Protocol):
    def __call__(self, **settings: Any) -> Gateway: ...


def question(
    data: dict[str, JsonValue] | None = None,
    *,
    prompt: str | None = INSTRUCTIONS,
    output: type[BaseModel] = Triage,
    **how: Any,
) -> Question:
    return Question(
        workflow="support-triage",
        output=output,
        prompt=None if prompt is None else Prompt(name="triage.md", text=prompt, version="0123456789ab", **how),
        account=Account(eval=1, per_case=Decimal(0), per_day=Decimal(1_000_000), timezone=UTC),
        data=data or {"ticket": TEXT},
        text=TEXT,
    )


def filled_in(**answer: JsonValue) -> str:
    return json.dumps(
        {
            "evidence": [{"field": "queue", "quote": "my parcel"}],
            "reasons": ["It asks where a parcel is."],
            "answer": answer or {"queue": "delivery", "reply": "We look for it."},
            "alternatives": {"queue": [{"label": "returns", "probability": 0.06}]},
            "confidence": {"queue": 0.93, "reply": 0.8},
        }
    )


def case_in(turn: str) -> Any:
    """The data of a user turn, as anyone reads it who knows of the tags."""
    _, _, rest = turn.partition("<case>")
    data, tag, after = rest.partition("</case>")
    assert (tag, after) == ("</case>", "")
    return json.loads(data)
