"""LangGraph: cases that wait for a person, by interrupt().

python langgraph_waiting.py URL CASES THREADS
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import sys
from contextlib import ExitStack

from conversation import hear, now, say
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from langgraph_savers import saver
from typing_extensions import TypedDict

WARM_UP = 20


class State(TypedDict):
    """The state that goes from node to node."""

    number: int


def ask(state: State) -> State:
    """Wait for a person, then continue."""
    interrupt("approve?")
    return {"number": state["number"] + 4}


def main() -> None:
    """Measure."""
    url, cases, threads = sys.argv[1], *map(int, sys.argv[2:4])
    with ExitStack() as held:
        made, _ = saver(url, held)
        builder = StateGraph(State)
        builder.add_node("ask", ask)
        builder.add_edge(START, "ask")
        builder.add_edge("ask", END)
        graph = builder.compile(checkpointer=made)

        def configs(ids: range) -> list:
            return [{"configurable": {"thread_id": str(id)}, "max_concurrency": threads} for id in ids]

        def begin(ids: range) -> None:
            graph.batch([{"number": id} for id in ids], configs(ids), durability="sync")

        def resume(ids: range) -> int:
            ended = graph.batch([Command(resume=True)] * len(ids), configs(ids), durability="sync")
            return sum(state["number"] == id + 4 for id, state in zip(ids, ended, strict=True))

        begin(range(-WARM_UP, 0))
        resume(range(-WARM_UP, 0))
        say(ready=True)
        hear()
        started = now()
        begin(range(cases))
        say(waiting=now() - started)
        hear()
        started = now()
        done = resume(range(cases))
        say(done=done, signing=None, finished=now() - started)


main()
