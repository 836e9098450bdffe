"""What is told of a model that took more than was reserved for a question to it."""

from handlers.texts.pieces import Told, line, moment, words
from handlers.texts.plain import excerpt
from workflows.engine.propose.views import OverrunView

_NAME = 100
"""Characters of a model's name."""


def overrun(view: OverrunView) -> Told:
    """The message that stands in the channel."""
    model = excerpt(view.model, _NAME)
    about = f"case {view.case} of {view.workflow}" if view.case is not None else f"an eval of {view.workflow}"
    title = f"A question to {model} took ${view.cost:.4f}, and ${view.reserved:.4f} were reserved for it"
    booked = (
        "It is booked as the provider told it, so a budget may be overdrawn; then nothing more is asked on it. "
        f"From now on {view.factor:g} times what is reckoned is reserved for each question to this model."
    )
    return Told(
        brief=title,
        parts=[
            [
                line(words(title, bold=True)),
                line(words(f"It was about {about}, "), moment(view.at), words(".")),
                line(words(booked)),
                line(words("See the provider's bill. Where its count was wrong: ")),
                line(words(f"countersign recount {model}", code=True)),
            ]
        ],
    )
