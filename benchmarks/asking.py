"""A workflow whose cases a person decides each time: one immediate proposal, and nothing resolved alone."""

from pydantic import BaseModel

from workflows import Ask, Autonomy, Proposal, Review, Run, Workflow


class Item(BaseModel):
    """The input."""

    id: int


class Done(BaseModel):
    """The output."""

    total: int


def _key(item: Item) -> str:
    return f"item-{item.id}"


asking = Workflow(
    name="asking",
    decision="What is four more?",
    owner="U0MARIA",
    input=Item,
    output=Done,
    key=_key,
    autonomy=Autonomy.draft(),
    review=Review(post_to="C0SUPPORT", reviewers=("U0ANA",)),
)


@asking.propose
def propose(item: Item, ask: Ask[Done]) -> Proposal[Done]:
    """Return a proposal without a model."""
    return Proposal(output=Done(total=item.id + 4), confidence={"total": 0.9})


@asking.deliver(idempotent=True)
def deliver(done: Done, run: Run[Item]) -> str:
    """Stand in for an effect: nothing happens."""
    return "done"
