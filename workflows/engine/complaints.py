"""What does not fit a form, said to people."""

from pydantic import ValidationError


def complaints(error: ValidationError) -> dict[str, str]:
    """What is wrong with which field, in plain words."""
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        field = ".".join(str(part) for part in detail["loc"]) or "the whole"
        message = "is missing" if detail["type"] == "missing" else detail["msg"][:1].lower() + detail["msg"][1:]
        found.setdefault(field, message)
    return found
