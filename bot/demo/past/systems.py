"""The help desk and the ledger of the made-up past: what they answer is made up, in place of each step's call.

The sample systems of the demo begin empty, so that what stands in them is what somebody did there.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.demo.past.papers import ACCOUNTS
from bot.demo.past.plan import Plan
from workflows.engine.context import Clock
from workflows.engine.declare.steps import ASK, Call
from workflows.errors import CountersignError, OutcomeUnknown, OutputBroken
from workflows.library.invoice_intake.ledger import Known, Supplier

_Arguments = Mapping[str, object]


class MadeUpSystems:
    """Answers to each step, with the faults that are planned."""

    def __init__(self, plan: Plan, clock: Clock) -> None:
        self._outages = [day.outage for day in plan.days if day.outage is not None]
        self._cut_off, self._unread = plan.cut_off, plan.unread
        self._clock = clock
        self._receipts = 0
        self._answers: Mapping[str, Callable[[_Arguments], object]] = {
            "last_orders": self._orders,
            "look_up": self._supplier,
            "book": self._booking,
        }

    def instead(self, name: str, call: Call) -> Call:
        """Return the call that is made in place of a step's own. `name`: in the journal."""
        if name == ASK:
            return call
        answer = self._answers.get(call.name, self._receipt)
        return replace(call, invoke=lambda: answer(call.arguments))

    def _orders(self, _: _Arguments) -> object:
        if any(since <= self._clock() < until for since, until in self._outages):
            raise _about("the help desk", OutputBroken("the answer of the help desk has no field orders"))
        return []

    def _supplier(self, arguments: _Arguments) -> object:
        if arguments["document"] in self._unread:
            raise _about("the ledger", OutputBroken("the answer of the ledger has no field accounts"))
        name = str(arguments["supplier"])
        account = ACCOUNTS.get(name)
        return Known(supplier=Supplier(name=name, accounts=[account]) if account is not None else None, booked=None)

    def _booking(self, arguments: _Arguments) -> object:
        if arguments["document"] in self._cut_off:
            raise _about("the ledger", OutcomeUnknown("the connection to the ledger dropped before it answered"))
        return self._receipt(arguments)

    def _receipt(self, _: _Arguments) -> str:
        self._receipts += 1
        return f"made-up-{self._receipts}"


def _about(system: str, error: CountersignError) -> CountersignError:
    error.dependency = system
    return error
