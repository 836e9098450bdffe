"""A workflow whose only step fails as each case says."""

from pydantic import BaseModel

from workflows import Ask, NotDone, Proposal, Run, Workflow, step


class Item(BaseModel):
    """The input."""

    id: int
    kind: str
    """Name of the error, which makes another cause."""


class Done(BaseModel):
    """The output."""

    total: int


def _key(item: Item) -> str:
    return f"item-{item.id}"


failing = Workflow(name="failing", decision="What?", owner="U0MARIA", input=Item, output=Done, key=_key)


@step
def ask_desk(number: int, kind: str) -> str:
    """Fail with an error of this name."""
    raise type(kind, (NotDone,), {})(f"item {number} is not known there")


@failing.propose
def propose(item: Item, ask: Ask[Done]) -> Proposal[Done]:
    """Never come to a proposal."""
    return ask(text=ask_desk(item.id, item.kind))


@failing.deliver(idempotent=True)
def deliver(done: Done, run: Run[Item]) -> str:
    """Stand in for an effect: nothing happens."""
    return "done"
