"""The form for the peers: the fields of the gateway's envelope, as a model of pydantic."""

from typing import Literal

from pydantic import BaseModel

Queue = Literal["billing", "technical", "safety", "other"]


class Quote(BaseModel):
    """A passage that supports a field."""

    field: Literal["queue", "reply"]
    quote: str


class Triage(BaseModel):
    """The answer."""

    queue: Queue
    reply: str


class Other(BaseModel):
    """Another possible value."""

    label: Queue
    probability: float


class Others(BaseModel):
    """The next best values."""

    queue: list[Other]


class Confidence(BaseModel):
    """The confidence in each field, from 0 to 1."""

    queue: float
    reply: float


class Filled(BaseModel):
    """The whole form."""

    evidence: list[Quote]
    reasons: list[str]
    answer: Triage
    alternatives: Others
    confidence: Confidence
