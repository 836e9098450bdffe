"""When a model is left alone and when it answers again: whoever wants to tell people of it."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session


class Outages(Protocol):
    """Keeps the outages. Called from several threads at once."""

    def began(self, model: str, reason: str) -> None:
        """A model is left alone from now on."""
        ...

    def answered(self, session: Session, model: str, *, asked_at: datetime, at: datetime) -> None:
        """A model answered, in the transaction that notes so."""
        ...
