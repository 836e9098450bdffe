"""The label of a digest that shows made-up cases."""

from datetime import date

from handlers.texts.digests.days import short


def made_up(until: date) -> str:
    """Say up to which day the cases are made up."""
    return f"Up to {short(until)} these cases are made up, for the demo."
