"""Read model of the daily message with the head of the sealed audit. Pure."""

from dataclasses import dataclass

from workflows.engine.proof.views import SealStatus


@dataclass(frozen=True, kw_only=True)
class SealFigures:
    """The state of the sealing when the message was made."""

    status: SealStatus
