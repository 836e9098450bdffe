"""LangGraph: a graph of four nodes and one for the effect, a thread for each case, a checkpoint after each superstep.

    python langgraph_steps.py URL CASES THREADS FIRST

`batch` runs the graph with a pool of threads. durability="sync": a checkpoint is written before the next step begins.
"""
# mypy: ignore-errors
# (its libraries stand in an environment of their own)

import os
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
    key: str
    delivered: str


def step(state: State) -> State:
    """Stand in for a call to the world: nothing happens."""
    return {"number": state["number"] + 1}


def deliver(state: State) -> State:
    """Stand in for an effect, which gets the key: nothing happens."""
    return {"delivered": f"done: {state['key']}"}


def main() -> None:
    """Measure."""
    url, cases, threads, first = sys.argv[1], *map(int, sys.argv[2:5])
    names = ["first", "second", "third", "fourth"]
    builder = StateGraph(State)
    for name in names:
        builder.add_node(name, step)
    builder.add_node("deliver", deliver)
    for before, after in zip([START, *names, "deliver"], [*names, "deliver", END], strict=True):
        builder.add_edge(before, after)
    with ExitStack() as held:
        made, durability = saver(url, held)
        graph = builder.compile(checkpointer=made)

        def run(ids: range, *, name: str) -> int:
            keys = [f"{name}-{id}" for id in ids]
            configs = [{"configurable": {"thread_id": key}, "max_concurrency": threads} for key in keys]
            inputs = [{"number": id, "key": key} for id, key in zip(ids, keys, strict=True)]
            ended = graph.batch(inputs, configs, durability="sync")
            return sum(state["number"] == id + 4 for id, state in zip(ids, ended, strict=True))

        run(range(WARM_UP), name=f"warm-{os.getpid()}")
        say(ready=True, durability=durability)
        hear()
        say(fed=None)
        hear()
        started = now()
        done = run(range(first, first + cases), name="item")
        say(done=done, started=started, ended=now())


main()
