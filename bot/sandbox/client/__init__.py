"""The people of a sandbox, for Python: each can do what the person could do in Slack."""

from bot.sandbox.client.administrator import Administrator
from bot.sandbox.client.caller import Refused
from bot.sandbox.client.person import Person
from bot.sandbox.client.shown import Block, Outcome, ShownCall, ShownHome, ShownMessage, ShownView
from bot.sandbox.faults.calls import FaultKind

__all__ = [
    "Administrator",
    "Block",
    "FaultKind",
    "Outcome",
    "Person",
    "Refused",
    "ShownCall",
    "ShownHome",
    "ShownMessage",
    "ShownView",
]
