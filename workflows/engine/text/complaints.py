"""What does not fit a form, said to people: never in pydantic's own words, and never with what was entered."""

from pydantic import ValidationError

from workflows.complaints import in_words, place_of


def complaints(error: ValidationError) -> dict[str, str]:
    """What is wrong with which field, in plain words."""
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False):
        found.setdefault(place_of(detail["loc"]) or "the whole", in_words(detail))
    return found


def all_complaints(error: ValidationError) -> str:
    """The same of all fields, in one line."""
    return "; ".join(f"{field}: {what}" for field, what in complaints(error).items())
