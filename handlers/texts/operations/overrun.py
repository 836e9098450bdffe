"""The message about a model that cost more than was reserved for a question to it."""

from handlers.texts.pieces import Told, line, moment, words
from handlers.texts.plain import excerpt
from workflows.engine.propose.views import OverrunView

_NAME = 100
"""Characters of a model's name that are shown."""


def overrun(view: OverrunView) -> Told:
    """Draw the card as a message."""
    model = excerpt(view.model, _NAME)
    about = f"case {view.case} of {view.workflow}" if view.case is not None else f"an eval of {view.workflow}"
    title = f"A question to {model} cost ${view.cost:.4f}; ${view.reserved:.4f} was reserved for it"
    booked = (
        "The cost is booked as the provider reported it. A budget may be overdrawn; then it pays for nothing more. "
        f"From now on {view.factor:g} times the estimate is reserved for each question to this model."
    )
    return Told(
        brief=title,
        parts=[
            [
                line(words(title, bold=True)),
                line(words(f"It was about {about}, "), moment(view.at), words(".")),
                line(words(booked)),
                line(words("Check the provider's bill. If its count was wrong: ")),
                line(words(f"countersign recount {model}", code=True)),
            ]
        ],
    )
