"""What happens to a model that people are to be told: it is left alone, answers again, takes more than was reckoned."""

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

    def overran(self, session: Session, model: str, *, factor: float, attempt: int, at: datetime) -> None:
        """A request took so many times what was reckoned for it, in the transaction that notes so."""
        ...
