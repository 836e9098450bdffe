"""The example for LangGraph, with the real library and a real office."""

from typing import Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from examples.approvals import Approvals
from examples.langgraph_approval import NotApproved, approved_first, resumed, waits_for
from tests.integration.handlers.mcp.office import Office

pytestmark = pytest.mark.slow


class State(TypedDict, total=False):
    """The state of the graph: what is to be done, and what was done."""

    id: str
    arguments: dict[str, Any]
    done: str


class Bank:
    """The tool's system. It keeps what was refunded."""

    def __init__(self) -> None:
        self.refunds: list[tuple[int, int]] = []

    def refund(self, order: int, euros: int) -> str:
        """Refund an order."""
        self.refunds.append((order, euros))
        return f"refunded {euros} euros"


def graph_of(bank: Bank, approvals: Approvals) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Return a graph whose only node refunds once a person approved it, and says so where nobody did."""
    refund = approved_first(bank.refund, approvals, agent="helper", why="The parcel never came.")

    def node(state: State) -> State:
        try:
            return {"done": refund(state["id"], state["arguments"])}
        except NotApproved as error:
            return {"done": f"not done: {error}"}

    graph = StateGraph(State)
    graph.add_node("refund", node)
    graph.add_edge(START, "refund")
    graph.add_edge("refund", END)
    return graph.compile(checkpointer=InMemorySaver())


def begun(graph: CompiledStateGraph[Any, Any, Any, Any], id: str) -> tuple[RunnableConfig, int]:
    """Run a graph up to the call; returns its thread and the case."""
    config: RunnableConfig = {"configurable": {"thread_id": id}}
    graph.invoke({"id": id, "arguments": {"order": 17, "euros": 20}}, config)
    [case] = waits_for(graph, config)
    return config, case


def test_the_graph_is_interrupted_and_goes_on_with_exactly_what_was_approved(
    people: Office, approvals: Approvals
) -> None:
    """A person changed the amount, and the tool got that."""
    bank = Bank()
    graph = graph_of(bank, approvals)
    config, case = begun(graph, "call-1")
    assert resumed(graph, config, approvals) is None
    people.change(case, order=17, euros=15)
    assert resumed(graph, config, approvals, wait=60)["done"] == "refunded 15 euros"
    assert bank.refunds == [(17, 15)]


def test_whoever_resumes_the_graph_without_a_decision_gets_nothing_done(people: Office, approvals: Approvals) -> None:
    """The decision is read from the office, whatever the graph is resumed with."""
    bank = Bank()
    graph = graph_of(bank, approvals)
    config, case = begun(graph, "call-1")
    graph.invoke(Command(resume={"approved": {"order": 17, "euros": 9_000}}), config)
    assert (bank.refunds, waits_for(graph, config)) == ([], [case])
    people.refuse(case, reason="Not allowed")
    assert resumed(graph, config, approvals)["done"] == "not done: Not allowed"
    assert bank.refunds == []


def test_a_question_back_is_answered_and_the_graph_waits_on(people: Office, approvals: Approvals) -> None:
    """The interrupt names the question."""
    bank = Bank()
    graph = graph_of(bank, approvals)
    config, case = begun(graph, "call-1")
    people.ask(case)
    graph.invoke(Command(resume=case), config)
    assert graph.get_state(config).interrupts[0].value["question"] == "For which order?"
    approvals.reply(case, "Order 17")
    people.approve(case)
    assert resumed(graph, config, approvals)["done"] == "refunded 20 euros"
