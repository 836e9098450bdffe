"""The ways in which a person is shown what is in a case. Pure."""

from enum import StrEnum


class Way(StrEnum):
    """The ways in which a person is shown what is in a case. A code goes into the audit."""

    DETAILS = "details"
    """The button Details of a card, or the page of a review."""
    FORM = "form"
    """A form about its review or its delivery, with its lists of rows."""
    INPUT_FORM = "input_form"
    """The form that puts its input right."""
    SESSION = "session"
    """A step of a review session."""
    ROWS = "rows"
    """A row among cases that are alike."""
    SPOT_CHECK = "spot_check"
    CASE = "case"
    """Its state and what led to it."""
    EXPLAIN = "explain"
    SPANS = "spans"
    """Its spans, printed with what is in them."""
    PULL = "pull"
    """A test made from it."""
    EXAMPLE = "example"
    """An example made from it, or a prompt filled with it."""
    ORIGINAL = "original"
    """A document of it, as it came in."""
    RECEIPT = "receipt"
    EXPORT = "export"
    COMMAND_LINE = "command_line"
    """Another command of the command line."""
