"""LangGraph: a tool whose call a person approves first. The graph is interrupted, and no thread waits.

refund = approved_first(refund_order, office, agent="refund-bot", why="The parcel never came.")
graph.invoke(...)                      # stops at the call, with the case in its interrupt
resumed(graph, config, office)         # later, by a webhook or a timer: goes on once a person decided
"""

from collections.abc import Callable
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, interrupt

from examples.approvals import DECIDED, Approvals, Approved, Asked, decision


class NotApproved(Exception):
    """A person refused the call, or nobody decided in time. The message says which, and why."""


def approved_first(
    tool: Callable[..., Any], office: Approvals, *, agent: str, why: str
) -> Callable[[str, dict[str, Any]], Any]:
    """Return the tool as a node may call it: with an id of the call, and what it would like to pass.

    The node runs again from its start when the graph is resumed. The same id asks nobody twice, and what was decided is
    read from the office, whatever the graph was resumed with. Raise `NotApproved`.
    """

    def call(id: str, arguments: dict[str, Any]) -> Any:
        case = office.ask(id, agent=agent, tool=tool.__name__, arguments=arguments, why=why)
        decided = decision(office.look(case), id)
        while decided is None or isinstance(decided, Asked):
            interrupt({"case": case, "question": decided.question if decided is not None else None})
            decided = decision(office.look(case), id)
        if isinstance(decided, Approved):
            return tool(**decided.arguments)
        raise NotApproved(decided.reason)

    return call


def waits_for(graph: CompiledStateGraph[Any, Any, Any, Any], config: RunnableConfig) -> list[int]:
    """Return the cases for which a graph waits."""
    waiting = graph.get_state(config).interrupts
    return [one.value["case"] for one in waiting if isinstance(one.value, dict) and "case" in one.value]


def resumed(
    graph: CompiledStateGraph[Any, Any, Any, Any], config: RunnableConfig, office: Approvals, *, wait: int = 0
) -> Any:
    """Go on with a graph whose case is decided, and return its state; None where people have not decided.

    `wait`: seconds of the long poll. A webhook's receiver needs none.
    """
    for case in waits_for(graph, config):
        if office.look(case, wait=wait)["state"] in DECIDED:
            return graph.invoke(Command(resume=case), config)
    return None
