"""The class of content that each kind belongs to, which says for how long it is kept."""

from collections.abc import Collection, Mapping

from store.cases.contents import ContentKind
from workflows.engine.declare.retention import ContentClass

CLASS_OF: Mapping[ContentKind, ContentClass | None] = {
    "input": ContentClass.INPUT,
    # What was said with the source belongs to what came from it.
    "question": ContentClass.INPUT,
    "answer": ContentClass.INPUT,
    "answers": ContentClass.INPUT,
    # A source's own proposal, as it came.
    "handed": ContentClass.OUTPUT,
    "proposal": ContentClass.OUTPUT,
    # The output of a version that is only watched.
    "shadow": ContentClass.OUTPUT,
    "output": ContentClass.OUTPUT,
    "reason": ContentClass.OUTPUT,
    "reasons": ContentClass.OUTPUT,
    "refused": ContentClass.OUTPUT,
    "draft": ContentClass.OUTPUT,
    "receipt": ContentClass.OUTPUT,
    "problem": ContentClass.STEPS,
    "attempt": ContentClass.MODEL,
    "example": ContentClass.INPUT,
    "facts": None,
}
"""Kind -> its class; None: it is kept, since nothing of a case's words is left in it."""

OF_CASES = (ContentClass.INPUT, ContentClass.OUTPUT, ContentClass.STEPS, ContentClass.MODEL)
"""The classes that the rows of a case hold. Examples stand in files of their workflow."""


def kinds_of(classes: Collection[ContentClass]) -> list[ContentKind]:
    """Return the kinds of contents that belong to these classes.

    An example holds an input and its right answer, masked: it goes with either.
    """
    found = [kind for kind, its_class in CLASS_OF.items() if its_class in classes]
    return [*found, "example"] if ContentClass.OUTPUT in classes and "example" not in found else found


def counts_by_class(counts: Mapping[str, int]) -> dict[ContentClass, int]:
    """Return numbers by class, from those by the kind of a content; what belongs to steps themselves is `steps`.

    A kind that is not known is one of an earlier version, and counts as output.
    """
    classes: dict[str, ContentClass | None] = {str(kind): of for kind, of in CLASS_OF.items()}
    classes["steps"] = ContentClass.STEPS
    each = [(classes.get(kind, ContentClass.OUTPUT), number) for kind, number in counts.items()]
    found = {of: sum(number for its_class, number in each if its_class is of) for of in OF_CASES}
    return {of: number for of, number in found.items() if number}
