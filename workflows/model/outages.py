"""Events of a model that people are told: it is not asked for a while, answers again, or costs more than estimated."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session


class Outages(Protocol):
    """The record of outages. It is called from several threads at once."""

    def began(self, model: str, reason: str) -> None:
        """Note that a model is not asked from now on."""
        ...

    def answered(self, session: Session, model: str, *, asked_at: datetime, at: datetime) -> None:
        """Note that a model answered, in the transaction that settles the request."""
        ...

    def overran(self, session: Session, model: str, *, factor: float, request: int, at: datetime) -> None:
        """Note that a request cost this factor of its estimate, in the transaction that settles the request."""
        ...
