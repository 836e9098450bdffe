"""LangGraph: a graph of four nodes, a thread for each case, a checkpoint after each superstep.

    python langgraph_steps.py URL CASES THREADS FIRST

`batch` runs the graph with a pool of threads. durability="sync": a checkpoint is written before the next step begins.
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import sys
from contextlib import ExitStack
from typing import TypedDict

from conversation import hear, now, say
from langgraph.graph import END, START, StateGraph
from langgraph_savers import saver

WARM_UP = 20


class State(TypedDict):
    """The state that goes from node to node."""

    number: int


def step(state: State) -> State:
    """Stand in for a call to the world: nothing happens."""
    return {"number": state["number"] + 1}


def main() -> None:
    """Measure."""
    url, cases, threads, first = sys.argv[1], *map(int, sys.argv[2:5])
    names = ["first", "second", "third", "fourth"]
    builder = StateGraph(State)
    for name in names:
        builder.add_node(name, step)
    for before, after in zip([START, *names], [*names, END], strict=True):
        builder.add_edge(before, after)
    with ExitStack() as held:
        made, durability = saver(url, held)
        graph = builder.compile(checkpointer=made)

        def run(ids: range) -> int:
            configs = [{"configurable": {"thread_id": str(id)}, "max_concurrency": threads} for id in ids]
            ended = graph.batch([{"number": id} for id in ids], configs, durability="sync")
            return sum(state["number"] == id + 4 for id, state in zip(ids, ended, strict=True))

        run(range(-first - WARM_UP - 1, -first - 1))
        say(ready=True, durability=durability)
        hear()
        say(fed=None)
        hear()
        started = now()
        done = run(range(first, first + cases))
        say(done=done, started=started, ended=now())


main()
