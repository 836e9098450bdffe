"""The people of a sandbox, for Python: each can do what the person could do in Slack."""

from bot.sandbox.faults.calls import FaultKind

from .administrator import Administrator
from .caller import Refused
from .person import Person
from .shown import Block, Outcome, ShownCall, ShownMessage, ShownView

__all__ = [
    "Administrator",
    "Block",
    "FaultKind",
    "Outcome",
    "Person",
    "Refused",
    "ShownCall",
    "ShownMessage",
    "ShownView",
]
