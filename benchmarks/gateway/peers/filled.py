"""What the peers ask for: the fields that the gateway's envelope has, as a model of pydantic."""

from typing import Literal

from pydantic import BaseModel

Queue = Literal["billing", "technical", "safety", "other"]


class Quote(BaseModel):
    """A passage that speaks for a field."""

    field: Literal["queue", "reply"]
    quote: str


class Triage(BaseModel):
    """The answer."""

    queue: Queue
    reply: str


class Other(BaseModel):
    """A value that was thought of."""

    label: Queue
    probability: float


class Others(BaseModel):
    """The next best values."""

    queue: list[Other]


class Confidence(BaseModel):
    """How sure, from 0 to 1."""

    queue: float
    reply: float


class Filled(BaseModel):
    """All of it."""

    evidence: list[Quote]
    reasons: list[str]
    answer: Triage
    alternatives: Others
    confidence: Confidence
