"""The words about a narrow launch: the share of its cases that a workflow looks at."""

from handlers.texts.pieces import Line, Told, command, line, words
from workflows.engine.propose.narrow_launch import ShareView

BAD_SHARE = "Say the share of the cases as a number of percent above 0 and up to 100, such as 25."


def percent_of(share: float | None) -> str:
    """Return a share of the cases in percent; None: all of them."""
    return f"{(1 if share is None else share) * 100:.4g}%"


def read_percent(text: str) -> float | None:
    """Return the share that a person typed in percent; None for what is no number."""
    try:
        return float(text.strip().removesuffix("%")) / 100
    except ValueError:
        return None


def in_charter(share: float) -> str:
    """Say the share in a charter."""
    return (
        f"So far it looks at {percent_of(share)} of its cases, drawn at random; the others go to a person without a "
        "proposal."
    )


def told(view: ShareView) -> Told:
    """Say how many of its cases a workflow looks at, and how that is changed."""
    return Told(brief=brief(view), parts=[lines(view)])


def brief(view: ShareView) -> str:
    """Say it in one line."""
    of = "all of its cases" if view.share is None else f"{percent_of(view.share)} of its cases"
    if view.changed:
        return f"{view.workflow} looks at {of} from the next one on; before, it was {percent_of(view.before)}"
    return f"{view.workflow} looks at {of}"


def lines(view: ShareView) -> list[Line]:
    """Say it, with what becomes of the others, and the next step."""
    said = [line(words(f"{brief(view)}.", bold=True))]
    if view.share is not None:
        said.append(line(words("The others go to people without a proposal, and no model is asked about them.")))
    said.append(line(words("To change it: "), command("scope", f"{view.workflow} 25"), words(" (in percent).")))
    return said
